"""Run compiled code on arrays that lie between pages which nobody may touch.

    python tests/kernel/guarded.py SEED CASES [SHORT]

Each array of each call is moved into memory of its own, so that it ends at such a page, or begins
at one: a number read or written outside ends the process. With SHORT, the arrays of that name are
taken for one number longer than their memory: then it must end so. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import math
import mmap
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import unitscope as us
from unitscope.geometry import subdivision
from unitscope.kernel import advance, order
from unitscope.networks import ACTIVATIONS
from unitscope.recipe import OPTIMIZERS
from unitscope.sweeps import block

PAGE = mmap.PAGESIZE
C = ctypes.CDLL(None, use_errno=True)
C.mmap.restype = ctypes.c_void_p
C.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
C.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
C.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
LOCKED = 0  # PROT_NONE


class Guard:
    """Memory for the arrays of one call at a time."""

    def __init__(self, seed: int, short: str = "") -> None:
        self.rng, self.short = np.random.default_rng(seed), short
        self.moved: list[tuple[np.ndarray, np.ndarray, int, int]] = []
        self.arrays = 0

    def placed(self, array: np.ndarray, name: str = "") -> np.ndarray:
        """A copy between two locked pages, at the end of its memory or at the beginning."""
        assert array.flags.c_contiguous
        pages = -(-array.nbytes // PAGE) + 2
        start = C.mmap(None, pages * PAGE, mmap.PROT_READ | mmap.PROT_WRITE, PRIVATE, -1, 0)
        assert start not in (None, ctypes.c_void_p(-1).value)
        locked = (start, start + (pages - 1) * PAGE)
        at = locked[1] - array.nbytes if self.rng.random() < 0.7 else locked[0] + PAGE
        short = array.itemsize if name and name == self.short else 0
        if short:
            at = locked[1] - array.nbytes + short
        ctypes.memmove(at, array.ctypes.data, array.nbytes - short)
        for page in locked:
            assert C.mprotect(page, PAGE, LOCKED) == 0
        memory = (ctypes.c_char * max(array.nbytes, 1)).from_address(at)
        copy = np.frombuffer(memory, array.dtype, array.size).reshape(array.shape)
        self.moved.append((array, array if short else copy, start, pages))
        self.arrays += 1
        return copy

    def back(self) -> None:
        """The numbers go back to where they were, and the memory to the system."""
        for array, copy, start, pages in self.moved:
            if array.flags.writeable:
                array[...] = copy
            assert C.munmap(start, pages * PAGE) == 0
        self.moved.clear()


class Guarded:
    """A compiled code whose module takes the addresses of its arrays from `guard`."""

    def __init__(self, code: Any, guard: Guard) -> None:
        self.code, self.guard = code, guard

    def works(self) -> bool:
        return bool(self.code.works())

    def entry(self) -> Callable[..., int]:
        def call(*addresses: int) -> int:
            result = self.code.entry()(*addresses)
            self.guard.back()
            return int(result)

        return call


LOOP = ("numbers", "settings", "table", "points", "places", "vectors", "work", "record", "loss")
LOOP += ("counts",)


def install(guard: Guard) -> None:
    """Have every door place its arrays by `guard`."""
    together, cut = advance._together, subdivision._cut

    def guarded_together(arrays: tuple[np.ndarray, ...], team: int) -> int:
        named = zip(LOOP, arrays, strict=True)
        result = together(tuple(guard.placed(one, name) for name, one in named), team)
        guard.back()
        return result

    def guarded_cut(arrays: tuple[np.ndarray, ...]) -> int:
        result = cut(tuple(guard.placed(np.ascontiguousarray(one)) for one in arrays))
        for given, (contiguous, copy, *_) in zip(arrays, guard.moved, strict=True):
            if contiguous is not given:
                given[...] = copy
        guard.back()
        return result

    advance._together, subdivision._cut = guarded_together, guarded_cut
    for module, name in ((order, "SHUFFLES"), (block, "LOCKSTEP")):
        setattr(module, name, Guarded(getattr(module, name), guard))
        module.address = lambda array: guard.placed(array).ctypes.data  # type: ignore[attr-defined]
    advance._TEAM_FROM = 1e4  # teams for small networks, too


def any_of(rng: np.random.Generator, values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """A recipe of any shape."""
    most = any_of(rng, [4, 12, 40, 90])
    return {
        "hidden": tuple(int(rng.integers(1, most)) for _ in range(rng.integers(0, 4))),
        "activation": any_of(rng, sorted(ACTIVATIONS)),
        "optimizer": any_of(rng, OPTIMIZERS),
        "batch_size": int(any_of(rng, [1, 3, 7, 16, 31, 32, 33, 64, 129, 2**63 - 1])),
        "epochs": int(rng.integers(1, 4)),
        "momentum": any_of(rng, [0.0, 0.9]),
        "l1": any_of(rng, [0.0, 0.01]),
        "l2": any_of(rng, [0.0, 0.01]),
        "learning_rate": any_of(rng, [0.01, 0.01, 1e6]),
        "seed": int(rng.integers(0, 2**62)),
    }


def dataset(rng: np.random.Generator) -> us.Dataset:
    """Points of any number of features and classes."""
    n, classes = int(any_of(rng, [2, 5, 17, 33, 64, 100, 130])), int(any_of(rng, [2, 3, 5, 17, 40]))
    X = rng.normal(size=(n, int(any_of(rng, [1, 2, 3, 4, 7, 8, 20]))))
    return us.Dataset(X, rng.integers(0, classes, n), [f"k{k}" for k in range(classes)])


def trained(rng: np.random.Generator) -> None:
    data, recipe = dataset(rng), settings(rng)
    if rng.random() < 0.3:
        rows = [rng.permutation(data.n_points) for _ in range(recipe.pop("epochs"))]
        recipe["batch_order"] = np.array(rows, np.int64)
    if math.prod((*recipe["hidden"], 1)) > 1 and rng.random() < 0.5:
        recipe["threads"] = int(rng.integers(1, 4))
    with contextlib.suppress(us.errors.TrainingDiverged):
        us.train(data, **recipe)


def swept(rng: np.random.Generator) -> None:
    recipe = settings(rng)
    del recipe["seed"]
    us.sweep(dataset(rng), seeds=int(any_of(rng, [1, 3, 16, 17, 40])), threads=1, **recipe)


def cut(rng: np.random.Generator) -> None:
    hidden = [int(rng.integers(1, 24)) for _ in range(rng.integers(0, 4))]
    sizes = (2, *hidden, int(rng.integers(1, 7)))
    kind = any_of(rng, ["relu", "leaky_relu", "abs", "linear"])
    net = us.Network.initialize(sizes, kind, seed=int(rng.integers(0, 2**40)))
    vector = net.to_vector() + rng.normal(size=net.n_parameters) * any_of(rng, [0.0, 0.3, 2.0])
    if rng.random() < 0.3:
        vector = np.round(vector)  # ties, and lines through one point
    us.partition(net.with_vector(vector), ((-3.0, 3.0), (-2.0, 4.0)))


KINDS = (trained, trained, swept, cut)


def main() -> None:
    faulthandler.enable()
    warnings.simplefilter("ignore")
    seed, cases, *short = sys.argv[1:]
    guard = Guard(int(seed), *short)
    install(guard)
    rng = np.random.default_rng([1, int(seed)])
    for _ in range(int(cases)):
        any_of(rng, KINDS)(rng)
    print(f"{cases} cases, {guard.arrays} arrays")


if __name__ == "__main__":
    main()
