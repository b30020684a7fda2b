"""The points that a page shows: those that a network is trained on, and those held out from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.parts import sample
from unitscope.training.run import Run
from unitscope.wire.limits import LIMITS, SAMPLE_SEED


@dataclass(frozen=True)
class Shown:
    """Points, which of them are held out, (n,) bool, and of how many they are a sample, if above n.

    Those that are not held out are trained on.
    """

    data: Dataset
    held_out: np.ndarray
    count: int = 0

    @classmethod
    def of(cls, run: Run) -> Shown:
        """Those of a run, or a sample: first those that it was trained on, then those held out."""
        data, held_out = run.data, np.zeros(run.data.n_points, bool)
        if run.validation is not None:
            data = _joined(data, run.validation.data)
            held_out = np.arange(data.n_points) >= run.data.n_points
        n = data.n_points
        if n > LIMITS["points"]:
            kinds = data.y + data.n_classes * held_out
            rows = sample(kinds, LIMITS["points"], SAMPLE_SEED)
            data, held_out = data.where(rows), held_out[rows]
        return cls(data, held_out, n)

    @property
    def fitted(self) -> Dataset:
        """The points to train on."""
        return self.data.where(~self.held_out)

    @property
    def test(self) -> Dataset | None:
        """The points that are held out."""
        return self.data.where(self.held_out) if self.held_out.any() else None


def _joined(data: Dataset, more: Dataset) -> Dataset:
    """The points of both, which have the same names."""
    X, y = np.concatenate([data.X, more.X]), np.concatenate([data.y, more.y])
    names = data.class_names, data.feature_names
    both = Dataset(X, y, *names, fixed_scale=data.fixed_scale)
    return both.labelled_by(data.labels).encoded_by(data.encoding)
