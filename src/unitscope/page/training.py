"""The training that a request asks for: decoded, checked and weighed, then run.

Costs are in products: how many multiplications of a training take as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged, refusal, said
from unitscope.network import Network
from unitscope.page.course import course_start, fits_course
from unitscope.page.jobs import Job
from unitscope.recipe import Recipe
from unitscope.training.run import Run
from unitscope.wire.from_wire import data_from_wire, floats_from_wire, recipe_from_wire
from unitscope.wire.limits import check_weights, check_work

_SENTENCES = 2_000_000  # products that the words of an explanation take
_UNIT_PAIR = 500  # products that it takes for each pair of hidden units


@dataclass(frozen=True)
class Training:
    """A training on `fitted`: the points of `data` that are not `held_out`."""

    data: Dataset
    held_out: np.ndarray
    fitted: Dataset
    recipe: Recipe
    architecture: Network
    start: Network | None
    course: bool

    @classmethod
    def from_wire(cls, request: Mapping[str, Any], other: Network | None = None) -> Training:
        """The training that a request asks for; `other`: a network that must fit its data too."""
        data, held_out = data_from_wire(request.get("data"))
        recipe = recipe_from_wire(request.get("recipe"))
        if other is not None:
            _check_other(other, data)
        fitted, architecture = data.where(~held_out), initialized(data, recipe, recipe.seed)
        check_work(data.n_points, recipe.epochs, architecture.n_parameters)
        check_weights(recipe.epochs, architecture.n_parameters)
        start: Network | None = None
        if request.get("start") is not None:
            vector = floats_from_wire("start", request["start"], architecture.n_parameters)
            start = architecture.with_vector(vector.astype(np.float64))
        course = request.get("course") is True and start is None and fits_course(fitted, recipe)
        return cls(data, held_out, fitted, recipe, architecture, start, course)

    @property
    def cost(self) -> int:
        """In products."""
        return self.data.n_points * self.recipe.epochs * self.architecture.n_parameters

    @property
    def explanation_cost(self) -> int:
        """Of explaining one epoch, in products."""
        return cost_of_explaining(self.data, self.architecture)

    @property
    def test(self) -> Dataset | None:
        """The points that are held out."""
        return self.data.where(self.held_out) if self.held_out.any() else None

    def run(self, job: Job) -> tuple[Run, str | None]:
        """The run, its accuracy measured, and why it ended early."""
        from unitscope.training.train import train

        start, order, stopped = self.start, None, None
        if self.course:
            start, order = course_start()
            order = order[: self.recipe.epochs]
        try:
            run = train(
                self.fitted, self.recipe, start=start, batch_order=order, progress=job.progress
            )
        except TrainingDiverged as error:
            run, stopped = error.run, str(error)
        run._measure(job.checkpoint)
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
    """In products: an explanation takes each hidden unit out once."""
    units = sum(layer.units for layer in net.layers[:-1])
    return data.n_points * max(1, units) * net.n_parameters + _SENTENCES + _UNIT_PAIR * units**2
