"""The column of the classes: its texts as they stand in the table, checked to be classes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from unitscope.data.csv_form import text_of
from unitscope.data.frame import Raw, different
from unitscope.errors import refusal, said, shown
from unitscope.looking import look, looking

_MOST_NUMBERS = 20  # different ones, of few rows
_MANY = 20_000  # different labels that are too many, whatever they say
_LONGEST_WHOLE = 18  # digits of a label that counts as a number


class Labels:
    """The labels of a table's rows.

    `there` (n,) says which rows have one.
    """

    def __init__(self, raw: Raw, place: int) -> None:
        self._raw, self._place = raw, place
        if raw.categorical(place):
            used = raw.frame[place].cat.remove_unused_categories()
            codes, kinds = used.cat.codes.to_numpy(), list(used.cat.categories)
        else:
            codes, found = different(raw, place, raw.names[place])
            if len(found) > _MANY:
                self._refuse_more_than_there_may_be(len(found))
            codes, kinds = _as_labels(codes, found)
        self._codes, self._kinds = codes, kinds
        self.there = codes >= 0

    def check_all_there(self) -> None:
        """**Raises** for the first row without a label."""
        if not self.there.all():
            where = self._raw.where(int((~self.there).argmax()), self._raw.names[self._place])
            remedy = "missing='drop' leaves such rows out."
            raise refusal(where, "the name of a class", said("nothing"), remedy)

    def of(self, kept: np.ndarray) -> Any:
        """The labels of the rows that are kept: those with fewer than all classes, too."""
        import pandas

        codes = self._codes if kept.all() else self._codes[kept]
        return pandas.Series(pandas.Categorical.from_codes(codes, categories=self._kinds))

    def check_classes(self) -> None:
        """**Raises** for fewer than two, and for many different numbers, or broken ones."""
        name = f"column {shown(self._raw.names[self._place])}"
        if len(self._kinds) < 2:
            raise refusal(name, "of at least 2 classes", len(self._kinds))
        try:
            numbers = [float(kind) for kind in self._kinds]
        except (TypeError, ValueError, OverflowError):
            return
        many = len(numbers) > max(_MOST_NUMBERS, len(self._codes) // 5)
        if many or any(math.isfinite(number) and number != round(number) for number in numbers):
            raise refusal(
                name,
                "of classes",
                said(
                    f"{len(numbers):,} different numbers, from {min(numbers):g} to {max(numbers):g}"
                ),
                "A network of this kind predicts classes, not quantities; target= names the "
                "column of the classes.",
            )

    def check_count(self, kept: np.ndarray) -> None:
        """**Raises** where the rows that are kept are of more classes than there may be."""
        if self._raw.most_classes is not None:
            self._refuse_more_than_there_may_be(len(np.unique(self._codes[kept])))

    def _refuse_more_than_there_may_be(self, count: int) -> None:
        most = self._raw.most_classes
        if most is not None and count > most:
            remedy = f"Is {self._raw.names[self._place]!r} the column of the classes?"
            raise refusal("classes", f"at most {most}", count, remedy)


@np.errstate(over="ignore")  # where a float32 is compared with what is beyond it
def _as_labels(codes: np.ndarray, found: list[Any]) -> tuple[np.ndarray, list[Any]]:
    """Different values as labels in their order, and each row's: numbers where all are just that.

    Spaces around a text are not part of it, and a text of spaces only is missing.
    """
    texts = [text_of(value) if isinstance(value, str) else value for value in looking(found)]
    kinds = {text: text for text in texts if text != ""}
    if all(isinstance(kind, str) and _is_whole(kind) for kind in kinds):
        kinds = {text: int(text) for text in kinds}
    try:
        ordered = sorted(set(kinds.values()))
        look()
    except (TypeError, OverflowError):  # texts among numbers, or more digits than a float has
        kinds = {text: str(text) for text in kinds}
        ordered = sorted(set(kinds.values()))
    look()
    number = {kind: at for at, kind in enumerate(ordered)}
    places = [number[kinds[text]] if text != "" else -1 for text in texts]
    look()
    return np.array([*places, -1])[codes], ordered


def _is_whole(label: str) -> bool:
    """Whether a label is a whole number as that is written: 01 and 1 are two texts."""
    digits = label.removeprefix("-")
    plain = digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_WHOLE
    return plain and str(int(label)) == label
