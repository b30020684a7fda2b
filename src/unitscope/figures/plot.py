"""`us.plot`: every figure by its name. They draw on Axes, return Axes and change nothing else."""

from __future__ import annotations

from unitscope.figures.data import data as data
from unitscope.figures.decision_regions import decision_regions as decision_regions
from unitscope.figures.hidden_layer import hidden_layer as hidden_layer
from unitscope.figures.output_layer import output_layer as output_layer
from unitscope.figures.save import save as save
from unitscope.figures.sweep import sweep as sweep
from unitscope.figures.training import training as training

__all__ = ["data", "decision_regions", "hidden_layer", "output_layer", "save", "sweep", "training"]


def __dir__() -> list[str]:
    return __all__
