"""What the page can offer: its first message, but for the run that it opens with."""

from __future__ import annotations

import functools
import inspect
from typing import cast

import numpy as np

from unitscope import __version__, theme
from unitscope.data import toys
from unitscope.networks import ACTIVATIONS
from unitscope.recipe import OPTIMIZERS, Recipe
from unitscope.wire.limits import LIMITS
from unitscope.wire.scenes import (
    CourseScene,
    GreetingScene,
    LookScene,
    OfferedScene,
    ThemeScene,
    ThumbnailScene,
)
from unitscope.wire.to_wire import recipe_to_wire, small_to_wire

COURSE: CourseScene = {
    "features": 2,
    "classes": 4,
    "points": 100,
    "hidden": [2],
    "activation": "relu",
    "batch_size": 32,
    "epochs": 200,
}
_BEGINS_WITH = {"digits": [32], "animals": [8]}  # units: with two, too many are wrong
_THUMBNAIL = 72  # points


def greeting() -> GreetingScene:
    """All of the first message but its run."""
    return {
        "id": None,
        "kind": "hello",
        "version": __version__,
        "limits": LIMITS,
        "datasets": [_offered(name) for name in toys.names()],
        "activations": list(ACTIVATIONS),
        "optimizers": list(OPTIMIZERS),
        "recipe": recipe_to_wire(Recipe()),
        "course": COURSE,
        "theme": _theme(),
    }


def _offered(name: toys.ToyName) -> OfferedScene:
    """One data set, with the defaults of the settings that it has."""
    settings = {
        key: value.default for key, value in inspect.signature(toys.TOYS[name]).parameters.items()
    }
    offered: OfferedScene = {
        "name": name,
        "n": settings.get("n"),
        "classes": settings.get("classes"),
        "noise": settings.get("noise"),
        "has_n": "n" in settings,
        "has_noise": "noise" in settings,
        "has_classes": "classes" in settings,
        "thumbnail": _thumbnail(name),
    }
    if name in _BEGINS_WITH:
        offered["hidden"] = _BEGINS_WITH[name]
    return offered


@functools.cache
def _thumbnail(name: toys.ToyName) -> ThumbnailScene:
    """A few points of a set, from where its classes' centres lie farthest apart."""
    data = toys.load(name)
    X = data.X
    if data.n_features > 2:
        X = (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9)
        centers = np.stack([X[data.y == k].mean(axis=0) for k in range(data.n_classes)])
        X = X @ np.linalg.svd(centers - centers.mean(axis=0), full_matrices=False)[2][:2].T
    low, high = X.min(axis=0), X.max(axis=0)
    some = np.linspace(0, data.n_points - 1, min(_THUMBNAIL, data.n_points)).astype(int)
    places = np.round(255 * (X[some] - low) / np.maximum(high - low, 1e-9))
    return {"places": small_to_wire(places), "labels": small_to_wire(data.y[some])}


def _theme() -> ThemeScene:
    """Both themes' colours, and the colour and marker of each class."""
    most = LIMITS["classes"]
    return {
        "light": cast(LookScene, dict(vars(theme.THEMES["light"]))),
        "dark": cast(LookScene, dict(vars(theme.THEMES["dark"]))),
        "class_colors": list(theme.class_colors(most)),
        "class_markers": list(theme.class_markers(most)),
    }
