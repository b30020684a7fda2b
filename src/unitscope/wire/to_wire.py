"""Values of the library as JSON for the page's JavaScript, as `messages` has it.

Arrays go out as base64 of little-endian float32s or bytes.
"""

from __future__ import annotations

import base64
import functools
import inspect
from typing import cast

import numpy as np

from unitscope.comparison.opened import Beside
from unitscope.data.dataset import Dataset
from unitscope.errors import refusal
from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import MEASURES, Fact
from unitscope.geometry.axis_names import axis_names, cut, without_unit
from unitscope.geometry.plane import Plane, best_plane
from unitscope.geometry.window import Window
from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.shares import percent
from unitscope.training.class_weights import class_weights
from unitscope.training.run import Run
from unitscope.training.train import needs_scaling
from unitscope.wire.limits import sample_words
from unitscope.wire.scenes import (
    About,
    AboutPoint,
    ClaimScene,
    DataScene,
    FirstScene,
    LayerScene,
    NetworkScene,
    PlaneScene,
    RecipeScene,
    RunScene,
)
from unitscope.wire.sentences import named_classes, remedies
from unitscope.wire.shown import Shown

_ON_POINTS = "nearest_to_boundary", "closest_region", "closest_call"  # whose value begins with one
TRIALS = 0.05  # seconds, after a training
_RUN_BYTES = 4 * 2**20  # of the weights in one run; above, epochs are thinned evenly
_GIVEN = "the plane that was given"


def bytes_to_wire(content: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(content).decode()


def floats_to_wire(values: np.ndarray) -> str:
    """Numbers as base64 of little-endian float32s."""
    return bytes_to_wire(np.ascontiguousarray(values, "<f4").tobytes())


def small_to_wire(values: np.ndarray) -> str:
    """Numbers 0..255 as base64 of bytes."""
    return bytes_to_wire(np.ascontiguousarray(values, np.uint8).tobytes())


def data_to_wire(data: Dataset, held_out: np.ndarray | None = None, *, of: int = 0) -> DataScene:
    """A Dataset, which of its points are held out, and of how many they are a sample.

    **Raises** for numbers beyond float32's.
    """
    largest = float(np.abs(data.X).max())
    if largest > np.finfo(np.float32).max:
        raise refusal("points", "of numbers up to 3.4e38", largest, "Scale the features.")
    scene: DataScene = {
        "features": data.n_features,
        "points": floats_to_wire(data.X),
        "labels": small_to_wire(data.y),
        "class_names": list(data.class_names),
        "feature_names": list(data.feature_names),
        "held_out": None if held_out is None else small_to_wire(held_out),
    }
    if of > data.n_points:
        scene["sample_of"] = of
    if data.fixed_scale:
        scene["fixed_scale"] = True
    return scene


def shown_to_wire(shown: Shown) -> DataScene:
    """The points of a page."""
    held_out = shown.held_out if shown.held_out.any() else None
    return data_to_wire(shown.data, held_out, of=shown.count)


def recipe_to_wire(recipe: Recipe, data: Dataset | None = None) -> RecipeScene:
    """A Recipe; of several activations or penalties, the first layer's.

    `data`: what was trained on: its weights are of these classes, and where "auto" does to their
    scale what was done, that is said.
    """
    weight = recipe.class_weight
    if weight != "balanced":
        weighed = weight is not None and data is not None
        weight = class_weights(data, recipe).tolist() if weighed and data is not None else None
    standardize = recipe.standardize
    if data is not None and needs_scaling(data) is standardize:
        standardize = "auto"
    (l1, *_), (l2, *_) = recipe.penalties(len(recipe.hidden) + 1)
    activation = recipe.activation if isinstance(recipe.activation, str) else recipe.activation[0]
    return {
        "hidden": list(recipe.hidden),
        "activation": activation,
        "optimizer": recipe.optimizer,
        "learning_rate": recipe.learning_rate,
        "batch_size": recipe.batch_size,
        "epochs": recipe.epochs,
        "l1": l1,
        "l2": l2,
        "seed": recipe.seed,
        "standardize": standardize,
        "class_weight": weight,
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
    most: int = _RUN_BYTES,
    plane: Plane | None = None,
) -> RunScene:
    """A Run: the weights of every epoch, thinned evenly where they have more than `most` bytes."""
    kept = kept_epochs(run.epochs, max(2, most // (4 * run.architecture.n_parameters)))
    test = run.validation
    scene: RunScene = {
        "features": run.architecture.n_features,
        "layers": layers_to_wire(run.architecture),
        "epochs": kept.tolist(),
        "weights": floats_to_wire(run.weights[kept]),
        "loss": floats_to_wire(run.loss),
        "accuracy": floats_to_wire(run.accuracy),
        "test_loss": None if test is None else floats_to_wire(test.loss),
        "test_accuracy": None if test is None else floats_to_wire(test.accuracy),
        "recipe": recipe_to_wire(run.recipe, run.data),
        "course": course,
        "stopped": stopped,
        "early_stopping": None if test is None else test.patience,
        "standardized": run.scaling is not None,
        "plane": plane_to_wire(run, plane),
    }
    if run.fitted is not None and run.fitted.read_as is not None:
        scene["read_as"] = run.fitted.read_as
    return scene


def plane_to_wire(run: Run, given: Plane | None = None) -> PlaneScene | None:
    """The plane that is given, or that pictures of a run show.

    None without one of two features at most, or where the run diverged.
    """
    data = run.data
    if given is not None:
        return plane_of(data, given, _GIVEN)
    if data.n_features <= 2 or not np.isfinite(run.weights[-1]).all():
        return None
    return plane_of(data, *best_plane(run.network, data))


def plane_of(data: Dataset, plane: Plane, words: str) -> PlaneScene:
    """A plane through data of more than two features, and what it is in words."""
    short = [cut(without_unit(name)) for name in data.feature_names]
    return {
        "origin": floats_to_wire(plane.origin),
        "basis": floats_to_wire(plane.basis),
        "dual": floats_to_wire(plane.dual),
        "names": list(axis_names(plane, data.feature_names, short, data.X.std(axis=0))),
        "words": words,
    }


def with_beside(first: FirstScene, beside: Beside | None, data: Dataset) -> FirstScene:
    """A first screen with the network that is compared with it, on the plane of both."""
    if beside is None:
        return first
    name, shown = beside.names
    network = network_to_wire(beside.network)
    found: FirstScene = {**first, "beside": {"network": network, "name": name, "shown": shown}}
    if beside.plane is not None:
        plane = plane_of(data, beside.plane, beside.words.replace("\n", ", "))
        found["run"] = {**first["run"], "plane": plane}
    return found


def kept_epochs(epochs: int, most: int) -> np.ndarray:
    """At most `most` of 0..epochs, evenly spaced, the first and the last among them."""
    if epochs < most:
        return np.arange(epochs + 1)
    return np.unique(np.linspace(0, epochs, min(epochs + 1, most)).round().astype(np.int64))


def claim_to_wire(
    claim: Claim, shown: Shown, rows: np.ndarray, run: Run | None = None
) -> ClaimScene:
    """A sentence, what it is about, and of a `run` that fails, what can be done about it.

    `rows`: where each of its points is in the page's data.
    """
    about: list[About] = []
    for fact in claim.facts:
        about += [ref for ref in _about(fact) if ref not in about]
    about = [_on_page(ref, rows) for ref in about]
    scene: ClaimScene = {"topic": claim.topic, "text": claim.text, "about": about}
    if places := named_classes(claim, shown.data.class_names):
        scene["classes"] = places
    if run is not None and (found := remedies(claim, run)):
        scene["remedies"] = found
    return scene


def _on_page(ref: About, rows: np.ndarray) -> About:
    if "point" not in ref:
        return ref
    return {"point": int(rows[cast(AboutPoint, ref)["point"]])}


def claims_to_wire(
    net: Network,
    shown: Shown,
    *,
    run: Run | None = None,
    window: Window | None = None,
) -> list[ClaimScene]:
    """What a network does with the points that are not held out; they are numbered among these.

    - `run`: the training that ended with the network: its story is told too, and how the points
      held out fare, but not that of a training on more points than these.
    - `window`: that of areas and distances.
    """
    from unitscope.explanation.explain import explained

    data, rows = shown.fitted, np.flatnonzero(~shown.held_out)
    on_more = run is not None and run.data.n_points > data.n_points
    what, seconds = (net, 0.0) if run is None or on_more else (run, TRIALS)
    told = explained(what, data, window=window, advice=seconds)
    first = [_of_sample(shown, run if on_more else None)] if _is_sample(shown) else []
    scenes = [claim_to_wire(claim, shown, rows, run) for claim in told]
    for scene in [scene for scene in scenes if "remedies" in scene][1:]:
        del scene["remedies"]  # those of the first are the same
    return first + scenes


def _is_sample(shown: Shown) -> bool:
    return shown.count > shown.data.n_points


def _of_sample(shown: Shown, run: Run | None) -> ClaimScene:
    """The sentence of a sample; `run`: the training that had all of the points."""
    which = "those trained on among " if shown.held_out.any() else ""
    words = sample_words(shown.data.n_points, shown.count)
    words = f"All that is said here is of {which}{words}."
    if run is not None:
        right, all_of = percent(run.accuracy[-1]), "all"
        if run.validation is not None:
            all_of = f"{run.data.n_points:,}"
        words += (
            f" The network was trained on {all_of} of them, and gets {right} of {all_of} right."
        )
    return {"topic": "", "text": words, "about": []}


def _about(fact: Fact) -> list[About]:
    """What a fact is about, from the names of its measure's arguments."""
    given = dict(zip(_arguments(fact.name), fact.about, strict=False))
    if fact.name in _ON_POINTS and fact.value:
        return [{"point": int(fact.value[0])}]
    if "unit" in given:
        return [{"unit": [int(given.get("layer", 0)), int(given["unit"])]}]
    if "label" in given:
        return [{"class": int(given["label"])}]
    return [{"point": given["point"]}] if isinstance(given.get("point"), int) else []


@functools.cache
def _arguments(measure: str) -> tuple[str, ...]:
    return tuple(inspect.signature(MEASURES[measure]).parameters)[1:]
