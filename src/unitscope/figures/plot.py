"""`us.plot`: every figure by its name. They draw on Axes, return Axes and change nothing else."""

from __future__ import annotations

from unitscope.figures.animation import animate as animate
from unitscope.figures.comparison import comparison as comparison
from unitscope.figures.data import data as data
from unitscope.figures.decision_regions import decision_regions as decision_regions
from unitscope.figures.hidden_layer import hidden_layer as hidden_layer
from unitscope.figures.images import images as images
from unitscope.figures.output_layer import output_layer as output_layer
from unitscope.figures.save import save as save
from unitscope.figures.sweep import sweep as sweep
from unitscope.figures.training import training as training
from unitscope.figures.unit_images import unit_images as unit_images

__all__ = [
    "animate",
    "comparison",
    "data",
    "decision_regions",
    "hidden_layer",
    "images",
    "output_layer",
    "save",
    "sweep",
    "training",
    "unit_images",
]


def __dir__() -> list[str]:
    return __all__
