"""The form of a CSV file: its encoding, separator, decimal sign and header, guessed or given.

What is guessed is guessed of the first lines, and noted in words.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from unitscope.data.frame import LONGEST_CELL, check_names
from unitscope.data.reading import Reading
from unitscope.errors import refusal, said, shown

_SEPARATORS = ",;\t|"
_SAMPLE = 200_000  # bytes that are looked at
_LINES = 200
_MOST_TITLES = 10  # rows above the names
_MARKS = (  # at a file's start, the longest first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PLAIN = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", r"\s+": "spaces"}
_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")  # 2,694 and 1,234.5
_POINTED_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d*|[+-]?\d{1,3}(\.\d{3}){2,}")  # 1.234,5
_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
# What a spreadsheet would compute: web/pure/csv.js writes such a text with a ' before it.
_COMPUTED = re.compile(r"[ '\t\r\n]*[=+\-@＝＋－＠]|'*[\t\r\n]")


@dataclass(frozen=True)
class Form:
    """What a file in UTF-8 is like: how it is written, and where its first point begins.

    `start` counts bytes, and `skipped` lines; `likely` is the column that may have the classes,
    and in `repeated` ones the first cells have texts, few of them different.
    """

    sep: str
    decimal: str
    thousands: str | None
    start: int
    skipped: int
    names: tuple[str, ...]
    likely: int
    repeated: frozenset[int]
    notes: tuple[str, ...]


def form_of(content: bytes, name: str, given: Reading, most_columns: int) -> Form:
    """The form of a content in UTF-8. **Raises** `InvalidInput` where its first lines are no table.

    `name` is only said.
    """
    lines, notes = _first_lines(content), []
    above, hint = _preamble(lines)
    text = "".join(lines[above:])
    sep = given.sep or hint or _separator(text)
    rows = list(_cells(text, sep, name, whole=len(content) <= _SAMPLE))
    if not rows:
        raise refusal(name, "a table with a header and at least 2 lines", said("an empty file"))
    if sep != "," and sep not in (given.sep, hint):
        notes.append(f"separated by {_PLAIN.get(sep, shown(sep))}")
    titles = _titles([cells for _, cells in rows]) if given.header == "check" else 0
    if titles:
        lines_left_out = "the first line" if titles == 1 else f"the first {titles} lines"
        notes.append(f"left out {lines_left_out}, above the names")
    (end, header), body = rows[titles], [cells for _, cells in rows[titles + 1 :]]
    header = [text_of(cell) for cell in header]
    if header[0].startswith("#") and body and len(header) == len(body[0]):
        header[0] = header[0].lstrip("# ")
    if len(header) > most_columns:
        raise refusal("columns", f"at most {most_columns:,}", len(header))
    decimal, thousands = _signs(body, sep, given.decimal)
    if decimal == "," and given.decimal is None:
        notes.append("decimal comma")
    if thousands is not None:
        notes.append(f"{shown(thousands)} between thousands")
    cells = header if given.header is None else _named(header, body)
    names, named = given.columns(cells, _number_in(header, body, decimal, thousands))
    _check_names(names)
    skipped = above + end * named
    start = len("".join(lines[:skipped]).encode())
    texts = _of_texts(body, len(names), decimal, thousands)
    likely = texts[0] if len(texts) == 1 else len(names) - 1
    repeated = frozenset(at for at in texts if _repeats(body, at))
    columns = tuple(names)
    return Form(sep, decimal, thousands, start, skipped, columns, likely, repeated, tuple(notes))


def text_of(cell: str) -> str:
    """A cell without spaces around it, nor the ' that says of a formula that it is text."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and _COMPUTED.match(text, 1) else text


def without_formula(text: str) -> str:
    """A text as a CSV file of ours has it: what a spreadsheet would compute gets a ' before it."""
    return f"'{text}" if _COMPUTED.match(text) else text


def in_utf8(content: bytes, name: str, given: str | None) -> tuple[bytes, list[str]]:
    """The content in UTF-8, without a mark at its start; and what was guessed.

    **Raises** `InvalidInput` where it is not in the encoding that is given.
    """
    marked = next((kind for mark, kind in _MARKS if content.startswith(mark)), None)
    encoding, notes = given or marked or "utf-8", []
    try:
        if encoding == "utf-8":
            _check_utf8(content)
        else:
            with warnings.catch_warnings():  # unicode_escape's, of what it cannot read
                warnings.simplefilter("ignore")
                content = content.decode(encoding).encode()
    except UnicodeError as error:
        if given is not None or marked is not None:
            rule = f"a CSV file in {encoding}"
            raise refusal(name, rule, said(f"bytes that are none ({error})")) from None
        encoding = "latin-1"
        with contextlib.suppress(UnicodeError):
            content.decode("cp1252")
            encoding = "cp1252"
        content = content.decode(encoding).encode()
        notes.append(f"read as {encoding}, since it is not UTF-8")
    if b"\0" in content:
        raise refusal(name, "a CSV file", said("a NUL character"))
    return content, notes


def _check_utf8(content: bytes) -> None:
    """**Raises** `UnicodeError`; a part at a time, as a whole text takes up to four times more."""
    if content.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for begin in range(0, len(content), 2**20):
        decoder.decode(content[begin : begin + 2**20], begin + 2**20 >= len(content))


def _first_lines(content: bytes) -> list[str]:
    """The lines that are looked at, each with its end; at least one whole one."""
    cut = content.rfind(b"\n", 0, _SAMPLE) + 1 if len(content) > _SAMPLE else len(content)
    if cut == 0:
        cut = content.find(b"\n") + 1 or len(content)
    return list(io.StringIO(content[:cut].decode(), newline=""))


def _preamble(lines: list[str]) -> tuple[int, str | None]:
    """How many lines stand above the header, and the separator that one of them gives."""
    hint = None
    for at, line in enumerate(lines):
        bare = line.strip()
        told = re.fullmatch(r"\"?sep=([!-~\t])\"?", bare) if at == 0 else None
        if told:
            hint = told[1]
        elif bare.strip(",;\t|") and not _is_comment(bare, lines[at + 1 :]):
            return at, hint
    return len(lines), hint


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows above the names are titles: with a first cell only, where those below are full.

    With two columns, R writes one name above them.
    """
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows[:_MOST_TITLES]]
    full = next((at for at, count in enumerate(filled) if count == len(rows[at]) > 2), 0)
    titled = all(count == 1 for count in filled[:full]) and all(
        row[0].strip() for row in rows[:full]
    )
    return full if titled else 0


def _is_comment(line: str, below: list[str]) -> bool:
    """Whether a line that begins with # is no header: it has not the separators of that below."""
    if not line.startswith("#"):
        return False
    following = next((other for other in below if other.strip() and other[0] != "#"), "")
    return not any(line.count(sep) == following.count(sep) > 0 for sep in (*_SEPARATORS, " "))


def _cells(
    text: str, sep: str, name: str = "", *, whole: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Of the first rows that are not empty, the line that each ends in and its cells.

    Of a file with a name, **raises** where a row cannot be told.
    """
    if sep == r"\s+":
        for number, line in enumerate(io.StringIO(text, newline=""), 1):
            if number > _LINES:
                return
            if line.strip():
                yield number, line.split()
        return
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=sep, strict=bool(name), skipinitialspace=True
    )
    try:
        for cells in reader:
            if name and any(len(cell) > LONGEST_CELL for cell in cells):
                raise too_long(reader.line_num)
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
            if reader.line_num >= _LINES:
                return
    except csv.Error as error:
        if name and "field larger" in str(error):
            raise too_long(reader.line_num) from None
        if name and whole:
            raise unended(f"line {reader.line_num} of {name}", error) from None


def too_long(line: int) -> Exception:
    """The refusal of a cell."""
    rule = f"of cells of at most {LONGEST_CELL:,} characters"
    return refusal(f"line {line}", rule, said("a longer one"))


def unended(place: str, error: object) -> Exception:
    """The refusal of a quotation mark without an end."""
    return refusal(place, "cells in quotation marks that end", said(str(error)))


def _separator(text: str) -> str:
    """What separates the first lines into as many cells each, and into most."""
    best, chosen = (0.0, 0), ","
    for sep in (*_SEPARATORS, r"\s+"):
        counts = [len(cells) for _, cells in _cells(text, sep)]
        if not counts or max(counts) < 2:
            continue
        common = Counter(counts[1:] or counts).most_common(1)[0][0]
        alike = sum(count == common for count in counts) / len(counts)
        header = counts[0] in (common, common - 1)
        found = (alike + header, common)
        if common > 1 and (found[0], min(found[1], 2)) > (best[0], min(best[1], 2)):
            best, chosen = found, sep
    return chosen


def _signs(rows: Sequence[Sequence[str]], sep: str, given: str | None) -> tuple[str, str | None]:
    """The decimal sign and the one between thousands."""
    cells = [cell.strip() for row in rows for cell in row if "," in cell or cell.count(".") > 1]
    if given == ",":
        return ",", "." if any(_POINTED_GROUPS.fullmatch(cell) for cell in cells) else None
    grouped = [cell for cell in cells if _GROUPS.fullmatch(cell)]
    if given == ".":
        return ".", "," if grouped else None
    pointed = any(_POINTED_GROUPS.fullmatch(cell) for cell in cells)
    comma = [cell for cell in cells if _COMMA.fullmatch(cell)]
    # 2,694 may be either: it has a decimal comma where semicolons separate, as spreadsheets do it.
    either = bool(grouped) and all(_GROUPS.fullmatch(cell) for cell in comma) and sep != ";"
    english = sep == "," or either or any("." in cell for cell in grouped)
    if (pointed or comma) and not english:
        return ",", "." if pointed else None
    return ".", "," if grouped else None


def _of_texts(
    rows: Sequence[Sequence[str]], columns: int, decimal: str, thousands: str | None
) -> tuple[int, ...]:
    """The columns whose first cells are not all numbers."""
    return tuple(
        at
        for at in range(columns)
        if any(
            len(row) > at and row[at].strip() and not is_number(row[at], decimal, thousands)
            for row in rows[:20]
        )
    )


def _repeats(rows: Sequence[Sequence[str]], at: int) -> bool:
    """Whether the cells of a column are of fewer than half as many texts."""
    cells = [row[at] for row in rows if len(row) > at]
    return 2 * len(set(cells)) < len(cells)


def is_number(cell: str, decimal: str = ".", thousands: str | None = None) -> bool:
    """Whether a cell is a finite or infinite number in this form."""
    text = cell.strip()
    if thousands:
        text = text.replace(thousands, "")
    if decimal != ".":
        text = text.replace(decimal, ".")
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _named(header: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """The names of the columns: the header's, and one for each that has none.

    R writes one name fewer than columns: the first, of the rows' names, has none.
    """
    named_rows = all(len(row) == len(header) + 1 and row[-1].strip() for row in body)
    return ["", *header] if body and named_rows else list(header)


def _number_in(
    header: Sequence[str], body: Sequence[Sequence[str]], decimal: str, thousands: str | None
) -> str | None:
    """A number of the first line, where the lines below have numbers too: it is a point."""
    numbers = [
        cell
        for place, cell in enumerate(header)
        if is_number(cell, decimal, thousands)
        and all(len(row) <= place or is_number(row[place], decimal, thousands) for row in body[:5])
    ]
    return numbers[0] if numbers and (body or len(numbers) > 1) else None


def _check_names(names: Sequence[str]) -> None:
    if len(names) - (names[-1] == "") < 2:
        rule = "of at least 2 columns, separated by commas, semicolons, tabs, bars or spaces"
        raise refusal("a table", rule, len(names), "sep= says by what else.")
    check_names(names, "names=[...] gives others.")
