"""How a caller wants a table's file read, what it may have, and what its first line then is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from unitscope.data.classes import names_counted
from unitscope.errors import refusal, said, shown

LARGEST = 2 * 2**30  # bytes of a file, and of what is in it
_MOST_CELLS = 2**29  # of a file that may say a thousand million in a few bytes: 4 GiB of numbers


@dataclass(frozen=True)
class Bounds:
    """What a table may have at most.

    `bytes` are those of a file unpacked, `cells` are rows x columns, and points x features.
    """

    rows: int = 50_000_000
    columns: int = 100_000
    bytes: int = LARGEST
    cells: int = _MOST_CELLS
    classes: int | None = None

    @property
    def of_a_stranger(self) -> bool:
        """Whether the file may be made to be slow: that of a page, which alone bounds classes."""
        return self.classes is not None


@dataclass(frozen=True)
class Reading:
    r"""How a caller wants a table's file read; None where it is to be guessed.

    `sep`, `encoding` and `decimal` are of a CSV file. `header`: 0 for names in the first line, None
    for none, "check" for names unless they are no names. `names`: of all columns, instead of a
    header's.
    """

    sep: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: int | str | None = "check"
    names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.sep is not None and not (
            isinstance(self.sep, str)
            and ((len(self.sep) == 1 and self.sep.isascii()) or self.sep == r"\s+")
        ):
            raise refusal("sep", r"one character of ASCII, or '\s+' for spaces", self.sep)
        if self.sep in ('"', "\n", "\r"):
            raise refusal("sep", "other than a quotation mark or the end of a line", self.sep)
        if self.decimal is not None and self.decimal not in (".", ","):
            raise refusal("decimal", "'.' or ','", self.decimal)
        if self.header not in ("check", None, 0) or isinstance(self.header, bool):
            raise refusal("header", "0 for names in the first line, or None", self.header)
        if self.encoding is not None:
            try:
                "".encode(self.encoding)  # refuses codecs that are not of texts, too
            except (LookupError, TypeError, ValueError):
                remedy = "Like 'utf-8', 'latin-1' or 'cp1252'."
                raise refusal("encoding", "one that Python knows", self.encoding, remedy) from None
        if self.names is not None and (
            isinstance(self.names, (str, bytes)) or not isinstance(self.names, Sequence)
        ):
            raise refusal("names", "a list of names", self.names)

    def only(self, what: str, *allowed: str) -> None:
        """**Raises** where anything but what is `allowed` was asked of what has nothing else."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in allowed and value != field.default:
                raise refusal(field.name, f"left out for {what}", value)

    def columns(self, header: Sequence[str], number: str | None) -> tuple[list[str], bool]:
        """The columns' names, and whether the first line has names, not a point.

        `header` has its cells as names, `number` one of its cells that makes a point of it.

        **Raises** `InvalidInput` where it cannot be both, and for `names` of another count.
        """
        first = self.header is None or (
            self.header == "check" and number is not None and self.names is not None
        )
        if not first and self.header == "check" and number is not None:
            raise refusal(
                "the first line",
                "the names of the columns",
                said(f"the number {shown(number)}"),
                "Give names=[...], or header=None for a table without names; header=0 says that "
                "they are names.",
            )
        names = [f"x{place}" for place in range(len(header))] if first else list(header)
        return self.renamed(names), not first

    def renamed(self, names: list[str]) -> list[str]:
        """The `names` that were given, or else those of a table."""
        if self.names is None:
            return names
        if len(self.names) != len(names):
            rule = f"{len(names)} names, one for each column"
            raise refusal("names", rule, said(names_counted(len(self.names))))
        return [str(name) for name in self.names]
