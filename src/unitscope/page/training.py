"""The training that a request asks for: decoded, checked and weighed, then run.

Costs are in products of a point and a weight in a training: 1 ns or less each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged, refusal, said
from unitscope.networks import Network
from unitscope.page.course import course_start, fits_course
from unitscope.page.jobs import Job
from unitscope.recipe import Recipe
from unitscope.training.class_weights import class_weights
from unitscope.training.run import Run
from unitscope.training.train import epoch_cost
from unitscope.wire.from_wire import (
    floats_from_wire,
    patience_from_wire,
    recipe_from_wire,
    shown_from_wire,
)
from unitscope.wire.limits import check_weights, check_work
from unitscope.wire.shown import Shown

_SENTENCES = 2_000_000  # products that the words of an explanation take
_UNIT_PAIR = 500  # products that it takes for each pair of hidden units
# What each epoch takes beside its training, in products: to measure the accuracy, an activation of
# each unit at each point; to keep, encode and send its weights, each of them; and some for itself.
_ACTIVATION, _KEPT, _EPOCH = 15, 15, 700


@dataclass(frozen=True)
class Training:
    """A training on `fitted`: those of the points `shown` that are not held out.

    `patience`: after how many epochs without a lower loss on those held out to stop.
    """

    shown: Shown
    fitted: Dataset
    recipe: Recipe
    patience: int | None
    architecture: Network
    start: Network | None
    course: bool

    @classmethod
    def from_wire(cls, request: Mapping[str, Any], other: Network | None = None) -> Training:
        """The training that a request asks for; `other`: a network that must fit its data too."""
        shown = shown_from_wire(request.get("data"))
        data, fitted = shown.data, shown.fitted
        patience = patience_from_wire(request.get("early_stopping"), shown)
        recipe = recipe_from_wire(request.get("recipe"))
        if other is not None:
            _check_other(other, data)
        architecture = initialized(data, recipe, recipe.seed)
        class_weights(fitted, recipe)  # refuses
        check_work(data.n_points, recipe.epochs, architecture.n_parameters)
        check_weights(recipe.epochs, architecture.n_parameters)
        start: Network | None = None
        if request.get("start") is not None:
            vector = floats_from_wire("start", request["start"], architecture.n_parameters)
            start = architecture.with_vector(vector.astype(np.float64))
        course = request.get("course") is True and start is None and fits_course(fitted, recipe)
        return cls(shown, fitted, recipe, patience, architecture, start, course)

    @property
    def cost(self) -> int:
        """In products."""
        points, parameters = self.shown.data.n_points, self.architecture.n_parameters
        units = sum(layer.units for layer in self.architecture.layers)
        measured = _ACTIVATION * points * units + _KEPT * parameters + _EPOCH
        # where it stops early, some epochs up to the best are trained twice
        times = 1 if self.patience is None else 2
        return self.recipe.epochs * (
            times * epoch_cost(points, self.recipe.batch_size, parameters) + measured
        )

    @property
    def explanation_cost(self) -> int:
        """Of explaining one epoch, in products."""
        return cost_of_explaining(self.fitted, self.architecture)

    def run(self, job: Job) -> tuple[Run, str | None]:
        """The run, and why it ended early."""
        from unitscope.training.train import train

        start, order, stopped = self.start, None, None
        if self.course:
            start, order = course_start()
            order = order[: self.recipe.epochs]
        try:
            run = train(
                self.fitted,
                self.recipe,
                start=start,
                batch_order=order,
                progress=job.progress,
                validation=self.shown.test,
                early_stopping=self.patience,
            )
        except TrainingDiverged as error:
            run, stopped = error.run, str(error)
        return run, stopped


def _check_other(net: Network, data: Dataset) -> None:
    if (net.n_features, net.n_classes) != (data.n_features, data.n_classes):
        rule = f"one of {data.n_features} inputs and {data.n_classes} outputs, as the data has"
        got = said(f"{net.n_features} inputs and {net.n_classes} outputs")
        raise refusal("network", rule, got)


def initialized(data: Dataset, recipe: Recipe, seed: int) -> Network:
    """A recipe's network for data, with the initial weights of a seed."""
    sizes = (data.n_features, *recipe.hidden, data.n_classes)
    return Network.initialize(sizes, recipe.activation, seed)


def cost_of_explaining(data: Dataset, net: Network) -> int:
    """In products: an explanation takes each hidden unit out once, and each of few features."""
    from unitscope.explanation.features import MOST_WORK

    units, once = sum(layer.units for layer in net.layers[:-1]), data.n_points * net.n_parameters
    by_feature = data.n_features * once
    some = by_feature if by_feature <= MOST_WORK else 0
    return max(1, units) * once + some + _SENTENCES + _UNIT_PAIR * units**2
