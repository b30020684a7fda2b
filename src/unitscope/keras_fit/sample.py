"""The points that a Run keeps of too large data: some rows of an array, or a stream's first."""

from __future__ import annotations

import contextlib
import itertools
import types
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from unitscope.keras_fit.data import LARGEST_DATA, FitData, fit_data, kept, memory
from unitscope.keras_fit.labels import Form
from unitscope.keras_fit.passing import Passing, is_data_set, is_loader
from unitscope.keras_fit.plan import KerasOnly

POINTS_KEPT = 10_000


class Sample:
    """What the Run will keep of `X` and `y`, whatever form they have.

    Keras must be given the attribute `X` in its place: of a generator or a `tf.data.Dataset` it
    notes what passes. So do a PyDataset and a `DataLoader` within `noting`. What cannot be noted is
    read after the training.
    """

    def __init__(
        self, X: Any, y: Any, steps_per_epoch: int | None = None, *, dealt: bool = False
    ) -> None:
        """`dealt`: whether Keras deals the batches out to several devices."""
        self.X, self.y, self._steps = X, y, steps_per_epoch
        self._passed: list[Any] | None = None
        self._passing: Passing | None = None
        self._refused: KerasOnly | None = None
        if isinstance(X, types.GeneratorType):
            self._passed = []
            self.X = _noting(X, self._passed, steps_per_epoch)
        elif is_data_set(X) and y is None and not dealt:
            self._passing = Passing(steps_per_epoch, POINTS_KEPT)
            try:
                self.X = self._passing.data_set(X)
            except KerasOnly as reason:
                self._refused = reason

    def epoch_ended(self) -> None:
        """The first epoch has been trained, or a later one: nothing more is to be noted."""
        if self._passing is not None:
            self._passing.end()

    @contextlib.contextmanager
    def noting(self, base: Any) -> Iterator[None]:
        """Note what X gives in here: a `base`, a PyDataset, or a loader has its own class after.

        One that other processes read, or whose class cannot be exchanged, is read afterwards.
        """
        if is_loader(self.X):
            with self._noting_loader():
                yield
            return
        noted = _Noted(self.X, self._steps)
        if not isinstance(self.X, base) or not noted.begin():
            yield
            return
        try:
            yield
        finally:
            noted.end()
            self._passed = noted.batches()

    @contextlib.contextmanager
    def _noting_loader(self) -> Iterator[None]:
        own, passing = type(self.X), Passing(self._steps, POINTS_KEPT)
        try:
            self.X.__class__ = passing.loader_class(own)
        except TypeError:
            yield
            return
        self._passing = passing
        try:
            yield
        finally:
            self.X.__class__ = own

    def points(self, features: int, classes: int, validation_split: float) -> tuple[FitData, bool]:
        """The points and labels to keep, and whether there are more.

        An array is kept whole if it fits into `LARGEST_DATA` bytes; of a larger one, POINTS_KEPT
        rows at equal steps are kept. Of a PyDataset, a generator or anything else that gives
        batches, those of the first epoch are kept, up to POINTS_KEPT points. **Raises** `KerasOnly`
        where this gives no table of numbers with class numbers.
        """
        X, y, partial = self.X, self.y, False
        if y is None and not hasattr(X, "__array__"):
            if self._refused is not None:
                raise self._refused
            passed = self._passed if self._passing is None else self._passing.batches()
            X, y = _first_points(_batches(X, self._steps) if passed is None else iter(passed))
            partial, validation_split = True, 0.0
        elif memory(X, 0) > LARGEST_DATA:
            n = len(X)
            end = kept(n, validation_split) if validation_split else n
            rows = np.linspace(0, end - 1, POINTS_KEPT).astype(np.int64)
            X, y = _rows(X, rows), _rows(y, rows)
            partial, validation_split = True, 0.0
        one_hot = np.ndim(y) == 2 and np.shape(y)[1] == classes
        data = fit_data(X, y, Form(features, classes, one_hot), validation_split=validation_split)
        return data, partial


class _Noted:
    """A PyDataset that is being read: the first batches of each index, in copies."""

    def __init__(self, stream: Any, steps: int | None) -> None:
        self._stream, self._class, self._steps = stream, type(stream), steps
        self._batches: dict[int, Any] | None = {}
        self._points = 0

    def begin(self) -> bool:
        """Have the stream tell what it gives; whether it does."""
        own, tell = self._class, self._tell
        if getattr(self._stream, "use_multiprocessing", False):
            return False

        def getitem(stream: Any, index: Any) -> Any:
            batch = own.__getitem__(stream, index)
            tell(index, batch)
            return batch

        names = {"__getitem__": getitem, "__module__": own.__module__, "__doc__": own.__doc__}
        try:
            self._stream.__class__ = type(own.__name__, (own,), names)
        except TypeError:
            return False
        return True

    def end(self) -> None:
        """Have it as it was."""
        self._stream.__class__ = self._class

    def batches(self) -> list[Any] | None:
        """In the order of the indices; None where they are to be read."""
        return [batch for _, batch in sorted(self._batches.items())] if self._batches else None

    def _tell(self, index: int, batch: Any) -> None:
        known = self._batches
        if known is None or index in known or self._points >= POINTS_KEPT:
            return
        if len(known) == self._steps:
            return
        try:
            points, labels = (np.array(part) for part in batch[:2])
            known[int(index)] = points, labels
            self._points += len(points)
            if points.ndim != 2:
                self._batches = None
        except Exception:  # no pair, or none of arrays: whoever reads it afterwards says so
            self._batches = None


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
