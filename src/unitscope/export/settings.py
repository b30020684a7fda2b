"""What an exported script says of the training: the call that gives the run again."""

from __future__ import annotations

import dataclasses
import textwrap

import numpy as np

from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.training.run import Run
from unitscope.training.train import needs_scaling

_WIDTH = 97  # of a comment, without its "# "
_FOLDED = (
    "The features go in as they are, in their own units: that they were standardized for training "
    "is folded into the first layer's weights."
)


def training_comment(run: Run, net: Network) -> str:
    """Comments: how the run was trained, and which network of it this is.

    "" of a run of `us.fit`, and for a network that is of another shape than the run's.
    """
    if run.fitted is not None or _shape(net) != _shape(run.architecture):
        return ""
    parts = [f"Trained by unitscope as us: {training_call(run)}", _which(run, net)]
    if not _starts_from_seed(run):
        parts.insert(1, "start: the network that it started from, with weights of its own.")
    if run.scaling is not None:
        parts.append(_FOLDED)
    lines = [
        line
        for part in parts
        if part
        for line in textwrap.wrap(part, _WIDTH, break_long_words=False)
    ]
    return "".join(f"# {line}\n" for line in lines)


def training_call(run: Run) -> str:
    """The call of `us.train` that gives the run again, in ASCII and on one line.

    In it, `data` are the points that were trained on, `held_out` those that were held out, and
    `start` is a network where the run does not start from the weights of its seed.
    """
    given = [f"{name}={value!a}" for name, value in _settings(run).items()]
    if not _starts_from_seed(run):
        given.append("start=start")
    if run.validation is not None:
        given.append("validation=held_out")
        if run.validation.patience is not None:
            given.append(f"early_stopping={run.validation.patience}")
    return f"us.train({', '.join(['data', *given])})"


def _settings(run: Run) -> dict[str, object]:
    """Those of the recipe that differ from the defaults, and the hidden layers."""
    recipe, found = run.recipe, {}
    for field in dataclasses.fields(Recipe):
        value = getattr(recipe, field.name)
        if field.name == "hidden" or value != field.default:
            found[field.name] = value
    if run.epochs > recipe.epochs:  # it went on from another run
        found["epochs"] = run.epochs
    if recipe.standardize is needs_scaling(run.data):
        found.pop("standardize")  # as "auto" does
    if isinstance(recipe.class_weight, tuple):
        found["class_weight"] = dict(recipe.class_weight)
    return found


def _starts_from_seed(run: Run) -> bool:
    shape, recipe = run.architecture, run.recipe
    drawn = Network.initialize(shape.sizes, recipe.activation, recipe.seed).to_vector()
    vector = drawn[None].astype(np.float32)
    if run.scaling is not None:
        vector = run.scaling.folded(vector, shape.layers[0].units)
    return bool(np.array_equal(vector[0], run.weights[0]))


def _shape(net: Network) -> list[tuple[object, ...]]:
    return [
        (layer.inputs, layer.units, layer.activation, layer.negative_slope) for layer in net.layers
    ]


def _which(run: Run, net: Network) -> str:
    """Which network of the run it is, where it is not the last."""
    found = np.float32(net.to_vector())
    epochs = np.flatnonzero((np.float32(run.weights) == found).all(axis=1))
    if run.epochs in epochs:
        return ""
    if not len(epochs):
        return "The weights were changed by hand after that."
    return f"The weights are those after epoch {epochs[-1]} of {run.epochs}."
