"""Report: how well a classifier tells each class, as text, a frame, or a notebook's table."""

from __future__ import annotations

import dataclasses
import functools
import html
from typing import Any

import numpy as np

from unitscope.shares import percent
from unitscope.values import Value, read_only
from unitscope.visible import on_one_line

_MOST_CONFUSED = 12  # classes of a confusion that is written out
_LONGEST_NAME = 24


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Report(Value):
    """What a classifier makes of labelled rows.

    - `class_names`, `labels`, (K,): the classes, as names and as they were given.
    - `confusion`: (K, K) ints: row i, column j counts the rows of class i that are taken for j.
    - `training`: whether the rows are those that it was trained on.

    A share of nothing is NaN: the precision of a class that is never predicted, the recall of one
    without rows.
    """

    class_names: tuple[str, ...]
    labels: np.ndarray
    confusion: np.ndarray
    training: bool = False

    @functools.cached_property
    def support(self) -> np.ndarray:
        """How many rows each class has, (K,)."""
        return read_only(self.confusion.sum(axis=1))

    @functools.cached_property
    def predicted(self) -> np.ndarray:
        """How many rows are taken for each class, (K,)."""
        return read_only(self.confusion.sum(axis=0))

    @functools.cached_property
    def precision(self) -> np.ndarray:
        """Of the rows that are taken for a class, the share that are of it, (K,)."""
        return read_only(_shares(self._right, self.predicted))

    @functools.cached_property
    def recall(self) -> np.ndarray:
        """Of the rows of a class, the share that are taken for it, (K,)."""
        return read_only(_shares(self._right, self.support))

    @functools.cached_property
    def f1(self) -> np.ndarray:
        """The harmonic mean of precision and recall, (K,): 0 where no row of a class is right."""
        return read_only(_shares(2 * self._right, self.predicted + self.support))

    @property
    def n(self) -> int:
        """How many rows there are."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """How many of them are taken for their own class."""
        return int(self._right.sum())

    @property
    def accuracy(self) -> float:
        """The share of the rows that are taken for their own class."""
        return self.right / self.n

    @property
    def largest(self) -> float:
        """The share of the largest class: the accuracy of always saying it."""
        return float(self.support.max() / self.n)

    @property
    def _right(self) -> np.ndarray:
        return self.confusion.diagonal()

    def frame(self) -> Any:
        """A pandas frame: a row for each class, with precision, recall, f1 and support."""
        import pandas

        columns = {name: getattr(self, name) for name in ("precision", "recall", "f1", "support")}
        index = pandas.Index(self.labels.tolist(), name="class", dtype=object)
        return pandas.DataFrame(columns, index=index)

    def __str__(self) -> str:
        head = ["class", "precision", "recall", "F1", "rows"]
        body = [[_short(row[0]), *row[1:]] for row in self._rows()]
        return "\n".join([self.sentence, "", *_aligned([head, *body]), "", *self._confused()])

    def __repr__(self) -> str:
        return f"Report({self.sentence.rstrip('.')})"

    def _repr_html_(self) -> str:
        head = ["class", "precision", "recall", "F1", "rows", *(f"→ {name}" for name in self._few)]
        counts = self.confusion.tolist() if self._few else [[]] * len(self.class_names)
        body = [[*row, *map(str, told)] for row, told in zip(self._rows(), counts, strict=True)]
        lines = [_html_row("th", head), *(_html_row("td", row) for row in body)]
        return f"<p>{html.escape(self.sentence)}</p><table>{''.join(lines)}</table>"

    @property
    def sentence(self) -> str:
        """The accuracy, beside that of always saying the largest class."""
        best = on_one_line(self.class_names[int(self.support.argmax())])
        what = "points it was trained on" if self.training else "rows"
        counted = f"{self.right:,} of {self.n:,} {what} are right, {percent(self.accuracy)}"
        share = percent(self.largest)
        if self.accuracy > self.largest:
            return f"{counted}; always saying {best} would be {share}."
        than = "no better" if self.accuracy == self.largest else "worse"
        return f"{counted}: {than} than always saying {best} ({share})."

    @property
    def _few(self) -> tuple[str, ...]:
        """The names of the classes where they have room beside each other."""
        return self.class_names if len(self.class_names) <= _MOST_CONFUSED else ()

    def _rows(self) -> list[list[str]]:
        shares = zip(self.precision, self.recall, self.f1, strict=True)
        return [
            [name, *(percent(float(share)) for share in each), f"{count:,}"]
            for name, each, count in zip(self.class_names, shares, self.support, strict=True)
        ]

    def _confused(self) -> list[str]:
        """The rows of each class by what they are taken for; of many classes, the worst pairs."""
        if self._few:
            names = [_short(name) for name in self._few]
            body = [
                [name, *map(str, row)]
                for name, row in zip(names, self.confusion.tolist(), strict=True)
            ]
            return _aligned([["is \\ taken for", *names], *body])
        wrong = self.confusion - np.diag(self._right)
        places = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_CONFUSED]
        pairs = [divmod(int(at), len(wrong)) for at in places if wrong.flat[at]]
        name = [*map(on_one_line, self.class_names)]
        lines = [f"{name[i]} taken for {name[j]}: {wrong[i, j]:,}" for i, j in pairs]
        return ["most often wrong:", *lines] if lines else ["none is wrong"]


def _shares(counts: np.ndarray, of: np.ndarray) -> np.ndarray:
    return np.divide(counts, of, out=np.full(len(of), np.nan), where=of > 0)


def _short(name: str) -> str:
    text = on_one_line(name)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    ]


def _html_row(tag: str, cells: list[str]) -> str:
    return (
        f"<tr>{''.join(f'<{tag}>{html.escape(on_one_line(cell))}</{tag}>' for cell in cells)}</tr>"
    )
