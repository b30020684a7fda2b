"""A request to read a table: what is in its columns, and its points or why they are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from unitscope.data.archive import raw_from
from unitscope.data.columns import Choice, table_of, target_of
from unitscope.data.dataset import Dataset
from unitscope.data.frame import Raw
from unitscope.data.overview import Column, overview
from unitscope.data.reading import Bounds, Reading
from unitscope.errors import InvalidInput, refusal, said, whole_number
from unitscope.page.jobs import Job
from unitscope.wire.from_wire import bytes_from_wire
from unitscope.wire.limits import LIMITS, shown_part
from unitscope.wire.messages import ColumnScene, TableRead
from unitscope.wire.to_wire import data_to_wire

_BOUNDS = Bounds(1_000_000, LIMITS["features"] + 1, 32 * 2**20, 4_000_000, LIMITS["classes"])
_PACKED = (b"\x1f\x8b", b"PK\3\4", b"PAR1")  # what files begin with that unpack to any size
_HEADERS: dict[str, int | str | None] = {"check": "check", "names": 0, "none": None}
_PRODUCTS_PER_BYTE = 50


@dataclass(frozen=True)
class Table:
    """A table's content to read; `more`: how many rows of the file it lacks, being a sample."""

    name: str
    content: bytes
    reading: Reading
    choice: Choice
    more: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Table:
        """A "table" request."""
        name, target = request.get("name"), request.get("target")
        if not isinstance(name, str) or len(name) > 200:
            raise refusal("name", "a text of at most 200 characters", name)
        if target is not None and not isinstance(target, str):
            raise refusal("target", "a column's name", target)
        content = bytes_from_wire("content", request.get("content"))
        header = request.get("header", "check")
        if not isinstance(header, str) or header not in _HEADERS:
            raise refusal("header", "one of " + ", ".join(_HEADERS), header)
        sep, encoding, decimal = map(request.get, ("sep", "encoding", "decimal"))
        ignore, missing = _columns(request, "ignore") or (), request.get("missing", "refuse")
        return cls(
            name,
            content,
            Reading(sep, encoding, decimal, _HEADERS[header]),
            Choice(target, _columns(request, "features"), ignore, missing),
            whole_number("more", request.get("more", 0), at_least=0, at_most=2**53 - 1),
        )

    @property
    def cost(self) -> int:
        """In products."""
        size = _BOUNDS.bytes if self.content.startswith(_PACKED) else len(self.content)
        return size * _PRODUCTS_PER_BYTE

    def answer(self, job: Job) -> TableRead:
        """Its columns, and its points or a sample of them."""
        raw, doubt = self._opened()
        raw = raw.labelled(target_of(raw, self.choice.target))
        told = overview(raw, self.choice)
        reply: TableRead = {
            "id": job.number,
            "kind": "table",
            "rows": told.rows + self.more,
            "incomplete": told.incomplete,
            "columns": [_column_to_wire(column) for column in told.columns],
            "header_in_doubt": doubt is not None,
            "notes": [],
        }
        try:
            if doubt is not None:
                raise doubt
            data = self._points(raw)
            reply["data"] = data_to_wire(shown_part(data), of=data.n_points + self.more)
        except InvalidInput as refused:
            reply["refused"] = str(refused).removesuffix(refused.remedy).rstrip()
        reply["notes"] = list(dict.fromkeys(raw.notes))  # the overview and the points have the same
        return reply

    def _opened(self) -> tuple[Raw, InvalidInput | None]:
        """The table; and what is wrong with its first line, if all is well read otherwise."""

        def opened(reading: Reading) -> Raw:
            return raw_from(self.content, self.name, reading, self.choice.target, _BOUNDS)

        try:
            return opened(self.reading), None
        except InvalidInput as refused:
            for header in (0, None) if "header=" in refused.remedy else ():
                try:
                    return opened(replace(self.reading, header=header)), refused
                except InvalidInput:
                    pass
            raise

    def _points(self, raw: Raw) -> Dataset:
        """Its points. **Raises** `InvalidInput`, for more than the page takes, too."""
        data = table_of(raw, self.choice).data
        if data.n_features > LIMITS["features"]:
            rule = f"at most {LIMITS['features']}, and columns of texts become several"
            raise refusal("features", rule, data.n_features)
        return data


def _column_to_wire(column: Column) -> ColumnScene:
    return {
        "name": column.name,
        "role": column.role,
        "about": column.about,
        "missing": column.missing,
        "classes": column.classes,
        "problem": column.problem,
    }


def _columns(request: Mapping[str, Any], name: str) -> list[str] | None:
    """The names of columns that a request gives, if it does."""
    given = request.get(name)
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise refusal(name, "a list of columns' names", said(type(given).__name__))
    return given
