"""The points that a Run keeps of too large data: some rows of an array, or a stream's first."""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from unitscope.keras_fit.data import LARGEST_DATA, FitData, Form, fit_data, kept, memory
from unitscope.keras_fit.plan import KerasOnly

POINTS_KEPT = 10_000


class Sample:
    """What the Run will keep of `X` and `y`, whatever form they have.

    Keras must be given the attribute `X` in its place: a generator can be read only once, so this
    one notes what passes. Everything else is read after the training, since one more pass through a
    shuffled `tf.data.Dataset` before it would change the order in which it sees the points.
    """

    def __init__(self, X: Any, y: Any, steps_per_epoch: int | None = None) -> None:
        self.X, self.y, self._steps = X, y, steps_per_epoch
        self._passed: list[Any] | None = None
        if isinstance(X, types.GeneratorType):
            self._passed = []
            self.X = _noting(X, self._passed, steps_per_epoch)

    def points(self, features: int, classes: int, validation_split: float) -> tuple[FitData, bool]:
        """The points and labels to keep, and whether there are more.

        An array is kept whole if it fits into `LARGEST_DATA` bytes; of a larger one, POINTS_KEPT
        rows at equal steps are kept. Of a PyDataset, a generator or anything else that gives
        batches, those of the first epoch are kept, up to POINTS_KEPT points. **Raises** `KerasOnly`
        where this gives no table of numbers with class numbers.
        """
        X, y, partial = self.X, self.y, False
        if y is None and not hasattr(X, "__array__"):
            passed = self._passed
            X, y = _first_points(_batches(X, self._steps) if passed is None else iter(passed))
            partial, validation_split = True, 0.0
        elif memory(X, 0) > LARGEST_DATA:
            n = len(X)
            end = kept(n, validation_split) if validation_split else n
            rows = np.linspace(0, end - 1, POINTS_KEPT).astype(np.int64)
            X, y = _rows(X, rows), _rows(y, rows)
            partial, validation_split = True, 0.0
        one_hot = np.ndim(y) == 2 and np.shape(y)[1] == classes
        floats = getattr(y, "dtype", None) in (np.float32, np.float64)
        if floats and not one_hot and (np.asarray(y) % 1 == 0).all():
            y = np.asarray(y).astype(np.int64)  # class numbers as floats, which a binary loss takes
        data = fit_data(X, y, Form(features, classes, one_hot), validation_split=validation_split)
        return data, partial


def batch_count(stream: Any) -> int | None:
    """How many batches a PyDataset, data set or loader gives in an epoch; None if it is unknown."""
    for count in (lambda: stream.num_batches, lambda: len(stream)):
        with suppress(TypeError, AttributeError, NotImplementedError):
            number = count()
            if number is not None:
                return int(number)
    return None


def _noting(batches: Iterator[Any], passed: list[Any], steps: int | None) -> Iterator[Any]:
    """The same batches; those of the first epoch are kept, as far as needed."""
    points = 0
    for batch in batches:
        wanted = points < POINTS_KEPT and len(passed) != steps
        if wanted and isinstance(batch, (tuple, list)) and len(batch) > 1:
            passed.append(batch)
            points += len(batch[0])
        yield batch


def _batches(stream: Any, steps: int | None) -> Iterator[Any]:
    """One epoch of a stream; a PyDataset does not end by itself."""
    try:
        return itertools.islice(iter(stream), steps or batch_count(stream))
    except TypeError:
        raise KerasOnly(f"its x is of type {type(stream).__name__}") from None


def _first_points(batches: Iterator[Any]) -> tuple[np.ndarray, np.ndarray]:
    points: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    while sum(map(len, points)) < POINTS_KEPT and (batch := next(batches, None)) is not None:
        if not isinstance(batch, (tuple, list)) or len(batch) < 2:
            raise KerasOnly("a batch of its x is not a pair (x, y)")
        points.append(np.asarray(batch[0]))
        labels.append(np.asarray(batch[1]))
    if not points:
        raise KerasOnly("its x gives no batches after the training")
    return np.concatenate(points)[:POINTS_KEPT], np.concatenate(labels)[:POINTS_KEPT]


def _rows(table: Any, rows: np.ndarray) -> Any:
    """These rows of an array or data frame, without a copy of the rest."""
    return table.iloc[rows] if hasattr(table, "iloc") else np.asarray(table)[rows]
