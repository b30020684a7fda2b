"""Values of the library as JSON for the page's JavaScript, as `messages` has it.

Arrays go out as base64 of little-endian float32s or bytes.
"""

from __future__ import annotations

import base64
import functools
import inspect
from collections.abc import Callable

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal
from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import MEASURES, Fact
from unitscope.geometry.window import Window
from unitscope.network import Network
from unitscope.recipe import Recipe
from unitscope.training.curves import curves
from unitscope.training.run import Run
from unitscope.wire.messages import (
    About,
    ClaimScene,
    DataScene,
    LayerScene,
    NetworkScene,
    RecipeScene,
    RunScene,
)

_RUN_BYTES = 4 * 2**20  # of the weights in one run; above, epochs are thinned evenly


def bytes_to_wire(content: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(content).decode()


def floats_to_wire(values: np.ndarray) -> str:
    """Numbers as base64 of little-endian float32s."""
    return bytes_to_wire(np.ascontiguousarray(values, "<f4").tobytes())


def small_to_wire(values: np.ndarray) -> str:
    """Numbers 0..255 as base64 of bytes."""
    return bytes_to_wire(np.ascontiguousarray(values, np.uint8).tobytes())


def data_to_wire(data: Dataset, held_out: np.ndarray | None = None) -> DataScene:
    """A Dataset, and which of its points are held out; **raises** for numbers beyond float32's."""
    largest = float(np.abs(data.X).max())
    if largest > np.finfo(np.float32).max:
        raise refusal("points", "of numbers up to 3.4e38", largest, "Scale the features.")
    return {
        "features": data.n_features,
        "points": floats_to_wire(data.X),
        "labels": small_to_wire(data.y),
        "class_names": list(data.class_names),
        "feature_names": list(data.feature_names),
        "held_out": None if held_out is None else small_to_wire(held_out),
    }


def recipe_to_wire(recipe: Recipe) -> RecipeScene:
    """A Recipe; of several activations, the first layer's."""
    activation = recipe.activation if isinstance(recipe.activation, str) else recipe.activation[0]
    return {
        "hidden": list(recipe.hidden),
        "activation": activation,
        "optimizer": recipe.optimizer,
        "learning_rate": recipe.learning_rate,
        "batch_size": recipe.batch_size,
        "epochs": recipe.epochs,
        "l1": recipe.l1,
        "l2": recipe.l2,
        "seed": recipe.seed,
    }


def layers_to_wire(shape: Network) -> list[LayerScene]:
    """A network's layers without their weights."""
    return [
        {
            "units": layer.units,
            "activation": layer.activation,
            "negative_slope": float(layer.negative_slope),
        }
        for layer in shape.layers
    ]


def network_to_wire(net: Network) -> NetworkScene:
    """A network with its weights."""
    return {
        "features": net.n_features,
        "layers": layers_to_wire(net),
        "weights": floats_to_wire(net.to_vector()),
    }


def run_to_wire(
    run: Run,
    *,
    course: bool,
    stopped: str | None = None,
    test: Dataset | None = None,
    most: int = _RUN_BYTES,
    checkpoint: Callable[[], None] | None = None,
) -> RunScene:
    """A Run: the weights of every epoch, thinned evenly where they have more than `most` bytes.

    - `test`: held-out points, whose loss and accuracy are measured.
    - `checkpoint`: called between pieces of that work; what it raises ends it.
    """
    kept = kept_epochs(run.epochs, max(2, most // (4 * run.architecture.n_parameters)))
    test_loss = test_accuracy = None
    if test is not None:
        tested = curves(run.architecture, run.weights[1:], test.X, test.y, checkpoint)
        test_loss, test_accuracy = map(floats_to_wire, tested)
    return {
        "features": run.architecture.n_features,
        "layers": layers_to_wire(run.architecture),
        "epochs": kept.tolist(),
        "weights": floats_to_wire(run.weights[kept]),
        "loss": floats_to_wire(run.loss),
        "accuracy": floats_to_wire(run.accuracy),
        "test_loss": test_loss,
        "test_accuracy": test_accuracy,
        "recipe": recipe_to_wire(run.recipe),
        "course": course,
        "stopped": stopped,
    }


def kept_epochs(epochs: int, most: int) -> np.ndarray:
    """At most `most` of 0..epochs, evenly spaced, the first and the last among them."""
    if epochs < most:
        return np.arange(epochs + 1)
    return np.unique(np.linspace(0, epochs, min(epochs + 1, most)).round().astype(np.int64))


def claim_to_wire(claim: Claim) -> ClaimScene:
    """A sentence, and what it is about."""
    about: list[About] = []
    for fact in claim.facts:
        about += [ref for ref in _about(fact) if ref not in about]
    return {"topic": claim.topic, "text": claim.text, "about": about}


def claims_to_wire(
    net: Network,
    data: Dataset,
    *,
    run: Run | None = None,
    window: Window | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> list[ClaimScene]:
    """The explanation of a network on data; areas and distances are within `window`.

    - `run`: the training that ended with the network, perhaps on some of the points: its story is
      told too.
    - `checkpoint`: called between sentences; what it raises ends the work.
    """
    from unitscope.explanation import prose
    from unitscope.explanation.explain import explained

    if run is not None and run.data is data:
        claims = explained(run, data, window=window, checkpoint=checkpoint).claims
    else:
        claims = explained(net, data, window=window, checkpoint=checkpoint).claims
        if run is not None:
            told = explained(run, checkpoint=checkpoint).claims
            claims += tuple(claim for claim in told if claim.topic == prose.TRAINING)
    return [claim_to_wire(claim) for claim in claims]


def _about(fact: Fact) -> list[About]:
    """What a fact is about, from the names of its measure's arguments."""
    given = dict(zip(_arguments(fact.name), fact.about, strict=False))
    if fact.name == "nearest_to_boundary" and fact.value:
        return [{"point": int(fact.value[0])}]
    if "unit" in given:
        return [{"unit": [int(given.get("layer", 0)), int(given["unit"])]}]
    if "label" in given:
        return [{"class": int(given["label"])}]
    return [{"point": given["point"]}] if isinstance(given.get("point"), int) else []


@functools.cache
def _arguments(measure: str) -> tuple[str, ...]:
    return tuple(inspect.signature(MEASURES[measure]).parameters)[1:]
