"""The training kernel: epochs of minibatch training by compiled code, for every shape of network.

`advance` is the door: it lays the network out for the compiled loop, runs it and takes the results
back. The loop is generic in depth, widths and batch size; its innermost axis is the points of a
batch (see README.md).
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.errors import refusal, said
from unitscope.kernel import layout, packing
from unitscope.kernel.state import Outcome, State
from unitscope.network import Network
from unitscope.recipe import Recipe

LOOP = CompiledCode("unitscope.kernel.loop", arguments=10, flush=True)

# Products of points and weights in a chunk: below, one thread is as quick as several.
_TEAM_FROM = 4e6


class Options(NamedTuple):
    """How else to train.

    - `clip`: where above 0, a point whose own class has a probability outside `clip`..1 - `clip`
      adds the loss of that bound and no gradient, as Keras has it for probabilities on some
      backends.
    - `counted`: whether to count the points that are predicted right.
    - `threads`: how many may work on a wide network; without it, as many as there are processors.
      They change no bit.
    """

    clip: float = 0.0
    counted: bool = False
    threads: int | None = None


_PLAIN = Options()


def advance(
    state: State,
    net: Network,
    X: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    recipe: Recipe,
    options: Options = _PLAIN,
) -> Outcome:
    """Train on from `state` for one epoch per row of `order`.

    **Arguments**

    - `state`: where to go on from; it is not changed.
    - `net`: gives the shape and the activations; its numbers are not read. Its last layer must be
      linear.
    - `X`: points (n, d); `y`: classes (n,) in 0..K-1.
    - `order`: (epochs, n) ints below n: the order in which each epoch visits the points.
    - `recipe`: optimizer, its settings, batch size and penalties; its epochs, seed and hidden
      layers are not read.
    - `options`: see `Options`.
    """
    epochs, n = _checked(net, X, y, order)
    if epochs == 0:
        empty = np.empty(0)
        return Outcome(
            np.empty((0, net.n_parameters), np.float32),
            empty,
            empty.astype(np.int64),
            state.copy(),
            True,
        )
    if not LOOP.works():
        from unitscope.kernel import reference

        outcome = reference.advance(state, net, X, y, order, recipe, options.clip)
        if options.counted:
            return outcome
        return replace(outcome, correct=np.zeros(len(outcome.loss), int))
    numbers = packing.numbers(net, recipe, n, counted=options.counted)
    numbers[layout.EPOCHS], numbers[layout.STEP] = epochs, state.step
    stride, padded = int(numbers[layout.STRIDE]), int(numbers[layout.PADDED])
    count = net.n_parameters
    places = np.empty(order.size + stride, np.int32)
    places[: order.size] = order.reshape(-1)
    places[order.size :] = 0  # the last chunk reads whole vectors
    vectors = packing.zeros(3, padded)
    vectors[0, :count], vectors[1:, :count] = state.parameters, state.slots
    record, loss = np.empty((epochs, count), np.float32), np.empty(epochs)
    counts = np.zeros(epochs + 2, np.int64)
    arrays = (
        numbers,
        packing.settings(net, recipe, options.clip),
        packing.layer_table(net, stride),
        packing.points(X, y),
        places,
        vectors,
        packing.workspace(numbers),
        record,
        loss,
        counts,
    )
    wide = not numbers[layout.IS_NARROW] and count * min(stride, n) >= _TEAM_FROM
    finite = _together(arrays, (options.threads or os.cpu_count() or 1) if wide else 1)
    if finite < epochs:  # the vectors hold the bad epoch: go there again and stop before it
        outcome = advance(state, net, X, y, order[:finite], recipe, options)
        return replace(outcome, finite=False)
    steps = state.step + epochs * -(-n // recipe.batch_size)
    # no copy: for large networks one takes as long as a step
    after = State(vectors[0, :count], vectors[1:, :count], steps)
    return Outcome(record, loss, counts[:epochs], after, finite=True)


def _together(arrays: tuple[np.ndarray, ...], team: int) -> int:
    """Run the loop in `team` threads, which start when all are there: each waits for all others."""
    loop, (numbers, *others) = LOOP.entry(), arrays
    if team == 1:
        return loop(*map(address, arrays))
    go, ready = threading.Event(), False

    def work(member: int) -> int:
        own = numbers.copy()
        own[layout.TEAM], own[layout.MEMBER] = team, member
        return loop(*map(address, (own, *others)))

    def wait(member: int) -> None:
        go.wait()
        if ready:
            work(member)

    helpers = [threading.Thread(target=wait, args=(member,)) for member in range(1, team)]
    try:
        for helper in helpers:
            helper.start()
        ready = True
    except RuntimeError:  # no more threads to be had
        helpers, team = [], 1
    finally:
        go.set()
    finite = work(0)
    for helper in helpers:
        helper.join()
    return finite


def _checked(net: Network, X: np.ndarray, y: np.ndarray, order: np.ndarray) -> tuple[int, int]:
    """Epochs and points, after refusing what the compiled code would read out of bounds."""
    if net.layers[-1].activation != "linear":
        raise refusal(
            "the output layer", "linear, so that it gives logits", net.layers[-1].activation
        )
    epochs, n = order.shape
    if np.shape(X) != (n, net.n_features):
        raise refusal("X", f"of shape ({n}, {net.n_features})", said(f"shape {np.shape(X)}"))
    if np.shape(y) != (n,) or _beyond(y, net.n_classes):
        raise refusal("y", f"{n} classes in 0..{net.n_classes - 1}", said(f"shape {np.shape(y)}"))
    if order.size and _beyond(order, n):
        raise refusal("order", f"indices in 0..{n - 1}", said(f"{order.min()}..{order.max()}"))
    return epochs, n


def _beyond(indices: np.ndarray, end: int) -> bool:
    """Whether any is below 0 or not below `end`, in one look: as unsigned, -1 is a large one."""
    return bool(indices.view(f"u{indices.itemsize}").max() >= end)
