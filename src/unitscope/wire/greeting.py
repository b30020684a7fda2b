"""What the page can offer: its first message, but for the run that it opens with."""

from __future__ import annotations

import inspect
from typing import cast

from unitscope import __version__, theme
from unitscope.data import toys
from unitscope.network import ACTIVATIONS
from unitscope.recipe import OPTIMIZERS, Recipe
from unitscope.wire.limits import LIMITS
from unitscope.wire.messages import (
    CourseScene,
    GreetingScene,
    LookScene,
    OfferedScene,
    ThemeScene,
)
from unitscope.wire.to_wire import recipe_to_wire

COURSE: CourseScene = {
    "features": 2,
    "classes": 4,
    "points": 100,
    "hidden": [2],
    "activation": "relu",
    "batch_size": 32,
    "epochs": 200,
}


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
    return {
        "name": name,
        "n": settings.get("n"),
        "classes": settings.get("classes"),
        "noise": settings.get("noise"),
        "has_n": "n" in settings,
        "has_noise": "noise" in settings,
        "has_classes": "classes" in settings,
    }


def _theme() -> ThemeScene:
    """Both themes' colours, and the colour and marker of each class."""
    most = LIMITS["classes"]
    return {
        "light": cast(LookScene, dict(vars(theme.THEMES["light"]))),
        "dark": cast(LookScene, dict(vars(theme.THEMES["dark"]))),
        "class_colors": list(theme.class_colors(most)),
        "class_markers": list(theme.class_markers(most)),
    }
