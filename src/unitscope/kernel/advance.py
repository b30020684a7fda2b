"""The training kernel: epochs of minibatch training by compiled code, for every shape of network.

`advance` is the door: it lays the network out for the compiled loop, runs it and takes the results
back. The loop is generic in depth, widths and batch size; its innermost axis is the points of a
batch (see README.md).
"""

from __future__ import annotations

import os
import threading

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.kernel import layout, packing
from unitscope.kernel.ending import looked_after
from unitscope.kernel.order import Order, checked
from unitscope.kernel.state import PLAIN, Outcome, State
from unitscope.kernel.state import Options as Options
from unitscope.networks import Network
from unitscope.recipe import Recipe

LOOP = CompiledCode("unitscope.kernel.loop", arguments=10, flush=True)

# Products of points and weights in a chunk: below, one thread is as quick as several.
_TEAM_FROM = 4e6


def advance(
    state: State,
    net: Network,
    X: np.ndarray,
    y: np.ndarray,
    order: Order | np.ndarray,
    recipe: Recipe,
    options: Options = PLAIN,
) -> Outcome:
    """Train on from `state` for the epochs of `order`.

    **Arguments**

    - `state`: where to go on from; it is not changed.
    - `net`: gives the shape and the activations; its numbers are not read. Its last layer must be
      linear.
    - `X`: points (n, d); `y`: classes (n,) in 0..K-1.
    - `order`: in which each epoch visits the points: an Order, or (epochs, n) ints below n.
    - `recipe`: optimizer, its settings, batch size and penalties; its epochs, seed and hidden
      layers are not read.
    - `options`: see `Options`.
    """
    if not isinstance(order, Order):
        order = checked(order)
    epochs, n = order.epochs, order.n
    packing.check(net, X, y, n, options.weights)
    if epochs == 0:
        nothing = np.empty(0), np.empty(0, np.int64)
        return Outcome(state.parameters[None].copy(), *nothing, state.copy(), finite=True)
    if not LOOP.works():
        from unitscope.kernel import reference

        outcome = reference.advance(state, net, X, y, order.rows, recipe, options)
        if options.counted:
            return outcome
        return outcome._replace(correct=np.zeros(len(outcome.loss), int))
    shape = packing.shape_of(net)
    weighted = options.weights is not None
    numbers = packing.numbers(shape, recipe, n, counted=options.counted, weighted=weighted)
    numbers[layout.EPOCHS], numbers[layout.STEP] = epochs, state.step
    stride, padded = int(numbers[layout.STRIDE]), int(numbers[layout.PADDED])
    count = net.n_parameters
    vectors = packing.zeros(3, padded)
    vectors[0, :count], vectors[1:, :count] = state.parameters, state.slots
    record, loss = np.empty((epochs + 1, count), np.float32), np.empty(epochs)
    record[0] = state.parameters
    counts = np.zeros(epochs + 2, np.int64)
    arrays = (
        numbers,
        packing.settings(net, recipe, options),
        packing.layer_table(shape, stride, weighted=weighted),
        packing.points(X, y, options.weights),
        order.places,
        vectors,
        packing.workspace(numbers),
        record[1:],
        loss,
        counts,
    )
    wide = not numbers[layout.IS_NARROW] and count * min(stride, n) >= _TEAM_FROM
    team = (options.threads or os.cpu_count() or 1) if wide else 1
    if options.look is None:
        finite = _together(arrays, team)
    else:
        finite = looked_after(lambda: _together(arrays, team), numbers, options.look)
    if finite < epochs:  # the vectors hold the bad epoch: go there again and stop before it
        outcome = advance(state, net, X, y, order.part(0, finite), recipe, options)
        return outcome._replace(finite=False)
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
        own = numbers.copy() if member else numbers  # which may be told to end
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
