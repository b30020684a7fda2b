"""What the axes of a picture of a plane say: a feature, or the strongest of a direction."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from unitscope.geometry.plane import Plane
from unitscope.visible import on_one_line

LONGEST_PART = 14  # letters of a name on an axis that has several
_SLIGHT = 0.02  # of a direction's strongest part: less is not worth a word
_SAYS_NOTHING = r"u|v|component [12]|x\d+"  # of the features: names that planes give themselves


def axis_names(
    plane: Plane, names: Sequence[str], short: Sequence[str], spread: np.ndarray
) -> tuple[str, str]:
    """What the plane's two coordinates are made of: a feature, or its two strongest with weights.

    Of several features the `short` names are written. `spread` (d,) is how much each varies over
    the points: strong is what moves them. Names that a plane was given stay.
    """
    one, other = (
        _axis_name(row, label, names, short, spread)
        for row, label in zip(plane.dual, plane.labels, strict=True)
    )
    return one, other


def without_unit(name: str) -> str:
    """A feature's name without what is in brackets at its end, such as its unit."""
    return re.sub(r"(?<=.)\s*[(\[][^()\[\]]*[)\]]\s*$", "", name)


def cut(name: str, longest: int = LONGEST_PART) -> str:
    """A name on one line, of at most `longest` letters."""
    text = on_one_line(name)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _axis_name(
    row: np.ndarray, label: str, names: Sequence[str], short: Sequence[str], spread: np.ndarray
) -> str:
    if not re.fullmatch(_SAYS_NOTHING, label):
        return label
    if np.count_nonzero(row) == 1 and row.max() == 1.0:
        return names[int(row.argmax())]
    strength = np.abs(row) * spread
    if not strength.any():
        strength = np.abs(row)
    order = np.argsort(-strength, kind="stable")
    order = order[strength[order] >= _SLIGHT * strength[order[0]]].tolist()
    text = ""
    for feature in order[:2]:
        minus = bool(row[feature] < 0)
        sign = (" − " if minus else " + ") if text else "−" * minus
        text += f"{sign}{abs(row[feature]):.2g} {short[feature]}"
    return text + " + …" * (len(order) > 2)
