"""A CSV file's content as a frame: pandas reads it, in the form that was found."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.csv_form import Form, form_of, in_utf8, unended
from unitscope.data.frame import Raw, place_of
from unitscope.data.reading import Bounds, Reading
from unitscope.errors import refusal, said
from unitscope.looking import LookedAt, look

# What stands for a value that is missing, beside nothing at all.
MISSING = ["", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "<NA>", "#N/A"]
_NO_LABEL = ["", "?"]  # of a class: NA may be Namibia
_WIDE, _MOST_FILLED = 16, 8  # columns; cells for each byte of a file
_PART = 2**20  # bytes that are looked through at once
_EXTRA = "\0more"  # a column for the cells of rows that are longer than the header


def read_csv(content: bytes, name: str, given: Reading, target: Any, bounds: Bounds) -> Raw:
    """The table of a file's content, the target as texts.

    **Raises** `InvalidInput`, with the line where there is one.
    """
    content, notes = in_utf8(content, name, given.encoding)
    look()
    form = form_of(content, name, given, bounds.columns)
    look()
    file = _File(_body(content, form), form, _Lines(content, form), bounds)
    label = None if target is None else place_of(form.names, target)
    raw = file.raw(form.likely if label is None else label)
    raw.notes[:0] = [*notes, *form.notes]
    return raw


@dataclass(frozen=True)
class _File:
    """A file whose form is known."""

    body: bytes
    form: Form
    lines: _Lines
    bounds: Bounds

    def raw(self, label: int) -> Raw:
        """Its table, one column of which is read as texts, whatever they say."""
        names, lines = list(self.form.names), self.lines
        lines.check_first()
        frame = self._parsed(label)
        if frame[label].isna().any() or not _are_texts(frame[label]):
            frame[label] = self._texts(label)  # of a class, NA is no missing value
        if names[-1] == "" and frame[len(names) - 1].isna().all():  # lines end with a separator
            del names[-1]
        last = frame[len(names) - 1].isna()
        if last.any():  # of an empty line, of one that is too short, or a missing value
            frame = frame[frame.notna().any(axis=1)]
            last = frame[len(names) - 1].isna()
            if last.any():
                lines.check_lengths(int(last.idxmax()))
        most = self.bounds.rows
        if len(frame) > most:
            line = lines.of(int(frame.index[most]))
            got = said(f"more, from line {line} on")
            raise refusal("points", f"at most {most:,}", got)
        return Raw(frame, names, lambda row: f"line {lines.of(row)}", label, self.raw)

    def _parsed(self, label: int) -> Any:
        """The cells: in pieces, which is quicker, where all of them are of the same kinds."""
        import pandas

        options = _options(self.form, label) | self._spaces
        try:
            frame = self._in_pieces(options, label)
            look()
            if _mixed(frame):  # its pieces were read differently
                frame = pandas.read_csv(LookedAt(self.body), **options, low_memory=False)
        except pandas.errors.ParserError as error:
            started = re.search(r"EOF inside string starting at row (\d+)", str(error))
            if started:
                line = self.lines.of(int(started[1]) - 1)
                raise unended(f"line {line}", "no mark that ends the cell") from None
            self.lines.check_lengths(0)
            raise refusal("the file", "a CSV file", said(str(error))) from None
        more = frame.iloc[:, -1].notna()
        if more.any():
            self.lines.check_lengths(int(more.idxmax()))
        return frame

    def _in_pieces(self, options: dict[str, Any], label: int) -> Any:
        """The cells, some thousand rows at a time."""
        import pandas

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pandas.errors.DtypeWarning)
            if not self.bounds.of_a_stranger and label in self.form.repeated:
                # Each text is kept once, which is quicker; but a million different ones are joined
                # for seconds, where nobody looks, of numbers pandas makes numbers, and it refuses
                # to join pieces where only some have texts.
                with contextlib.suppress(TypeError):
                    once = options | {"dtype": {label: "category"}}
                    return pandas.read_csv(LookedAt(self.body), **once, low_memory=True)
            return pandas.read_csv(LookedAt(self.body), **options, low_memory=True)

    @functools.cached_property
    def _spaces(self) -> dict[str, Any]:
        """To skip spaces where a cell begins takes a quarter longer: only where there are any."""
        return {"skipinitialspace": self.form.sep == r"\s+" or _begins(self.body, self.form.sep)}

    def _texts(self, label: int) -> Any:
        """The texts of one column."""
        import pandas

        look()
        options = (
            _options(self.form, label) | self._spaces | {"na_values": _NO_LABEL, "usecols": [label]}
        )
        return pandas.read_csv(LookedAt(self.body), **options)[label]


def _options(form: Form, label: int) -> dict[str, Any]:
    import pandas

    numbers: dict[str, Any] = {"thousands": form.thousands} if form.thousands else {}
    if tuple(map(int, pandas.__version__.split(".")[:2])) < (3, 1):
        numbers["float_precision"] = "round_trip"  # what later ones always do
    return numbers | {
        "sep": form.sep,
        "decimal": form.decimal,
        # Of our own header, which is one cell longer than the file's.
        "header": 0,
        "names": [*range(len(form.names)), _EXTRA],
        "skip_blank_lines": False,
        "dtype": {label: str},
        "keep_default_na": False,
        "na_values": MISSING,
        "index_col": False,
        "engine": "c",
    }


def _are_texts(column: Any) -> bool:
    """Whether the values are as they stand in the file, and not numbers or bools."""
    return (column.cat.categories if hasattr(column, "cat") else column).dtype.kind == "O"


def _mixed(frame: Any) -> bool:
    """Whether a column has numbers among texts; before pandas 3 those of texts are objects, too."""
    from pandas.api.types import infer_dtype

    objects = [at for at, kind in enumerate(frame.dtypes) if kind == "object"]
    return any(infer_dtype(frame.iloc[:, at]) not in ("string", "empty") for at in objects)


def _begins(body: bytes, sep: str) -> bool:
    """Whether a cell begins with a space: a part at a time, each looked through once."""
    before = np.frombuffer(sep.encode() + b"\n\r", np.uint8)
    for start in range(0, len(body), _PART):
        part = np.frombuffer(body, np.uint8, min(_PART, len(body) - start), start)
        spaces = start + np.flatnonzero(part == ord(" "))
        if np.isin(np.frombuffer(body, np.uint8)[spaces - 1], before).any():
            return True
    return False


def _body(content: bytes, form: Form) -> bytes:
    """The rows below a header of one cell more than there are columns.

    So a row of too many cells shows in the last column, and does not shift the others.
    """
    sep = " " if form.sep == r"\s+" else form.sep
    header = sep.join(f"c{place}" for place in range(len(form.names) + 1)) + "\n"
    return b"".join((header.encode(), memoryview(content)[form.start :]))


class _Lines:
    """Where in the file a row stands: told only of a row that is refused."""

    def __init__(self, content: bytes, form: Form) -> None:
        self._content, self._form = content, form

    def of(self, row: int) -> int:
        """The number of the line in which the row below the header ends, from 1."""
        return next((line for line, _ in self._rows(row)), 0)

    def check_first(self) -> None:
        """**Raises** where the first row is too long, after which pandas takes all as long."""
        for _line, cells in self._rows(0):
            if len(cells) > len(self._form.names):
                self.check_lengths(0)
            break
        self._check_size()

    def _check_size(self) -> None:
        """**Raises** where rows are so short that to fill them takes much memory."""
        columns, content = len(self._form.names), self._content
        if columns > _WIDE:
            rows = 1 + (content.count(b"\n") or content.count(b"\r"))
            if rows * columns > _MOST_FILLED * len(content):
                self.check_lengths(0)

    def check_lengths(self, row: int) -> None:
        """**Raises** for the first row from here on with too many or too few cells."""
        wanted = len(self._form.names)
        for line, cells in self._rows(row):
            if len(cells) != wanted and any(cell.strip() for cell in cells):
                trailing = len(cells) == wanted + 1 and not cells[-1].strip()
                if not trailing:
                    rule = f"{wanted} cells, as the header has"
                    raise refusal(f"line {line}", rule, len(cells))

    def _rows(self, first: int) -> Iterator[tuple[int, list[str]]]:
        """From a row on, the number of the line that it ends in, and its cells."""
        form = self._form
        file = io.BytesIO(self._content)
        file.seek(form.start)
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        if form.sep == r"\s+":
            for at, line in enumerate(text):
                if at >= first:
                    yield form.skipped + at + 1, line.split()
            return
        reader = csv.reader(text, delimiter=form.sep, skipinitialspace=True)
        with contextlib.suppress(csv.Error):
            for at, cells in enumerate(reader):
                if at >= first:
                    yield form.skipped + reader.line_num, cells
