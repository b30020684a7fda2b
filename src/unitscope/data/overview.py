"""What is in a table's columns, in words, before any of them is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from unitscope.data.columns import Choice, column_features, features_of, target_of
from unitscope.data.frame import Raw
from unitscope.errors import InvalidInput
from unitscope.looking import look

Role = Literal["class", "feature", "out"]
_MOST_TOLD = 3  # texts of a column


@dataclass(frozen=True)
class Column:
    """A column of a table.

    - `role`: "class", "feature", or "out": left out.
    - `about`: what is in it, in a few words.
    - `missing`: how many of its values are missing.
    - `classes`: how many it would make; 0 where it has numbers that are no classes.
    - `problem`: why it can be no feature; empty where it can.
    """

    name: str
    role: Role
    about: str
    missing: int
    classes: int
    problem: str = ""


@dataclass(frozen=True)
class Overview:
    """A table's columns, its rows, and those that lack a value of what is used."""

    columns: tuple[Column, ...]
    rows: int
    incomplete: int


def overview(raw: Raw, choice: Choice) -> Overview:
    """The columns of a table of which some are chosen. **Raises** where there is no such one."""
    raw = replace(raw, notes=[], most_cells=None)
    place = target_of(raw, choice.target)
    try:
        used = features_of(raw, choice, place)
    except InvalidInput:  # none, or one of them has the classes
        used = []
    roles: list[Role] = ["out"] * len(raw.names)
    for at in used:
        roles[at] = "feature"
    roles[place] = "class"
    columns = tuple(_column(raw, at, role) for at, role in enumerate(roles))
    gone = raw.frame[[*used, place]].isna().any(axis=1)
    return Overview(columns, len(raw.frame), int(gone.sum()))


def _column(raw: Raw, at: int, role: Role) -> Column:
    look()
    name, missing = raw.names[at], int(raw.frame[at].isna().sum())
    try:
        made = column_features(raw, at)
    except InvalidInput as refused:
        return Column(name, role, "", missing, 0, _problem(refused))
    there = made.values[~made.missing, 0]
    if not len(there):
        return Column(name, role, "", missing, 0, "no value")
    if made.texts is not None:
        return Column(name, role, _texts(made.texts), missing, len(made.texts))
    different = len(np.unique(there)) if (there == np.floor(there)).all() else 0
    return Column(name, role, f"{there.min():.4g} to {there.max():.4g}", missing, different)


def _problem(refused: InvalidInput) -> str:
    """What a column has: "dates or times", or "'x' in line 3"."""
    place, cell, _ = str(refused).partition(", column ")
    return f"{refused.got} in {place}" if cell else refused.got


def _texts(texts: Sequence[str]) -> str:
    first = ", ".join(text[:30] for text in texts[:_MOST_TOLD])
    return first if len(texts) <= _MOST_TOLD else f"{len(texts)} texts: {first}, …"
