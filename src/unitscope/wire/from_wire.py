"""JSON values of the page as values of the library, checked before anything is allocated.

What comes in is hostile until a function here has taken it: each raises `InvalidInput` with the
rule that is broken. Arrays come as base64 of little-endian float32s or bytes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import real_number, refusal, said, whole_number
from unitscope.geometry.window import Window, checked_window
from unitscope.networks import ACTIVATIONS, Dense, Network, checked_activation
from unitscope.recipe import Recipe
from unitscope.wire.limits import LIMITS
from unitscope.wire.scenes import RecipeScene
from unitscope.wire.shown import Shown

_LONGEST_NAME = 200
_LONGEST_VIEW = 40  # characters of a view's name


def id_from_wire(message: object) -> int | None:
    """The id of a message, or None where it has no valid one."""
    given = message.get("id") if isinstance(message, dict) else None
    valid = isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**53
    return given if valid else None


def view_from_wire(message: object) -> str | None:
    """Which of a notebook's views sent a message, or None where it has no valid name."""
    view = message.get("view") if isinstance(message, dict) else None
    return view if isinstance(view, str) and len(view) <= _LONGEST_VIEW else None


def object_from_wire(name: str, value: object) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise refusal(name, "an object", value)
    return value


def bytes_from_wire(name: str, text: object, count: int | None = None) -> bytes:
    """The bytes of a base64 text, exactly `count` of them where it is given."""
    rule = "base64 text" if count is None else f"base64 text of {count} bytes"
    if not isinstance(text, str):
        raise refusal(name, rule, text)
    if count is not None and len(text) != 4 * -(-count // 3):
        raise refusal(name, rule, said(f"{len(text)} characters"))
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refusal(name, rule, text) from None
    if count is not None and len(content) != count:
        raise refusal(name, rule, said(f"{len(content)} bytes"))
    return content


def floats_from_wire(name: str, text: object, count: int) -> np.ndarray:
    """`count` finite float32s, (count,)."""
    values = np.frombuffer(bytes_from_wire(name, text, 4 * count), "<f4")
    if not np.isfinite(values).all():
        raise refusal(name, "finite numbers", said("one that is not"))
    return values


def data_from_wire(value: object) -> tuple[Dataset, np.ndarray]:
    """A Dataset within the limits, and which of its points are held out: bool, (n,)."""
    scene = object_from_wire("data", value)
    d = whole_number("features", scene.get("features"), at_least=1, at_most=LIMITS["features"])
    classes = _names_from_wire("class_names", scene.get("class_names"), 2, LIMITS["classes"])
    features = _names_from_wire("feature_names", scene.get("feature_names"), d, d)
    y = _labels_from_wire(scene.get("labels"), len(classes))
    X = floats_from_wire("points", scene.get("points"), len(y) * d).reshape(-1, d)
    held = np.zeros(len(y), bool)
    if scene.get("held_out") is not None:
        held = np.frombuffer(bytes_from_wire("held_out", scene["held_out"], len(y)), np.uint8) != 0
        if held.all():
            rule = "not all points: at least one is for training"
            raise refusal("held_out", rule, said("all of them"))
    fixed = scene.get("fixed_scale", False)
    if not isinstance(fixed, bool):
        raise refusal("fixed_scale", "True or False", fixed)
    points, labels = X.astype(np.float64), y.astype(np.int64)
    data = Dataset(points, labels, classes, features, fixed_scale=fixed)
    return data, held


def shown_from_wire(value: object) -> Shown:
    """The points of a page."""
    data, held_out = data_from_wire(value)
    count = object_from_wire("data", value).get("sample_of", 0)
    return Shown(data, held_out, whole_number("sample_of", count, at_least=0, at_most=2**53 - 1))


def _labels_from_wire(labels: object, classes: int) -> np.ndarray:
    """The labels of 2 or more points, each below `classes`: uint8, (n,)."""
    if not isinstance(labels, str) or len(labels) > 4 * -(-LIMITS["points"] // 3):
        got = f"{len(labels)} characters" if isinstance(labels, str) else type(labels).__name__
        rule = f"base64 text of at most {LIMITS['points']} bytes, one a point"
        raise refusal("labels", rule, said(got))
    y = np.frombuffer(bytes_from_wire("labels", labels), np.uint8)
    if not 2 <= len(y) <= LIMITS["points"]:
        raise refusal("points", f"2 to {LIMITS['points']}", len(y))
    if int(y.max()) >= classes:
        raise refusal("labels", f"below {classes}, the number of classes", int(y.max()))
    return y


def _names_from_wire(name: str, value: object, at_least: int, at_most: int) -> list[str]:
    if not isinstance(value, list) or not at_least <= len(value) <= at_most:
        got = f"{len(value)} names" if isinstance(value, list) else type(value).__name__
        raise refusal(name, f"a list of {at_least} to {at_most} names", said(got))
    for each in value:
        if not isinstance(each, str) or len(each) > _LONGEST_NAME:
            raise refusal(name, f"texts of at most {_LONGEST_NAME} characters", each)
    return value


def window_from_wire(value: object) -> Window | None:
    """A window, or None where there is none."""
    if value is None:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(side, list) and len(side) == 2 for side in value)
    ):
        raise refusal("window", "[[x0_min, x0_max], [x1_min, x1_max]]", said(type(value).__name__))
    return checked_window(
        [[real_number("window", end, "of finite numbers") for end in side] for side in value]
    )


def recipe_from_wire(value: object) -> Recipe:
    """A Recipe within the limits."""
    scene = object_from_wire("recipe", value)
    unknown = set(scene) - set(RecipeScene.__annotations__)
    if unknown:
        raise refusal("recipe", "of known settings", sorted(unknown)[0])
    hidden = scene.get("hidden", [2])
    if not isinstance(hidden, list) or len(hidden) > LIMITS["hidden_layers"]:
        raise refusal("hidden", f"a list of at most {LIMITS['hidden_layers']} layers", hidden)
    for units in hidden:
        whole_number("hidden", units, at_least=1, at_most=LIMITS["units"])
    whole_number("epochs", scene.get("epochs", 200), at_least=1, at_most=LIMITS["epochs"])
    whole_number("batch_size", scene.get("batch_size", 32), at_least=1, at_most=LIMITS["points"])
    if not isinstance(scene.get("activation", "relu"), str):
        raise refusal("activation", "one of " + ", ".join(ACTIVATIONS), scene["activation"])
    weight = scene.get("class_weight")
    if weight is not None and weight != "balanced":
        rule = f'"balanced", or a list of 1 to {LIMITS["classes"]} numbers'
        if not isinstance(weight, list) or not 1 <= len(weight) <= LIMITS["classes"]:
            raise refusal("class_weight", rule, said(type(weight).__name__))
        weight = tuple(enumerate(weight))
    return Recipe(**{**scene, "hidden": tuple(hidden), "class_weight": weight})


def patience_from_wire(value: object, shown: Shown) -> int | None:
    """After how many epochs without a lower loss on the points held out to stop; None for never."""
    if value is None:
        return None
    most = LIMITS["epochs"]
    patience = whole_number("early_stopping", value, at_least=1, at_most=most)
    if not shown.held_out.any():
        raise refusal("early_stopping", "given with points held out", patience, "Hold some out.")
    return patience


def network_from_wire(value: object) -> Network:
    """A Network within the limits."""
    scene = object_from_wire("network", value)
    d = whole_number("features", scene.get("features"), at_least=1, at_most=LIMITS["features"])
    layers = scene.get("layers")
    if not isinstance(layers, list) or not 1 <= len(layers) <= LIMITS["hidden_layers"] + 1:
        rule = f"a list of 1 to {LIMITS['hidden_layers'] + 1} layers"
        raise refusal("layers", rule, said(type(layers).__name__))
    empty, inputs = [], d
    for layer in (object_from_wire("layers", each) for each in layers):
        units = whole_number("units", layer.get("units"), at_least=1, at_most=LIMITS["units"])
        checked_activation("activation", layer.get("activation"))
        slope = real_number("negative_slope", layer.get("negative_slope", 0.2), "a finite number")
        empty.append(Dense(np.zeros((inputs, units)), np.zeros(units), layer["activation"], slope))
        inputs = units
    shape = Network(empty)
    return shape.with_vector(
        floats_from_wire("weights", scene.get("weights"), shape.n_parameters).astype(np.float64)
    )
