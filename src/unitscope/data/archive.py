"""A table's file: its bytes, unpacked within bounds, and which kind of file they are."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Any

from unitscope.data.csv_file import read_csv
from unitscope.data.frame import Raw, raw_of
from unitscope.data.reading import LARGEST, Bounds, Reading
from unitscope.errors import MissingDependency, UnitscopeError, refusal, said
from unitscope.looking import Ended, LookedAt, look

# What other kinds of files begin with, in small letters; what they are, and how they come here.
_OTHERS = (
    (rb"\[\s*[\[{]|\{\s*\"", "JSON", "pandas.read_json opens it: give that frame."),
    (rb"<(!doctype )?html", "a page of HTML", "Download the table itself."),
    (rb"<stata_dta>", "a Stata file", "pandas.read_stata opens it: give that frame."),
    (rb"\xd0\xcf\x11\xe0", "an old Excel file", "Save it as .xlsx or CSV."),
    (rb"arrow1\0", "a Feather file", "pandas.read_feather opens it: give that frame."),
    (rb"\x89hdf", "an HDF5 file", "pandas.read_hdf opens it: give that frame."),
    (rb"orc[\0-\x1f]", "an ORC file", "pandas.read_orc opens it: give that frame."),
    (rb"sqlite format 3", "a database", "pandas.read_sql opens it: give that frame."),
    (rb"%pdf", "a PDF", "Save the table as CSV."),
)
_SPARSE = 4  # times as many cells of a sheet as a table may have


def content_of(source: Any) -> bytes:
    """The bytes of a path, of an open file, or what comes through a pipe. **Raises** `OSError`."""
    if isinstance(source, bytes):
        return source
    if not isinstance(source, (str, os.PathLike)):
        content = source.read(LARGEST + 1)
        content = content.encode() if isinstance(content, str) else bytes(content)
    else:
        with Path(source).open("rb") as file:
            kind = os.fstat(file.fileno()).st_mode
            if not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind)):
                raise OSError("It is not a regular file")
            content = file.read(LARGEST + 1)
    return _bounded(content, "source", LARGEST)


def raw_from(content: bytes, name: str, given: Reading, target: Any, bounds: Bounds) -> Raw:
    """The table in a file's content, by its first bytes: CSV, .xlsx, Parquet, gzip or zip.

    `target` is the column of the classes that is asked for.

    **Raises** `InvalidInput`; `MissingDependency` for a kind whose library is not installed.
    """
    raw = _raw(content, name, given, target, bounds)
    raw.most_cells, raw.most_classes = bounds.cells, bounds.classes
    return raw


def _raw(content: bytes, name: str, given: Reading, target: Any, bounds: Bounds) -> Raw:
    content = _unpacked(content, name, bounds)
    look()
    _refuse_other_kinds(content)
    if content.startswith(b"PAR1"):
        given.only("Parquet", "names")
        return _parquet(content, name, given, bounds)
    if content.startswith(b"PK\3\4"):
        given.only("a workbook", "names", "header")
        return _sheet(content, name, given, bounds)
    return read_csv(content, Path(name).name, given, target, bounds)


def _refuse_other_kinds(content: bytes) -> None:
    start = content[:200].lstrip().lower()
    for pattern, what, remedy in _OTHERS:
        if re.match(pattern, start):
            raise refusal("source", "a table as CSV, .xlsx or Parquet", said(what), remedy)


def _unpacked(content: bytes, name: str, bounds: Bounds) -> bytes:
    """The file in a gzip or zip file; anything else as it is."""
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                return _read_whole(file, name, bounds)
        except (OSError, EOFError, zlib.error) as error:
            raise refusal("source", "a whole gzip file", name, f"{error}.") from None
    if not content.startswith(b"PK\3\4"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = [one for one in packed.infolist() if not one.is_dir()]
            if any(one.filename == "xl/workbook.xml" for one in inside):
                if sum(one.file_size for one in inside) > bounds.bytes:
                    raise _too_large(name, bounds.bytes)
                return content
            tables = [one for one in inside if not one.filename.startswith("__MACOSX/")]
            if len(tables) != 1:
                raise refusal("source", "a zip file of one table", said(f"{len(tables)} files"))
            with packed.open(tables[0]) as file:
                return _read_whole(file, name, bounds)
    except UnitscopeError:
        raise
    except Exception as error:  # zipfile raises many kinds for a damaged file
        raise refusal("source", "a whole zip file", name, f"{error}.") from None


def _read_whole(file: Any, name: str, bounds: Bounds) -> bytes:
    return _bounded(file.read(bounds.bytes + 1), name, bounds.bytes)


def _bounded(content: bytes, name: str, most: int) -> bytes:
    if len(content) > most:
        raise _too_large(name, most)
    return content


def _too_large(name: str, most: int) -> Exception:
    return refusal(Path(name).name, f"a file of at most {most:,} bytes", said("more"))


def _check_size(rows: int, columns: int, bounds: Bounds) -> None:
    if rows > bounds.rows or columns > bounds.columns or rows * columns > bounds.cells:
        most = f"{bounds.rows:,} rows, {bounds.columns:,} columns and {bounds.cells:,} cells"
        got = said(f"{rows:,} rows of {columns:,} columns")
        raise refusal("a table", f"of at most {most}", got)


def _parquet(content: bytes, name: str, given: Reading, bounds: Bounds) -> Raw:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise MissingDependency(
            'Parquet files need pyarrow: pip install "unitscope[tables]"'
        ) from error
    try:
        with pyarrow.parquet.ParquetFile(io.BytesIO(content)) as table:
            told = table.metadata
            _check_size(told.num_rows, told.num_columns, bounds)
            columns = table.read()
            columns.validate(full=True)  # texts that are no UTF-8 fail later, else
            return raw_of(columns.to_pandas(), given)
    except UnitscopeError:
        raise
    except Exception as error:
        raise refusal("source", "a whole Parquet file", name) from error


def _sheet(content: bytes, name: str, given: Reading, bounds: Bounds) -> Raw:
    """The first sheet of a workbook; its first row that is not empty has the names, if any has."""
    try:
        import openpyxl
    except ImportError as error:
        raise MissingDependency(
            'Excel files need openpyxl: pip install "unitscope[tables]"'
        ) from error
    import pandas

    try:
        book = openpyxl.load_workbook(LookedAt(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows: list[tuple[Any, ...]] = []
        numbers: list[int] = []  # of the rows, as the sheet shows them
        looked_at = 0
        for number, row in enumerate(sheet.iter_rows(min_row=1, values_only=True), start=1):
            # A cell far away makes a million empty rows, of 16,384 cells each.
            looked_at += len(row)
            _check_size(len(rows) - 1, len(row), bounds)
            if looked_at > min(bounds.cells, _SPARSE * bounds.rows * bounds.columns):
                raise refusal("a table", "of fewer empty cells", said(f"{looked_at:,} cells"))
            if any(value is not None for value in row):
                rows.append(row)
                numbers.append(number)
        notes = [f"of the first of {len(book.sheetnames)} sheets"] * (len(book.sheetnames) > 1)
        book.close()
    except (UnitscopeError, Ended):
        raise
    except Exception as error:
        raise refusal("source", "a whole Excel file", name) from error
    if len(rows) < 2:
        raise refusal(name, "a table with a header and at least 2 lines", said(f"{len(rows)} rows"))
    look()
    wide = max(map(len, rows))
    rows = [row + (None,) * (wide - len(row)) for row in rows]
    filled = _filled(rows)
    rows = [tuple(row[at] for at in filled) for row in rows]
    first = ["" if value is None else str(value) for value in rows[0]]
    names, named = given.columns(first, _number_in(rows))
    look()
    frame = pandas.DataFrame(rows[named:], dtype=object).infer_objects()
    frame.columns = names
    raw = raw_of(frame)
    raw.place = lambda row: f"row {numbers[named + row]} of the sheet"
    raw.notes.extend(notes)
    return raw


def _filled(rows: list[tuple[Any, ...]]) -> list[int]:
    """The columns of a sheet that have any value."""
    return [
        at
        for at, column in enumerate(zip(*rows, strict=True))
        if any(value is not None for value in column)
    ]


def _number_in(rows: list[tuple[Any, ...]]) -> str | None:
    """A number of the first row, where the rows below have numbers too: it is a point."""
    for first, *below in zip(*rows[:6], strict=True):
        if _is_number(first) and all(value is None or _is_number(value) for value in below):
            return str(first)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
