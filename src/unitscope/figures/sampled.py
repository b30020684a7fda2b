"""Pictures of a model that is asked point by point: no more than it answers in time."""

from __future__ import annotations

import math

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.parts import sample
from unitscope.errors import refusal, said
from unitscope.figures.points import drawn_rows
from unitscope.figures.view import View
from unitscope.geometry.partition import partition
from unitscope.geometry.rectangle import Partition
from unitscope.geometry.sampling import asked_on_strip
from unitscope.models.sampled import Model, SampledClassifier


def check_wishes(model: Model, units: bool, shaded: bool) -> None:
    """Refuse what a model that is asked does not have."""
    if not isinstance(model, SampledClassifier):
        return
    if units:
        got = said("a model that has none")
        remedy = "Leave it out: the picture then has the model's decision regions."
        raise refusal("activation_regions", "of a network's units", got, remedy)
    if shaded and not model.probable:
        got = said("a model that has predict only")
        remedy = "Leave it out: the picture then has the model's decision regions."
        raise refusal("probability", "of a model that has predict_proba", got, remedy)


def rows_in_time(model: Model, data: Dataset) -> np.ndarray:
    """The numbers of the points that are drawn: no more than a model answers in time."""
    drawn = drawn_rows(data.y)
    if isinstance(model, SampledClassifier):
        return sample(data.y, model.affordable(len(drawn), data.X))
    return drawn


def sampled_partition(
    seen: SampledClassifier, model: Model, view: View, cells: int
) -> tuple[Partition, str]:
    """The same of a model that is asked, `seen` in the picture."""
    if view.strip:
        part = asked_on_strip(seen, model, view.window)
        low, high = view.window[0]
        return part, f"sampled: asked at {round((high - low) / part.error_bound) + 1:,} places"
    part = partition(seen, view.window, grid=cells)
    (left, right), (bottom, top) = part.window
    side = round(float(np.hypot(right - left, top - bottom)) / part.error_bound) + 1
    return part, f"sampled: asked at {side} x {side} places"


def side_in_time(part: Partition, most: int) -> int:
    """Places along each side at which probabilities are asked, at most so many."""
    if not isinstance(part.net, SampledClassifier):
        return most
    corner = np.array([[low for low, _ in part.window]])
    return max(2, math.isqrt(part.net.affordable(most**2, corner)))


def classes_at(part: Partition, places: np.ndarray) -> np.ndarray:
    """The class at each of places (m, 2); of a slow model, at one near it."""
    net = part.net
    if isinstance(net, SampledClassifier):
        steps = max(1, math.isqrt(net.affordable(len(places), places)) - 1)
        low, high = np.array(part.window).T
        side = (high - low) / steps
        if (steps + 1) ** 2 < len(places):
            places = low + np.round((places - low) / side) * side
        some, which = np.unique(places, axis=0, return_inverse=True)
        return net.predict(some)[which.ravel()]
    return net.predict(places)
