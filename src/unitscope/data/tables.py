"""Tables: CSV, spreadsheets, Parquet and data frames become a Dataset.

Nothing in a table is executed, and its size is bounded.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from unitscope.data.archive import content_of, raw_from
from unitscope.data.columns import Choice, Missing, Table, points_of, table_of
from unitscope.data.dataset import Dataset
from unitscope.data.frame import is_frame, raw_of
from unitscope.data.reading import Bounds, Reading
from unitscope.errors import UnitscopeError, refusal, said, shown
from unitscope.looking import Ended


def read_table(
    source: Any,
    target: Any = None,
    *,
    features: Sequence[Any] | None = None,
    ignore: Sequence[Any] = (),
    missing: Missing = "refuse",
    sep: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    header: int | str | None = "check",
    names: Sequence[str] | None = None,
) -> Dataset:
    """Read points and their classes from a table: any that pandas opens.

    **Arguments**

    - `source`: the path, the bytes or an open file of a CSV file (any separator, encoding and
      decimal sign), of an .xlsx or Parquet file, plain or in gzip or zip; or a data frame of pandas
      or polars.
    - `target`: the column of the classes, by name or number; their values are kept as the classes'
      names. Without it, the only column of texts, or else the last.
    - `features`: the columns of the features, by name or number. Without it all others, but for
      one that only numbers the rows: without a name, named like "id", or the first and counting.
    - `ignore`: columns to leave out.
    - `missing`: what becomes of missing values (an empty cell, ?, NA, NaN, null and the like):
      "refuse", "drop" their rows, or put the column's "mean" there. A row without a class is never
      kept.
    - `sep`, `encoding`, `decimal`: of a CSV file, where the guess is wrong.
    - `header`: None for a CSV file or a workbook without names in its first line, 0 for names that
      look like numbers. `names`: of all columns, instead of those there are, or where none are.

    Features are numbers; bools and texts become features of 0 and 1 with names like
    "island = Biscoe", of two texts one for the second. A name that begins like a formula and has a
    ' before it, as spreadsheets mark text, is read without it. What was guessed, left out or filled
    is said once, by the logger "unitscope".

    **Raises** `InvalidInput` with the line and the column that break a rule, and for a file that
    cannot be read; `MissingDependency` where a library is needed to read it.
    """
    reading = Reading(sep, encoding, decimal, header, names)
    choice = Choice(target, features, ignore, missing)
    table = table_from(source, reading, choice)
    if table.notes:
        import logging

        told = "; ".join(table.notes)
        logging.getLogger("unitscope").warning("unitscope: of the table: %s.", told)
    return table.data


def table_from_bytes(
    content: bytes,
    name: str,
    target: Any = None,
    *,
    bounds: Bounds | None = None,
    reading: Reading | None = None,
    **chosen: Any,
) -> Table:
    """A file's content as a table; what is `chosen` beside the target is as in `Choice`.

    `name` is only said in messages; what exceeds `bounds` is refused before it is kept.
    """
    choice = Choice(target, **chosen)
    raw = raw_from(content, name, reading or Reading(), target, bounds or Bounds())
    return table_of(raw, choice)


def has_texts(frame: Any) -> bool:
    """Whether a data frame has a column that is neither of numbers nor of bools."""
    numbers = {"i", "u", "f", "b"}
    return any(getattr(kind, "kind", "O") not in numbers for kind in raw_of(frame).dtypes)


def dataset_of_frame(frame: Any, y: Any) -> Dataset:
    """All columns of a data frame as features, whose rows have the labels y (n,).

    **Raises** `InvalidInput`.
    """
    raw = raw_of(frame)
    X, encoding = points_of(raw)
    return Dataset(X, y, feature_names=encoding.features).encoded_by(encoding)


def table_from(source: Any, reading: Reading, choice: Choice) -> Table:
    """What `read_table` reads, with what was guessed. **Raises** `InvalidInput`."""
    frame = is_frame(source)
    if not frame and not isinstance(source, (str, bytes, os.PathLike)) and not _opened(source):
        rule = "the path of a table, its bytes, an open file, or a data frame"
        raise refusal("source", rule, said(type(source).__name__))
    name = _name_of(source)
    try:
        if frame:
            reading.only("a data frame", "names")
            raw = raw_of(source, reading)
        else:
            content = content_of(source)
            raw = raw_from(content, name, reading, choice.target, Bounds())
        return table_of(raw, choice)
    except (UnitscopeError, Ended):
        raise
    except OSError as error:
        rule = "the path of a file that can be read"
        raise refusal("source", rule, name, f"{error.strerror or error}.") from error
    except Exception as error:  # of pandas, of Arrow, of what a cell holds, no memory, ...
        why = f"{type(error).__name__}: {error}"
        raise refusal("source", "a table that can be read", name, shown(said(why))) from error


def _opened(source: Any) -> bool:
    return callable(getattr(source, "read", None))


def _name_of(source: Any) -> str:
    """What the source is called in messages."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    if _opened(source):
        name = getattr(source, "name", None)
        return name if isinstance(name, str) else said("an open file")
    return said("the table")
