"""Tables: CSV, Parquet and data frames become a Dataset.

Nothing in a table is executed, and its size is bounded.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, MissingDependency, refusal, said

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 10_000  # characters
_MOST_ROWS, _MOST_COLUMNS = 50_000_000, 100_000


def read_table(source: Any, target: str | None = None) -> Dataset:
    """Read points and their classes from a table with a header.

    **Arguments**

    - `source`: the path of a CSV file (separated by commas, semicolons, tabs or bars; UTF-8) or of
      a Parquet file, or a data frame.
    - `target`: the name of the column of the classes, whose values are kept as the classes' names;
      the last column without it. All other columns are features and must hold finite numbers;
      `.standardized()` of the result brings each to mean 0 and standard deviation 1.

    **Raises** `InvalidInput` with the line and the column that break a rule; `MissingDependency`
    where a Parquet file is read without pandas.
    """
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return _from_frame(source, target)
    if not isinstance(source, (str, os.PathLike)):
        raise refusal(
            "source",
            "the path of a CSV or Parquet file, or a data frame",
            said(type(source).__name__),
        )
    path = Path(source)
    if path.suffix.lower() in (".parquet", ".pq"):
        return _from_frame(_parquet(path), target)
    return table_from_bytes(path.read_bytes(), path.name, target)[0]


def table_from_bytes(
    content: bytes,
    name: str,
    target: str | None = None,
    standardize: bool = False,
    *,
    most_rows: int = _MOST_ROWS,
    most_columns: int = _MOST_COLUMNS,
) -> tuple[Dataset, list[str], str]:
    """A CSV file's content as a Dataset, the names of its columns, and that of the classes' column.

    `name` is only said in messages. More than `most_rows` points or `most_columns` columns are
    refused before they are kept.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(
            name, "a CSV file in UTF-8", said(f"a byte that is none, at place {error.start}")
        ) from None
    if "\0" in text:
        raise refusal(name, "a CSV file", said("a NUL character"))
    rows = _rows(text, name, most_columns)
    header = next(rows, None)
    if header is None:
        raise refusal(name, "a table with a header and at least 2 lines", said("an empty file"))
    columns = [cell.strip() for cell in header[1]]
    place, chosen = _target(columns, target)
    numbers: list[list[float]] = []
    labels: list[str] = []
    for line, cells in rows:
        if len(cells) != len(columns):
            raise refusal(f"line {line}", f"{len(columns)} cells, as the header has", len(cells))
        if len(numbers) >= most_rows:
            raise refusal("points", f"at most {most_rows:,}", said(f"more, from line {line} on"))
        numbers.append(
            [_number(cell, line, columns[at]) for at, cell in enumerate(cells) if at != place]
        )
        labels.append(_label(cells[place], line, chosen))
    features = [column for column in columns if column != chosen]
    return (
        _dataset(
            np.array(numbers, np.float64).reshape(len(numbers), len(features)),
            labels,
            features,
            chosen,
            standardize,
        ),
        columns,
        chosen,
    )


def _rows(text: str, name: str, most_columns: int) -> Any:
    """Line numbers and cells of the lines that are not empty."""
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refusal(
                f"line {reader.line_num} of {name}",
                "cells in quotation marks that end",
                said(str(error)),
            ) from None
        if not cells:
            continue
        if len(cells) > most_columns:
            raise refusal("columns", f"at most {most_columns:,}", len(cells))
        if any(len(cell) > _LONGEST_CELL for cell in cells):
            raise refusal(
                f"line {reader.line_num}",
                f"of cells of at most {_LONGEST_CELL:,} characters",
                said("a longer one"),
            )
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _target(columns: Sequence[str], target: str | None) -> tuple[int, str]:
    """The place and the name of the column of the classes."""
    if len(columns) < 2:
        raise refusal(
            "a table",
            "of at least 2 columns, separated by commas, semicolons, tabs or bars",
            len(columns),
        )
    doubled = next((column for at, column in enumerate(columns) if column in columns[:at]), None)
    if doubled is not None:
        raise refusal("columns", "of different names", doubled)
    chosen = columns[-1] if target is None else target
    if chosen not in columns:
        raise refusal("target", "one of " + ", ".join(columns[:20]), target)
    return columns.index(chosen), chosen


def _number(cell: str, line: int, column: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in cell:
        remedy = "Leave the line out, or fill the cell." if not cell.strip() else ""
        raise refusal(f"line {line}, column {column!r}", "a finite number", cell, remedy)
    return value


def _label(cell: str, line: int, column: str) -> str:
    if not cell.strip():
        raise refusal(f"line {line}, column {column!r}", "the name of a class", cell)
    return cell.strip()


def _dataset(
    X: np.ndarray, labels: Sequence[Any], features: list[str], target: str, standardize: bool
) -> Dataset:
    kinds = set(labels)
    if len(kinds) < 2:
        raise refusal(f"column {target!r}", "of at least 2 classes", len(kinds))
    if all(isinstance(kind, str) and kind.removeprefix("-").isdecimal() for kind in kinds):
        labels = [int(label) for label in labels]  # in the order of numbers, not of texts
    data = Dataset(X, labels, feature_names=features)
    return data.standardized() if standardize else data


def _parquet(path: Path) -> Any:
    try:
        import pandas
        import pyarrow  # noqa: F401 - pandas reads Parquet with it
    except ImportError as error:
        raise MissingDependency(
            f"Parquet files need {error.name}: pip install pandas pyarrow"
        ) from error
    try:
        return pandas.read_parquet(path)
    except (ValueError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise refusal("source", "a Parquet file", str(path)) from error


def _from_frame(frame: Any, target: str | None) -> Dataset:
    columns = [str(column) for column in frame.columns]
    place, chosen = _target(columns, target)
    parts = []
    for at, column in enumerate(columns):
        if at == place:
            continue
        try:
            values = np.asarray(frame.iloc[:, at], dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise refusal(
                f"column {column!r}", "of numbers", said(str(frame.iloc[:, at].dtype))
            ) from error
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values))[0])
            raise refusal(f"row {row}, column {column!r}", "a finite number", float(values[row]))
        parts.append(values)
    labels = frame.iloc[:, place]
    if bool(labels.isna().any()):
        raise refusal(
            f"column {chosen!r}",
            "without missing values",
            said(f"{int(labels.isna().sum())} missing"),
        )
    if labels.nunique() < 2:
        raise refusal(f"column {chosen!r}", "of at least 2 classes", int(labels.nunique()))
    features = [column for column in columns if column != chosen]
    try:
        return Dataset(np.column_stack(parts), labels, feature_names=features)
    except InvalidInput as error:
        raise InvalidInput(f"{error} (column {chosen!r} has the classes)") from error
