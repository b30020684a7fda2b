"""Asking a model that can only be asked: in pieces, timed, its answers checked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from unitscope.errors import UnitscopeError, refusal, said, shown
from unitscope.looking import look

SECONDS = 2.0  # that one picture, or one part of the words, may ask for
_PIECE = 4096  # rows asked at once, if they are answered in:
_PIECE_SECONDS = 0.25
_FIRST = (4, 16, 64, 256)  # rows by which the model's pace is measured
_TWICE = 64  # rows that are asked twice
_SAME = 1e-6  # probabilities that differ by no more are the same
_SUM = 1e-3  # by how much the sum of a row's probabilities may miss 1


class Asking:
    """The two questions to a model: which class, and how probable each is.

    - `labels` (K,): the model's classes as it names them.
    - `columns`: the names by which it knows its inputs; None where it takes an array.
    - `order`: the classes in another order, by their numbers in `labels`.
    - `probable`: whether it has probabilities.
    """

    def __init__(
        self,
        model: Any,
        labels: np.ndarray,
        columns: Sequence[Any] | None,
        order: Sequence[int] | None = None,
    ) -> None:
        self._given = model, labels, columns
        self._order = list(range(len(labels)) if order is None else order)
        self.labels, self.columns = labels[self._order], columns
        self._numbers = {label: number for number, label in enumerate(self.labels.tolist())}
        self._predict = getattr(model, "predict", None)
        self._chances = getattr(model, "predict_proba", None)
        self.probable = callable(self._chances)
        self._per_row: float | None = None  # seconds
        self._checked: set[str] = set()

    def reordered(self, order: Sequence[int]) -> Asking:
        """The same questions, with the classes in another order."""
        return Asking(*self._given, [self._order[number] for number in order])

    def classes(self, points: np.ndarray) -> np.ndarray:
        """The number of the class that the model gives each of `points` (n, d), (n,) ints.

        `predict` has the last word; a model without it gives the most probable class.
        """
        if not callable(self._predict):
            return self.probabilities(points).argmax(axis=1)
        return self._asked("predict", points)

    def probabilities(self, points: np.ndarray) -> np.ndarray:
        """The model's own probabilities, (n, K)."""
        if not self.probable:
            rule = "a model with predict_proba where probabilities are asked for"
            raise refusal("model", rule, said("one that has predict only"))
        return self._asked("predict_proba", points)

    def affordable(self, rows: int, points: np.ndarray, seconds: float = SECONDS) -> int:
        """How many of so many rows the model answers in that time, at least 1.

        `points` (n, d) are what it is asked for its pace, if it has not been asked yet.
        """
        if self._per_row is None:
            self.classes(points[: _FIRST[-1]])
        per_row = self._per_row or 0.0
        return rows if rows * per_row <= seconds else max(1, int(seconds / per_row))

    def _asked(self, which: str, points: np.ndarray) -> np.ndarray:
        if not len(points):
            return self._read(which, [], 0) if which == "predict" else np.zeros((0, self._k))
        if which not in self._checked:
            self._check(which, points)
        size = _PIECE
        if self._per_row:
            size = int(np.clip(_PIECE_SECONDS / self._per_row, 1, _PIECE))
        pieces = []
        for start in range(0, len(points), size):
            look()
            pieces.append(self._answers(which, points[start : start + size]))
        return np.concatenate(pieces)

    @property
    def _k(self) -> int:
        return len(self.labels)

    def _check(self, which: str, points: np.ndarray) -> None:
        """Measure the model's pace, and refuse one that answers otherwise the second time.

        The rows come in the other order then: what is answered to a row is its own.
        """
        for count in _FIRST:
            some = points[:count]
            answers, took = self._timed(which, some)
            if took > _PIECE_SECONDS:  # the first time, a library may have had to get ready
                took = min(took, self._timed(which, some)[1])
            if which == "predict" or self._per_row is None:
                self._per_row = took / len(some)
            if took > _PIECE_SECONDS or count >= len(points):
                break
        some, answers = some[:_TWICE], answers[:_TWICE]
        again = self._answers(which, some[::-1])[::-1]
        if not np.allclose(answers, again, rtol=0.0, atol=_SAME):
            rule = "a function that gives the same answer to a row each time"
            remedy = "A model that draws at random has a setting for its seed, or for prediction."
            raise refusal(f"model.{which}", rule, said("another in another order"), remedy)
        self._checked.add(which)

    def _timed(self, which: str, points: np.ndarray) -> tuple[np.ndarray, float]:
        began = time.perf_counter()
        answers = self._answers(which, points)
        return answers, time.perf_counter() - began

    def _answers(self, which: str, points: np.ndarray) -> np.ndarray:
        """One call of the model, which gets a copy of the rows: what it does to them is its own."""
        rows: Any = np.array(points, dtype=np.float64, order="C")
        if self.columns is not None:
            from pandas import DataFrame

            rows = DataFrame(rows, columns=list(self.columns))
        ask = self._predict if which == "predict" else self._chances
        assert ask is not None
        try:
            return self._read(which, ask(rows), len(points))
        except (UnitscopeError, MemoryError):
            raise
        except Exception as error:
            rule = f"able to answer rows of shape (n, {points.shape[1]})"
            raise refusal(f"model.{which}", rule, said(shown_error(error))) from error

    def _read(self, which: str, answers: Any, n: int) -> np.ndarray:
        if which == "predict":
            return self._classes_in(answers, n)
        return self._chances_in(answers, n)

    def _classes_in(self, answers: Any, n: int) -> np.ndarray:
        """Labels as numbers of classes, checked."""
        found = np.asarray(answers)
        if found.shape == (n, 1):
            found = found[:, 0]
        if found.shape != (n,):
            rule = f"a function that gives one label to each row, {n} in all"
            raise refusal("model.predict", rule, said(f"shape {found.shape}"))
        numbers = np.array([self._numbers.get(label, -1) for label in found.tolist()], np.intp)
        if (numbers < 0).any():
            rule = "a function that gives a row one of model.classes_"
            raise refusal("model.predict", rule, found[numbers.argmin()])
        return numbers

    def _chances_in(self, answers: Any, n: int) -> np.ndarray:
        """Probabilities (n, K), checked."""
        found = np.asarray(answers)
        name, k = "model.predict_proba", self._k
        if found.shape != (n, k):
            rule = f"a function that gives {n} rows of {k} probabilities, one for each class"
            raise refusal(name, rule, said(f"shape {found.shape}"))
        rule = f"a function that gives each row {k} probabilities, which sum to 1"
        if found.dtype.kind not in "biuf":
            raise refusal(name, rule, said(f"others, of dtype {found.dtype}"))
        found = found.astype(np.float64)
        if not np.isfinite(found).all():
            raise refusal(name, rule, said(f"{found[~np.isfinite(found)][0]}"))
        if found.min() < -_SAME:
            raise refusal(name, rule, said(f"{found.min():.3g}"))
        sums = found.sum(axis=1)
        off = int(np.abs(sums - 1.0).argmax())
        if abs(sums[off] - 1.0) > _SUM:
            raise refusal(name, rule, said(f"a sum of {sums[off]:.3g}"))
        return found[:, self._order]


def shown_error(error: Exception) -> str:
    """An error of another library in a refusal."""
    return shown(said(f"{type(error).__name__}: {error}"))
