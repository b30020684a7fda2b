"""What a training takes of memory, estimated before it is taken: more than is free is refused."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from unitscope.errors import InvalidInput, refusal, said
from unitscope.training.curves import suits

_SHARE = 0.8  # of what is free: the rest is for pictures, and for others
_UNASKED = 2**26  # bytes for which nobody asks what is free
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
# The two versions of Linux's control groups: how the line of one's own begins, where they are, and
# the names of a limit, of what is taken, and of what of that is files.
_GROUPS = (
    ("0::", "sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file")),
    (
        ":memory:",
        "sys/fs/cgroup/memory",
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ),
)
_AT_ONCE = 10**6  # bytes of outputs and their like, where several epochs are measured at once
_LANES = 128  # seeds that one call of the lockstep trains, at most


class Need(NamedTuple):
    """Trainings on `n` points of networks with layers of these `sizes`, from inputs to classes.

    Of features that are `standardized` the weights are kept as float64. `held_out`: how many points
    beside, on which every epoch's network is measured, of this `activation`, where it is known.
    """

    n: int
    sizes: tuple[int, ...]
    epochs: int
    standardized: bool = False
    held_out: int = 0
    activation: str | tuple[str, ...] = ""

    @property
    def parameters(self) -> int:
        """How many numbers one network has."""
        return sum((inputs + 1) * units for inputs, units in itertools.pairwise(self.sizes))

    @functools.lru_cache(maxsize=64)  # noqa: B019  # the value itself is small
    def run(self) -> int:
        """Bytes at most while one run is trained: its float32 weights are joined from slices."""
        p, epochs, n = self.parameters, self.epochs, self.n
        order = min(epochs * n, 2 * 10**8 // max(1, p))  # of the points, in a slice of epochs
        work = 12 * min(128, n) * sum(self.sizes)  # outputs and derivatives of a batch
        fixed = 60 * p + 12 * n * self.sizes[0] + 10**5 * len(self.sizes) + work
        scaled = self.standardized * (4 * p * (epochs + 1) + 16 * n * self.sizes[0])
        return fixed + (8 * p + 32) * (epochs + 1) + 16 * order + scaled + self._measuring()

    def _measuring(self) -> int:
        """Bytes at most to measure the points held out: curves, and outputs of a layer at them."""
        if not self.held_out:
            return 0
        names = (self.activation,) if isinstance(self.activation, str) else self.activation
        # compiled code keeps the outputs at a few points only
        widest = 1 if suits(self.sizes, names) else max(self.sizes[1:])
        points = self.held_out * (24 * widest + 24 * self.sizes[0])
        return points + _AT_ONCE + 112 * (self.epochs + 1)

    def results(self) -> int:
        """Bytes that one seed of a sweep leaves: its curves and the last weights."""
        curves = 16 * self.epochs * (2 if self.held_out else 1)
        return curves + (8 if self.standardized else 4) * self.parameters + 150

    def workers(self, alone: bool) -> int:
        """Bytes of each of a sweep's workers, which trains one large network, or many small."""
        if alone:
            return self.run() + 24 * self.n * max(self.sizes[1:]) + 16 * self.parameters
        each = 24 * self.epochs + 24 * self.parameters
        return _LANES * each + self.n * (128 + 12 * self.sizes[0])


def check_run(need: Need) -> None:
    """**Raises** `InvalidInput` where one run takes more memory than is free."""
    _check("the training", [need], lambda needs, _: needs[0].run(), None)


def check_sweep(needs: list[Need], seeds: int, workers: int, most_together: int) -> None:
    """The same of a sweep: `needs` of its recipes, each from so many `seeds`.

    Networks of up to `most_together` parameters are trained together.
    """

    def size(needs: list[Need], seeds: int) -> int:
        # The results are there in slices, and then joined.
        kept = 2 * seeds * sum(need.results() for need in needs)
        at_once = min(workers, max(1, seeds))
        return kept + at_once * max(
            need.workers(alone=need.parameters > most_together) for need in needs
        )

    _check("the sweep", needs, size, seeds)


def _check(
    name: str, needs: list[Need], size: Callable[[list[Need], int], int], seeds: int | None
) -> None:
    bytes_needed = size(needs, seeds or 1)
    if bytes_needed <= _UNASKED:
        return
    free = free_bytes()
    if free is None or bytes_needed <= _SHARE * free:
        return
    room = int(_SHARE * free)
    raise _refused(name, bytes_needed, room, _what_fits(needs, size, seeds, room))


def _refused(name: str, needed: int, room: int, fits: list[str]) -> InvalidInput:
    remedy = f"What would fit: {', or '.join(fits)}." if fits else "Use a smaller network."
    rule = f"one that takes at most {_shown(room)} of memory, as much as is free"
    return refusal(name, rule, said(f"one that takes {_shown(needed)}"), remedy)


def _what_fits(
    needs: list[Need], size: Callable[[list[Need], int], int], seeds: int | None, room: int
) -> list[str]:
    """The largest of each setting alone, with the others as they are; where none helps, nothing."""
    found = []
    if seeds is not None:
        count = _largest(lambda count: size(needs, count) <= room, seeds)
        found += [f"seeds={count}"] if count else []
    epochs = _largest(
        lambda epochs: size([need._replace(epochs=epochs) for need in needs], seeds or 1) <= room,
        max(need.epochs for need in needs),
    )
    found += [f"epochs={epochs}"] if epochs else []
    if len({need.sizes for need in needs}) == 1 and len(needs[0].sizes) > 2:
        units = _largest(
            lambda most: size([_narrowed(need, most) for need in needs], seeds or 1) <= room,
            max(needs[0].sizes[1:-1]),
        )
        found += [f"hidden={_narrowed(needs[0], units).sizes[1:-1]}"] if units else []
    return found


def _narrowed(need: Need, most: int) -> Need:
    features, *hidden, classes = need.sizes
    return need._replace(sizes=(features, *(min(units, most) for units in hidden), classes))


def _largest(fits: Callable[[int], bool], below: int) -> int:
    """The largest number from 1 to `below` that fits, 0 where none does."""
    low, high = 0, below + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _shown(size: int) -> str:
    power = min(len(_UNITS) - 1, (len(str(size)) - 1) // 3)
    short = size / 1000**power
    return f"{short:.3g} {_UNITS[power]}" if short < 1000 else f"{short:.0e} {_UNITS[power]}"


def free_bytes() -> int | None:
    """Bytes of memory that this process could take, or None where the system does not say."""
    known = [size for size in (_free_here(), *_left_of_limits()) if size is not None]
    return min(known) if known else None


def _free_here() -> int | None:
    """Of the machine: what is free or given back on demand; all there is on a Mac."""
    if sys.platform == "win32":
        return _free_on_windows()
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    with contextlib.suppress(OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _free_on_windows() -> int | None:
    if sys.platform != "win32":
        return None
    import ctypes

    # MEMORYSTATUSEX: its own length and the load in 4 bytes each, then 7 sizes.
    status = (ctypes.c_ulonglong * 8)(64)
    answered = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status[2]) if answered else None


def _left_of_limits(system: Path = Path("/")) -> list[int]:
    """What is left of each limit of this process's control groups, as of a container."""
    left = []
    for line, folder, names in _GROUPS:
        with contextlib.suppress(OSError, ValueError, IndexError):
            own = (system / "proc/self/cgroup").read_text(encoding="utf-8").split(line, 1)[1]
            group = system / folder / own.splitlines()[0].lstrip("/")
            for place in (group, *group.parents):
                left += _left_of(place, *names)
    return left


def _left_of(group: Path, most: str, used: str, cached: str) -> list[int]:
    """Of one group's limit, if it has one; files are dropped where the system needs room."""
    with contextlib.suppress(OSError, ValueError):  # "max" is no number
        limit, taken = (int((group / name).read_text(encoding="ascii")) for name in (most, used))
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
        files = sum(int(line.split()[1]) for line in lines if line.split()[0] == cached)
        return [max(0, limit - taken + files)]
    return []
