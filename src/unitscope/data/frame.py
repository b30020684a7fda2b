"""A table before it is a data set: columns as they were read, and where each row stands."""

from __future__ import annotations

import decimal
import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from unitscope.data.reading import Reading
from unitscope.errors import refusal, said, shown
from unitscope.looking import look, looking

LONGEST_CELL = 10_000  # characters
_AT_ONCE = 100_000  # rows that are numbered between two looks
_HALF = re.compile("[\ud800-\udfff]")  # of a character as UTF-16 has it


@dataclass
class Raw:
    """Columns of a table as they were read.

    - `frame`: a pandas frame, whose columns 0, 1, ... have the `names`; any more are to be ignored.
    - `place`: how a row is called in a message, by its label in the frame.
    - `label`: the column that was read as texts, whatever they look like, each of which is kept
      once; None of a data frame.
    - `again`: reads the table with another column as texts.
    - `notes`: what was guessed.
    - `most_cells`: points x features that may be made of it, and `most_classes`; None where there
      is no bound. `features`: how many are made.
    """

    frame: Any
    names: list[str]
    place: Callable[[int], str]
    label: int | None = None
    again: Callable[[int], Raw] | None = None
    notes: list[str] = field(default_factory=list)
    most_cells: int | None = None
    most_classes: int | None = None
    features: int = 0

    @functools.cached_property
    def dtypes(self) -> list[Any]:
        """Of every column; to ask pandas for each takes long."""
        return list(self.frame.dtypes)

    def categorical(self, at: int) -> bool:
        """Whether a column came as categories, and was not read as such to be quick."""
        import pandas

        return at != self.label and isinstance(self.dtypes[at], pandas.CategoricalDtype)

    def labelled(self, at: int) -> Raw:
        """The table with a column of labels as it stands in the file."""
        if self.again is None or self.label == at:
            return self
        other = self.again(at)
        other.notes[:0] = self.notes
        other.most_cells, other.most_classes = self.most_cells, self.most_classes
        return other

    def add_features(self, count: int) -> None:
        """Count features that are about to be made; **raises** where they would be too many."""
        self.features += count
        cells = len(self.frame) * self.features
        if self.most_cells is not None and cells > self.most_cells:
            rule = f"at most {self.most_cells:,}"
            remedy = "Leave columns of many texts out."
            raise refusal("points x features", rule, cells, remedy)

    def where(self, row: int, name: str) -> str:
        """How a cell is called in a message: by its row, counted here, and its column."""
        return f"{self.place(int(self.frame.index[row]))}, column {shown(name)}"


def place_of(names: Sequence[str], wanted: Any) -> int | None:
    """A column by its name, as given or as text, or else by its number; None for neither."""
    if str(wanted) in names:
        return list(names).index(str(wanted))
    number = isinstance(wanted, (int, np.integer)) and not isinstance(wanted, bool)
    if number and -len(names) <= wanted < len(names):
        return int(wanted) % len(names)
    return None


def is_frame(source: Any) -> bool:
    """Whether it is a data frame, of pandas or of polars."""
    return hasattr(source, "columns") and (hasattr(source, "iloc") or hasattr(source, "to_dicts"))


def raw_of(source: Any, given: Reading | None = None) -> Raw:
    """A data frame of pandas or polars, which stays as it is; its columns may be `given` names."""
    if not hasattr(source, "iloc"):
        source = _from_polars(source)
    names = [str(name) for name in source.columns]
    if given is not None:
        names = given.renamed(names)
    check_names(names)
    frame = source.reset_index(drop=True)
    frame.columns = range(len(names))

    return Raw(frame, names, lambda row: f"row {row}")


def _from_polars(source: Any) -> Any:
    import pandas

    return pandas.DataFrame({name: source[name].to_list() for name in source.columns})


def check_names(names: Sequence[str], remedy: str = "") -> None:
    """**Raises** where two columns have the same name; several may have none."""
    doubled = [name for name, count in Counter(names).items() if count > 1 and name]
    if doubled:
        raise refusal("columns", "of different names", doubled[0], remedy)


def number_of(cell: Any) -> float:
    """A cell as a number, NaN where it is none, inf where it is too large for one."""
    if isinstance(cell, str) and "_" in cell:
        return math.nan
    try:
        return float(cell)
    except (TypeError, ValueError):
        return math.nan
    except OverflowError:
        return math.inf


def different(raw: Raw, at: int, name: str) -> tuple[np.ndarray, list[Any]]:
    """A column's different values, and which one each row has; -1 where it is missing.

    **Raises** where one is too long, or no number and no text.
    """
    column = raw.frame[at]
    try:
        codes, kinds = _numbered(column)
    except TypeError:  # lists and other things that cannot be compared
        odd = next(value for value in column if not _is_plain(value))
        raise _no_cell(name, odd) from None
    for number, kind in enumerate(looking(kinds)):
        if not _is_plain(kind):
            raise _no_cell(name, kind)
        if isinstance(kind, str) and (len(kind) > LONGEST_CELL or _HALF.search(kind)):
            where = raw.where(int((codes == number).argmax()), name)
            if len(kind) > LONGEST_CELL:
                raise refusal(where, f"of at most {LONGEST_CELL:,} characters", len(kind))
            raise refusal(where, "of whole characters", kind)
    return codes, kinds


def _numbered(column: Any) -> tuple[np.ndarray, list[Any]]:
    """Which of its different values each row has, -1 where it is missing; and those values.

    In parts: pandas takes most of a second for a million different texts at once.
    """
    if hasattr(column, "cat"):  # read as categories
        return column.cat.codes.to_numpy(), column.cat.categories.tolist()
    if len(column) <= _AT_ONCE:
        codes, kinds = _factorized(column)
        return codes, list(kinds)
    codes, number = np.empty(len(column), np.int64), dict[Any, int]()
    for begin in range(0, len(column), _AT_ONCE):
        look()
        part = slice(begin, begin + _AT_ONCE)
        places, kinds = _factorized(column.iloc[part])
        known = [number.setdefault(kind, len(number)) for kind in looking(kinds)]
        codes[part] = np.array([*known, -1])[places]
    return codes, list(number)


def _factorized(column: Any) -> tuple[np.ndarray, np.ndarray]:
    import pandas

    codes, kinds = pandas.factorize(column, use_na_sentinel=True)
    return codes, kinds if isinstance(kinds, np.ndarray) else np.asarray(kinds, dtype=object)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float, np.number, np.bool_, decimal.Decimal))


def _no_cell(name: str, value: Any) -> Exception:
    return refusal(f"column {shown(name)}", "of numbers or of texts", said(type(value).__name__))
