"""The kernel's optimizers against Keras's own code, a step from anywhere, on every backend.

Run as a program with a backend's name, this file does the comparison itself. Weights of a feature
that is always 0 have no derivative of the loss: their gradient is that of the penalties, which is
known, so that what is compared is the optimizer's step alone.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import pytest
from backends import Backend, on_every_backend

from unitscope.kernel.advance import advance
from unitscope.kernel.state import State
from unitscope.networks import Dense, Network
from unitscope.recipe import Recipe

STEPS = (0, 1, 2, 3, 7, 20, 62, 63, 64, 199, 1_000, 4_095, 50_000)
OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "adam": ("Adam", {}),
    "adam 0.8": ("Adam", {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
    "adam 0.9999": ("Adam", {"beta_1": 0.95, "beta_2": 0.9999}),
    "adamw": ("AdamW", {"weight_decay": 0.05}),
    "rmsprop": ("RMSprop", {"rho": 0.85}),
    "rmsprop momentum": ("RMSprop", {"momentum": 0.6}),
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
}
SLOTS = {
    "Adam": ("_momentums", "_velocities"),
    "AdamW": ("_momentums", "_velocities"),
    "RMSprop": ("_velocities", "_momentums"),
    "SGD": ("momentums",),
}
INPUTS, CLASSES, RATE = 24, 4, 0.01
L1, L2 = 0.25, 64.0
WEIGHTS = INPUTS * CLASSES


def start(step: int) -> State:
    """Somewhere in a training: slots above 0, weights so small that a move shows its digits."""
    rng = np.random.default_rng(step)
    state = State.fresh(rng.normal(0.0, 1e-3, WEIGHTS + CLASSES))
    state.slots[:] = rng.uniform(0.001, 0.5, state.slots.shape)
    return state._replace(step=step)


def ours(kind: str, options: dict[str, Any], state: State, float32_rate: bool = True) -> np.ndarray:
    """Weights and slots after one step of the kernel, (3, weights)."""
    recipe = Recipe(
        hidden=(),
        optimizer=kind.lower(),  # type: ignore[arg-type]
        learning_rate=RATE,
        l1=L1,
        l2=L2,
        float32_rate=float32_rate,
        **options,
    )
    net = Network([Dense(np.zeros((INPUTS, CLASSES)), np.zeros(CLASSES))])
    X, y = np.zeros((8, INPUTS)), np.arange(8) % CLASSES
    after = advance(state, net, X, y, np.arange(8)[None], recipe).state
    return np.stack([after.parameters, *after.slots])[:, :WEIGHTS]


def theirs(keras: Any, kind: str, options: dict[str, Any], state: State) -> np.ndarray:
    """The same by Keras's optimizer."""
    weights = state.parameters[:WEIGHTS]
    library = keras if hasattr(keras, "Variable") else importlib.import_module("tensorflow")
    moved = library.Variable(weights)
    optimizer = getattr(keras.optimizers, kind)(learning_rate=RATE, **options)
    optimizer.build([moved])
    names = SLOTS[kind]
    if kind in ("SGD", "RMSprop") and not options.get("momentum"):
        names = names[:-1]
    slots = [getattr(optimizer, name)[0] for name in names]
    for slot, values in zip(slots, state.slots, strict=False):
        slot.assign(values[:WEIGHTS])
    optimizer.iterations.assign(state.step)
    gradient = (L1 * np.sign(weights) + 2 * L2 * weights.astype(np.float64)).astype(np.float32)
    given = keras.ops.convert_to_tensor(gradient) if hasattr(keras, "ops") else gradient
    optimizer.apply_gradients([(given, moved)])
    unused = [state.slots[index][:WEIGHTS] for index in range(len(slots), 2)]
    numpy = keras.ops.convert_to_numpy if hasattr(keras, "ops") else lambda one: one.numpy()
    return np.stack([*map(numpy, (moved, *slots)), *unused])


def main(backend: str) -> None:
    """Compare all steps of all optimizers: what differs, in parts of the move."""
    from backends import keras_on

    keras = keras_on(backend)
    for name, (kind, options) in OPTIMIZERS.items():
        most = 0.0
        for step in STEPS:
            state = start(step)
            found, expected = ours(kind, options, state), theirs(keras, kind, options, state)
            before = np.stack([state.parameters, *state.slots])[:, :WEIGHTS]
            off = np.abs(found - expected.astype(np.float64))
            # some roundings of the numbers that are added, and beyond them a part of the move
            rounding = np.array([[2], [4], [4]]) * np.spacing(
                np.maximum(np.abs(expected), np.abs(before))
            )
            move = np.abs(expected - before.astype(np.float64))[0].max()
            beyond = np.maximum(off - rounding, 0)
            most = max(most, float(beyond[0].max() / move))
            assert (beyond[1:] == 0).all(), (name, step, beyond[1:].max())
        sys.stdout.write(f"{name}: {most:.1e} of a move\n")
        assert most < 4e-7, name


@on_every_backend
def test_a_step_of_every_optimizer_is_the_one_of_keras(backend: Backend) -> None:
    backend.run(__file__)


@pytest.mark.parametrize("step", STEPS[:6])
def test_a_rate_in_float32_is_another_one(step: int) -> None:
    """Else the comparison above would show nothing: at these steps, exact rates are too far off."""
    state = start(step)
    moved, exact = (ours("Adam", {}, state, how)[0] for how in (True, False))
    move = np.abs(moved - state.parameters[:WEIGHTS])
    assert np.abs(moved - exact).max() > 1e-6 * move.max()


if __name__ == "__main__":
    main(sys.argv[1])
