"""The steps of a Pipeline that make numbers of its rows, in front of a model that is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.models.rows import Prepare


@dataclass(frozen=True)
class SampledFront:
    """What is done to rows before a model is asked.

    - `last`: the model behind the steps, `columns`: the names by which it knows its inputs.
    - `prepare`: rows to points (n, width); `names`: of these; `applied`: the steps, in words.
    """

    last: Any
    columns: list[Any] | None
    prepare: Prepare
    names: tuple[str, ...] | None
    width: int
    applied: str


def front_of(model: Any, X: Any) -> SampledFront | None:
    """The steps before the last of a Pipeline that takes rows that are not all numbers, else None.

    Only numbers have values in between that a model could be asked.
    """
    steps = getattr(model, "steps", None)
    rows = _rows_with_texts(X)
    if rows is None or not isinstance(steps, list) or len(steps) < 2:
        return None
    before, last = model[:-1], steps[-1][1]

    def prepare(rows: Any) -> np.ndarray:
        made = before.transform(rows)
        made = made.toarray() if hasattr(made, "toarray") else made
        return np.asarray(made, dtype=np.float64)

    try:
        width = prepare(rows.iloc[:1]).shape[1]
    except Exception:  # what is wrong with the rows is said where all of them are taken
        return None
    known = getattr(last, "feature_names_in_", None)
    applied = ", ".join(type(step).__name__ for _, step in steps[:-1])
    columns = None if known is None else list(known)
    return SampledFront(last, columns, prepare, _names_of(before, width), width, applied)


def _rows_with_texts(X: Any) -> Any:
    """The rows as a frame, where a column is not of numbers; else None."""
    if isinstance(X, Dataset):
        if X.encoding is None or all(source.texts is None for source in X.encoding.sources):
            return None
        frame = X.frame()
        return frame.drop(columns=frame.columns[-1])
    if not hasattr(X, "iloc") or not hasattr(X, "dtypes"):
        return None
    kinds = [getattr(kind, "kind", "O") for kind in X.dtypes]
    return None if set(kinds) <= set("biuf") else X


def _names_of(before: Any, width: int) -> tuple[str, ...] | None:
    try:
        names = tuple(map(str, before.get_feature_names_out()))
    except Exception:  # a step that knows none
        return None
    return names if len(names) == width == len(set(names)) else None
