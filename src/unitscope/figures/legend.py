"""The legend of the classes: beside a panel of ours, on one of the user's."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.figures.fonts import inches_of
from unitscope.figures.view import shown_name
from unitscope.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEGEND_GAP = 0.14  # inches between a panel and the legend beside it
_CHARACTER, _ROW = 0.078, 0.2  # inches: mean width and line height of the legend's 9-point text
# On a panel: sizes of the text in points, columns, and corners and sides, the best first. A letter,
# a row, a mark with its spaces, and the frame are so many times the size of the text.
_SIZES, _COLUMNS = (8.0, 7.0, 6.0), (1, 2, 3, 4)
_PLACES = {
    "upper right": (1.0, 1.0),
    "upper left": (0.0, 1.0),
    "lower left": (0.0, 0.0),
    "lower right": (1.0, 0.0),
    "center right": (1.0, 0.5),
    "center left": (0.0, 0.5),
    "upper center": (0.5, 1.0),
    "lower center": (0.5, 0.0),
}
_LETTER_EM, _ROW_EM, _MARK_EM, _FRAME_EM = 0.62, 1.5, 2.5, 1.8
_LONGEST_INSIDE = 14  # letters of a name
_MOST_LETTERS = 28  # of a name that is cut where it is wide
_MOST_COUNTED = 2000  # points that are looked at for a place

Box = tuple[np.ndarray, np.ndarray]  # lower left and upper right corner, (2,) each


def legend_width(names: Sequence[str], height: float) -> float:
    """The width in inches of a legend of `names` beside a panel of that height."""
    letters = [letters_of(shown_name(name)) for name in names]
    columns = np.array_split(letters, math.ceil(len(names) / legend_rows(height)))
    return LEGEND_GAP + sum(0.42 + _CHARACTER * max(2, *column) for column in columns) + 0.1


def legend_rows(height: float) -> int:
    """How many classes a column lists beside a panel of that many inches."""
    return max(4, int(height / _ROW + 1e-6))


def letters_of(text: str) -> int:
    """How many letters of the mean width a text takes; those of East Asian scripts take two."""
    letters = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return max(letters, math.ceil(inches_of(text, 72.0) / _LETTER_EM))


def short_word(name: str, inches: float, size: float) -> str:
    """A name, cut where it would be wider than that in a font of that size."""
    words = (shown_name(name, letters) for letters in range(_MOST_LETTERS, 1, -1))
    return next((word for word in words if inches_of(word, size) <= inches), shown_name(name, 1))


def legend_beside(ax: Axes, handles: Sequence[Any], names: Sequence[str], theme: Theme) -> None:
    """A legend on the right of a panel of ours."""
    height = ax.get_position().height * ax.figure.get_figheight()  # type: ignore[union-attr]
    draw_legend(ax, handles, names, theme, (1.0 + LEGEND_GAP / 4, 1.0), legend_rows(height))


def legend_inside(
    ax: Axes, handles: Sequence[Any], names: Sequence[str], theme: Theme, points: np.ndarray
) -> Box:
    """A legend on a panel of the user's, where it hides the fewest of `points` (n, 2).

    What lies beside the panel is the user's, too. Call it once the panel has its limits. Returns
    what the legend covers, in data coordinates.
    """
    words = [shown_name(name, _LONGEST_INSIDE) for name in names]
    box = ax.get_window_extent()
    pixels, corner = np.array(box.size), np.array(box.min)
    size = pixels * 72.0 / ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    some = points[:: -(-len(points) // _MOST_COUNTED)]
    places = (ax.transData.transform(some) - corner) / pixels * size
    best, font, columns, place = _best_place(places, [letters_of(word) for word in words], size)
    settings: dict[str, Any] = {"facecolor": theme.background, "edgecolor": theme.muted}
    where = {"loc": place, "borderaxespad": 0.5, "fontsize": font, "ncols": columns}
    legend_of_words(ax, handles, words, theme, **where, **settings)
    covered = np.stack(best) / size * pixels + corner
    low, high = ax.transData.inverted().transform(covered)
    return low, high


def _best_place(
    points: np.ndarray, letters: Sequence[int], size: np.ndarray
) -> tuple[Box, float, int, str]:
    """Where on a panel of that `size`, in which size of text and in how many columns.

    All lengths are in points. The first choice that hides no point; of others, what hides fewest.
    """
    found: dict[float, tuple[Box, float, int, str]] = {}
    for font, columns in itertools.product(_SIZES, _COLUMNS[: len(letters)]):
        ems = _size_in_ems(letters, columns)
        for place, corner in _PLACES.items():
            low = np.array(corner) * (size - ems * font)
            box = low, low + ems * font
            inside = ((points >= box[0]) & (points <= box[1])).all(axis=1)
            outside = np.maximum(ems * font - size, 0.0).sum()  # worse than all points hidden
            hidden = float(inside.sum() + len(points) * outside)
            found.setdefault(hidden, (box, font, columns, place))
            if not hidden:
                return found[0]
    return found[min(found)]


def _size_in_ems(letters: Sequence[int], columns: int) -> np.ndarray:
    parts = np.array_split(letters, columns)
    wide = sum(_MARK_EM + _LETTER_EM * float(part.max(initial=2)) for part in parts)
    return np.array([wide, _ROW_EM * len(parts[0])]) + _FRAME_EM


def draw_legend(
    place: Axes | Figure,
    handles: Sequence[Any],
    names: Sequence[str],
    theme: Theme,
    at: tuple[float, float],
    rows: int,
) -> None:
    """A legend beside the data; `at` is its upper left corner in the coordinates of `place`."""
    where: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": at, "borderaxespad": 0.0}
    columns = math.ceil(len(names) / rows)
    words = [shown_name(name) for name in names]
    look: dict[str, Any] = {"frameon": False, "fontsize": 9, "ncols": columns}
    legend_of_words(place, handles, words, theme, **look, **where)


def legend_of_words(
    place: Axes | Figure,
    handles: Sequence[Any],
    words: Sequence[str],
    theme: Theme,
    **settings: Any,
) -> None:
    """A legend of the words as they are; `settings` are Matplotlib's."""
    # Matplotlib drops names that start with an underscore, so the texts are put in afterwards.
    legend = place.legend(
        handles,
        ["-"] * len(words),
        labelcolor=theme.text,
        handletextpad=0.3,
        labelspacing=0.35,
        columnspacing=0.8,
        handlelength=1.4,
        **settings,
    )
    for text, word in zip(legend.get_texts(), words, strict=True):
        text.set_text(word)
