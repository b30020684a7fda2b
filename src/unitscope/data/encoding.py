"""How a table's columns became features, so that new rows become the same ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from unitscope.data.csv_form import text_of
from unitscope.data.frame import Raw, different, number_of
from unitscope.errors import refusal, said, shown

_MOST_NAMED = 10  # columns or texts in a message


@dataclass(frozen=True)
class Source:
    """A column and the features that were made of it.

    - `features`: their names; more than one, or one of texts, are of 0 and 1.
    - `texts`: a column's different texts in order, each a feature, or of two texts the second only;
      None for numbers.
    - `means`: what stands for a missing value, of each feature; None where it is refused.
    """

    name: str
    features: tuple[str, ...]
    texts: tuple[str, ...] | None = None
    means: tuple[float, ...] | None = None

    def values(self, raw: Raw, at: int) -> np.ndarray:
        """The features of a table's rows, (n, of them). **Raises** `InvalidInput`."""
        column = raw.frame[at]
        missing = column.isna().to_numpy()
        made = self._numbers(raw, at) if self.texts is None else self._one_hot(raw, at, self.texts)
        if missing.any():
            if self.means is None:
                where = raw.where(int(missing.argmax()), self.name)
                remedy = "Leave such rows out, or read the table with missing='mean'."
                raise refusal(where, "a value", said("nothing"), remedy)
            made[missing] = self.means
        return made

    def cells(self, values: np.ndarray) -> np.ndarray:
        """The column that has these features (n, of them): texts, None where they are of none."""
        if self.texts is None:
            return values[:, 0]
        if len(self.features) < len(self.texts):
            values = np.column_stack([1.0 - values[:, 0], values])
        which = values.argmax(axis=1)
        found = np.array(self.texts, dtype=object)[which]
        found[(values != np.eye(len(self.texts))[which]).any(axis=1)] = None
        return found

    def _numbers(self, raw: Raw, at: int) -> np.ndarray:
        column = raw.frame[at]
        if getattr(column.dtype, "kind", "O") in "biuf":
            found = column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
        else:
            cells = column.to_numpy(dtype=object)
            found = np.array(
                [math.nan if gone else number_of(cell) for cell, gone in _present(cells, column)]
            )
        wrong = ~np.isfinite(found) & ~column.isna().to_numpy()
        if wrong.any():
            row = int(wrong.argmax())
            raise refusal(raw.where(row, self.name), "a finite number", column.iloc[row])
        return found[:, None]

    def _one_hot(self, raw: Raw, at: int, texts: Sequence[str]) -> np.ndarray:
        codes, kinds = different(raw, at, self.name)
        places = [_place(kind, texts) for kind in kinds]
        for place, kind in zip(places, kinds, strict=True):
            if place is None:
                row = int((codes == kinds.index(kind)).argmax())
                raise refusal(raw.where(row, self.name), f"one of {listed(texts)}", kind)
        which = np.array([*places, -1], dtype=np.int64)[codes]
        first = len(texts) - len(self.features)
        return (which[:, None] == np.arange(first, len(texts))).astype(np.float64)


def _present(cells: np.ndarray, column: Any) -> Any:
    return zip(cells.tolist(), column.isna().tolist(), strict=True)


def _place(kind: Any, texts: Sequence[str]) -> int | None:
    """Where a cell is among the texts, as it stands or as the reader takes it."""
    for text in (str(kind), text_of(str(kind))):
        if text in texts:
            return list(texts).index(text)
    return None


def listed(names: Sequence[Any]) -> str:
    """Names as a message has them, the first of many."""
    some = ", ".join(shown(said(str(name))) for name in names[:_MOST_NAMED])
    return some + (", ..." if len(names) > _MOST_NAMED else "")


@dataclass(frozen=True)
class Encoding:
    """The columns that features were made of, in their order, and that of the classes."""

    TARGET: ClassVar[str] = "class"  # as `Dataset.frame` calls it

    sources: tuple[Source, ...]
    target: str = TARGET

    @property
    def features(self) -> tuple[str, ...]:
        """The names of all features."""
        return tuple(name for source in self.sources for name in source.features)

    def of(self, raw: Raw, remedy: str = "") -> np.ndarray:
        """The features of a table's rows, (n, d), by its columns' names.

        **Raises** `InvalidInput` where a column is missing, or a cell is nothing of its column's.
        """
        lost = [source.name for source in self.sources if source.name not in raw.names]
        if lost:
            rule = f"with the columns {listed([source.name for source in self.sources])}"
            got = said(
                f"no column {shown(lost[0])}" + f" and {len(lost) - 1} more" * (len(lost) > 1)
            )
            raise refusal("rows", rule, got, remedy)
        parts = [source.values(raw, raw.names.index(source.name)) for source in self.sources]
        return np.hstack(parts)

    def columns(self, X: np.ndarray) -> dict[str, np.ndarray]:
        """The table's columns of the features, from points (n, d)."""
        ends = np.cumsum([len(source.features) for source in self.sources])[:-1]
        parts = np.split(X, ends, axis=1)
        pairs = zip(self.sources, parts, strict=True)
        return {source.name: source.cells(values) for source, values in pairs}

    @classmethod
    def plain(cls, names: Sequence[str]) -> Encoding:
        """Of features that are the columns themselves."""
        return cls(tuple(Source(name, (name,)) for name in names))

    def to_json(self) -> dict[str, Any]:
        """As a file has it."""
        return {"target": self.target, "sources": [vars(source) for source in self.sources]}

    @classmethod
    def from_json(cls, about: Any, features: Sequence[str]) -> Encoding | None:
        """What a file has of it, checked; None where it has nothing.

        **Raises** where it does not give these `features`; what is of another form raises, too.
        """
        if about is None:
            return None
        sources = tuple(_source(one) for one in about["sources"])
        found = cls(sources, _text(about["target"]))
        if found.features != tuple(features):
            raise refusal("encoding", "that of the features", said("another"))
        return found


def _source(about: Any) -> Source:
    features = tuple(map(_text, about["features"]))
    texts = None if about["texts"] is None else tuple(map(_text, about["texts"]))
    means = None if about["means"] is None else tuple(map(float, about["means"]))
    count = 1 if texts is None else len(texts) - (len(texts) == 2)
    if len(features) != count or (means is not None and len(means) != count):
        raise refusal("encoding", f"of {count} features", said(f"{len(features)}"))
    if means is not None and not all(map(math.isfinite, means)):
        raise refusal("encoding", "of finite means", said("another"))
    return Source(_text(about["name"]), features, texts, means)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise refusal("encoding", "of texts", value)
    return value
