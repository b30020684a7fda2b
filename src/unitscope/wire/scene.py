"""Everything that the page's JavaScript may know, as JSON values, and back: checked before anything is allocated.

Arrays travel as base64 of little-endian float32s or bytes. What comes in is hostile until a
function here has taken it.
"""

from __future__ import annotations

import base64
import binascii
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from unitscope import __version__, theme
from unitscope.data import toys
from unitscope.data.dataset import Dataset
from unitscope.errors import real_number, refusal, said, whole_number
from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import MEASURES, Fact
from unitscope.geometry.window import Window, checked_window
from unitscope.network import ACTIVATIONS, Dense, Network, check_activation
from unitscope.recipe import OPTIMIZERS, Recipe
from unitscope.training.curves import curves
from unitscope.training.run import Run
from unitscope.wire.messages import LIMITS as LIMITS
from unitscope.wire.messages import (
    About,
    Activation,
    ClaimScene,
    CourseScene,
    DataScene,
    GreetingScene,
    LayerScene,
    NetworkScene,
    OfferedScene,
    RecipeScene,
    RunScene,
    ThemeScene,
)

COURSE: CourseScene = {
    "features": 2,
    "classes": 4,
    "points": 100,
    "hidden": [2],
    "activation": "relu",
    "batch_size": 32,
    "epochs": 200,
}
_LONGEST_NAME = 200
_SETTINGS = (
    "hidden",
    "activation",
    "optimizer",
    "learning_rate",
    "batch_size",
    "epochs",
    "l1",
    "l2",
    "seed",
)
_RUN_BYTES = 4 * 2**20  # of the weights in one run; above, epochs are thinned evenly


def packed(content: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(content).decode()


def floats(values: np.ndarray) -> str:
    """Numbers as base64 of little-endian float32s."""
    return packed(np.ascontiguousarray(values, "<f4").tobytes())


def small(values: np.ndarray) -> str:
    """Numbers 0..255 as base64 of bytes."""
    return packed(np.ascontiguousarray(values, np.uint8).tobytes())


def taken_bytes(name: str, text: object, count: int | None = None) -> bytes:
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


def taken_floats(name: str, text: object, count: int) -> np.ndarray:
    """`count` finite float32s."""
    values = np.frombuffer(taken_bytes(name, text, 4 * count), "<f4")
    if not np.isfinite(values).all():
        raise refusal(name, "finite numbers", said("one that is not"))
    return values


def taken_object(name: str, value: object) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise refusal(name, "an object", value)
    return value


def _taken_names(name: str, value: object, at_least: int, at_most: int) -> list[str]:
    if not isinstance(value, list) or not at_least <= len(value) <= at_most:
        raise refusal(
            name,
            f"a list of {at_least} to {at_most} names",
            said(f"{len(value)} names" if isinstance(value, list) else type(value).__name__),
        )
    for each in value:
        if not isinstance(each, str) or len(each) > _LONGEST_NAME:
            raise refusal(name, f"texts of at most {_LONGEST_NAME} characters", each)
    return value


def data_scene(data: Dataset, held_out: np.ndarray | None = None) -> DataScene:
    """A Dataset as the page takes it; **raises** `InvalidInput` for numbers beyond float32's."""
    if np.abs(data.X).max() > np.finfo(np.float32).max:
        raise refusal(
            "points", "of numbers up to 3.4e38", float(np.abs(data.X).max()), "Scale the features."
        )
    return {
        "features": data.n_features,
        "points": floats(data.X),
        "labels": small(data.y),
        "class_names": list(data.class_names),
        "feature_names": list(data.feature_names),
        "held_out": None if held_out is None else small(held_out),
    }


def taken_data(value: object) -> tuple[Dataset, np.ndarray]:
    """The Dataset of a message and which of its points are held out (bool, (n,)); within the limits."""
    scene = taken_object("data", value)
    d = whole_number("features", scene.get("features"), at_least=1, at_most=LIMITS["features"])
    classes = _taken_names("class_names", scene.get("class_names"), 2, LIMITS["classes"])
    features = _taken_names("feature_names", scene.get("feature_names"), d, d)
    labels = scene.get("labels")
    if not isinstance(labels, str) or len(labels) > 4 * -(-LIMITS["points"] // 3):
        raise refusal(
            "labels",
            f"base64 text of at most {LIMITS['points']} bytes, one a point",
            said(f"{len(labels)} characters" if isinstance(labels, str) else type(labels).__name__),
        )
    y = np.frombuffer(taken_bytes("labels", labels), np.uint8)
    if not 2 <= len(y) <= LIMITS["points"]:
        raise refusal("points", f"2 to {LIMITS['points']}", len(y))
    if int(y.max()) >= len(classes):
        raise refusal("labels", f"below {len(classes)}, the number of classes", int(y.max()))
    X = taken_floats("points", scene.get("points"), len(y) * d).reshape(-1, d)
    held = np.zeros(len(y), bool)
    if scene.get("held_out") is not None:
        held = np.frombuffer(taken_bytes("held_out", scene["held_out"], len(y)), np.uint8) != 0
        if held.all():
            raise refusal(
                "held_out", "not all points: at least one is for training", said("all of them")
            )
    return Dataset(
        X.astype(np.float64), y.astype(np.int64), class_names=classes, feature_names=features
    ), held


def taken_window(value: object) -> Window | None:
    """The window of a message, or None where it has none."""
    if value is None:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(s, list) and len(s) == 2 for s in value)
    ):
        raise refusal("window", "[[x0_min, x0_max], [x1_min, x1_max]]", said(type(value).__name__))
    return checked_window(
        [[real_number("window", end, "of finite numbers") for end in side] for side in value]
    )


def recipe_scene(recipe: Recipe) -> RecipeScene:
    """A Recipe as the page takes it."""
    activation = recipe.activation if isinstance(recipe.activation, str) else recipe.activation[0]
    values = {name: getattr(recipe, name) for name in _SETTINGS}
    return cast(RecipeScene, values | {"hidden": list(recipe.hidden), "activation": activation})


def taken_recipe(value: object) -> Recipe:
    """The Recipe of a message, within the limits."""
    scene = taken_object("recipe", value)
    unknown = set(scene) - set(_SETTINGS)
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
    return Recipe(**{**scene, "hidden": tuple(hidden)})


def check_work(points: int, epochs: int, parameters: int, runs: int = 1) -> None:
    """Refuse what would take too long: the product of all."""
    work = points * epochs * parameters * runs
    if work > LIMITS["work"]:
        raise refusal(
            "points x epochs x parameters",
            f"at most {LIMITS['work']:,}",
            said(f"{work:.1e}"),
            "Use fewer points, epochs or units.",
        )


def check_weights(rows: int, parameters: int, name: str = "epochs") -> None:
    """Refuse what would keep too many numbers: a row of weights for each epoch, or each seed."""
    if rows * parameters > LIMITS["weights"]:
        raise refusal(
            f"{name} x parameters",
            f"at most {LIMITS['weights']:,}",
            rows * parameters,
            f"Use fewer {name} or units.",
        )


def layers_scene(shape: Network) -> list[LayerScene]:
    """A network's shape."""
    return [
        {
            "units": layer.units,
            "activation": cast(Activation, layer.activation),
            "negative_slope": float(layer.negative_slope),
        }
        for layer in shape.layers
    ]


def network_scene(net: Network) -> NetworkScene:
    """A network with its weights."""
    return {
        "features": net.n_features,
        "layers": layers_scene(net),
        "weights": floats(net.to_vector()),
    }


def taken_network(value: object) -> Network:
    """The Network of a message, within the limits."""
    scene = taken_object("network", value)
    d = whole_number("features", scene.get("features"), at_least=1, at_most=LIMITS["features"])
    layers = scene.get("layers")
    if not isinstance(layers, list) or not 1 <= len(layers) <= LIMITS["hidden_layers"] + 1:
        raise refusal(
            "layers",
            f"a list of 1 to {LIMITS['hidden_layers'] + 1} layers",
            said(type(layers).__name__),
        )
    empty, inputs = [], d
    for layer in (taken_object("layers", each) for each in layers):
        units = whole_number("units", layer.get("units"), at_least=1, at_most=LIMITS["units"])
        check_activation("activation", layer.get("activation"))
        slope = real_number("negative_slope", layer.get("negative_slope", 0.2), "a finite number")
        empty.append(Dense(np.zeros((inputs, units)), np.zeros(units), layer["activation"], slope))
        inputs = units
    shape = Network(empty)
    return shape.with_vector(
        taken_floats("weights", scene.get("weights"), shape.n_parameters).astype(np.float64)
    )


def run_scene(
    run: Run,
    *,
    course: bool,
    stopped: str | None = None,
    test: Dataset | None = None,
    most: int = _RUN_BYTES,
    between: Callable[[], None] | None = None,
) -> RunScene:
    """A Run as the page takes it: the weights of every epoch, thinned evenly where they have more than `most` bytes.

    `between` is called between pieces of the work on the test points.
    """
    kept = kept_epochs(run.epochs, max(2, most // (4 * run.shape.n_parameters)))
    tested = None if test is None else curves(run.shape, run.weights[1:], test.X, test.y, between)
    return {
        "features": run.shape.n_features,
        "layers": layers_scene(run.shape),
        "epochs": kept.tolist(),
        "weights": floats(run.weights[kept]),
        "loss": floats(run.loss),
        "accuracy": floats(run.accuracy),
        "test_loss": tested and floats(tested[0]),
        "test_accuracy": tested and floats(tested[1]),
        "recipe": recipe_scene(run.recipe),
        "course": course,
        "stopped": stopped,
    }


def kept_epochs(epochs: int, most: int) -> np.ndarray:
    """At most `most` of 0..epochs, evenly spaced, the first and the last among them."""
    if epochs < most:
        return np.arange(epochs + 1)
    return np.unique(np.linspace(0, epochs, min(epochs + 1, most)).round().astype(np.int64))


def claim_scene(claim: Claim) -> ClaimScene:
    """A sentence as the page takes it."""
    about: list[About] = []
    for fact in claim.facts:
        about += [ref for ref in _about(fact) if ref not in about]
    return {"topic": claim.topic, "text": claim.text, "about": about}


def said_of(
    net: Network,
    data: Dataset,
    *,
    run: Run | None = None,
    window: Any = None,
    between: Callable[[], None] | None = None,
) -> list[ClaimScene]:
    """What is said of a network on data, as the page takes it: areas and distances are in the window that it shows.

    - `run`: the training that ended with the network, perhaps on a part of the data; how it went is
      told too.
    - `between`: called between the sentences, and what it raises ends the work.
    """
    from unitscope.explanation import prose
    from unitscope.explanation.explain import explained

    on_all = run is not None and run.data is data
    claims = explained(
        run if on_all and run is not None else net, data, window=window, between=between
    ).claims
    if run is not None and not on_all:
        claims += tuple(
            claim
            for claim in explained(run, between=between).claims
            if claim.topic == prose.TRAINING
        )
    return [claim_scene(claim) for claim in claims]


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


def theme_scene() -> ThemeScene:
    """Both themes' colours and the classes' colours and markers."""
    fields = {name: dict(vars(look)) for name, look in theme.THEMES.items()}
    most = LIMITS["classes"]
    return cast(
        ThemeScene,
        {
            **fields,
            "class_colors": theme.class_colors(most),
            "class_markers": theme.class_markers(most),
        },
    )


def taken_id(message: object) -> int | None:
    """The id of a message, or None where it has none that can be used."""
    given = message.get("id") if isinstance(message, dict) else None
    return (
        given
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**53
        else None
    )


def greeting() -> GreetingScene:
    """All of the first message but its run."""
    return {
        "id": None,
        "kind": "hello",
        "version": __version__,
        "limits": LIMITS,
        "datasets": [_offered(name) for name in toys.names()],
        "activations": cast(list[Activation], list(ACTIVATIONS)),
        "optimizers": list(OPTIMIZERS),
        "recipe": recipe_scene(Recipe()),
        "course": COURSE,
        "theme": theme_scene(),
    }


def _offered(name: str) -> OfferedScene:
    """One data set, with the defaults of the settings that it has."""
    settings = {
        key: value.default for key, value in inspect.signature(toys.TOYS[name]).parameters.items()
    }
    return {
        "name": name,
        "n": settings.get("n"),
        "classes": settings.get("classes"),
        "noise": settings.get("noise"),
        "has_n": "n" in settings,
        "has_noise": "noise" in settings,
        "has_classes": "classes" in settings,
    }
