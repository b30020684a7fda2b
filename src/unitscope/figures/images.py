"""Points that are images, some of each class, and which of them a network gets wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import whole_number
from unitscope.figures import canvas
from unitscope.figures.arguments import dataset_of, network_and_data, one_axes
from unitscope.figures.fonts import inches_of
from unitscope.figures.legend import short_word
from unitscope.figures.mosaic import TILE, Mosaic, ink, ink_limits, pictures_of
from unitscope.figures.points import MISCLASSIFIED
from unitscope.figures.view import class_names_for
from unitscope.models.ours import run_behind
from unitscope.theme import RING_WIDTH, Theme, ThemeName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.subject import Subject

_MOST_EACH = 40
_CAPTION_FONT, _NAME_FONT = 6.5, 9.0
_CAPTION, _NAME = 1.12 * TILE, 1.4  # inches at most, of the class given, and of a row's


@canvas.picture
def images(
    net: Subject | Dataset,
    data: Dataset | None = None,
    ax: Axes | None = None,
    *,
    each: int = 10,
    theme: ThemeName | Theme | None = None,
) -> Axes:
    """Points that are images, a row for each class; those that the network gets wrong are framed.

    Points are images where their features are called pixel_ROW_COLUMN, row by row, as those of
    `us.datasets.digits()`, or pixel0, pixel1, ... of a square; or they have pictures, as those of
    `us.datasets.animals()` do (`Dataset.pictured`). A row has points that are right,
    evenly spaced in the data's order, and then wrong ones, up to half of the row, in their frames
    and with the class that the network gives them. The title says how many are wrong in all.

    **Arguments**

    - `net`, `data`: a network and its points; of a Run or Classifier alone, both its own. A Dataset
      alone is drawn without a network.
    - `each`: images in a row at most, 1 to 40.
    - `ax`, `theme`: as in `us.plot.data`.

    **Returns** the Axes. **Raises** `InvalidInput` for points that are no images, and for arguments
    that do not fit each other.
    """
    predicted = None
    if isinstance(run_behind(net), Dataset) and data is None:
        points = dataset_of(net)
    else:
        network, points = network_and_data(net, data)
        predicted = network.predict(points.X)
    drawn = pictures_of(points)
    shape = drawn.shape
    most = whole_number("each", each, at_least=1, at_most=_MOST_EACH)
    panel = None if ax is None else one_axes("ax", ax)
    look = canvas.theme_for(theme, panel)
    wrong = np.zeros(points.n_points, bool) if predicted is None else predicted != points.y
    rows = [_row(np.flatnonzero(points.y == k), wrong, most) for k in range(points.n_classes)]
    mosaic = Mosaic(shape, captions=bool(wrong.any()))
    columns = max(len(row) for row in rows)
    words = [short_word(name, _NAME, _NAME_FONT) for name in points.class_names]
    title = "Images"
    if predicted is not None:
        title += f"\n({int(wrong.sum()):,} of {points.n_points:,} {MISCLASSIFIED}"
        title += ": framed, with the class given)" if wrong.any() else ")"
    if panel is None:
        size = mosaic.inches(columns, len(rows))
        left = max(inches_of(word, _NAME_FONT) for word in words) + 0.2
        panel = canvas.bare_panel(*size, look, title, left=left)
    canvas.bare(panel, mosaic.window(columns, len(rows)), title)
    places = [mosaic.middle(0, row)[1] for row in range(len(rows))]
    panel.set_yticks(places, words, fontsize=_NAME_FONT, color=look.text)
    colors: dict[str, Any] = {"cmap": ink(look), **ink_limits(drawn.values)}
    for number, row in enumerate(rows):
        for column, point in enumerate(row):
            mosaic.draw(panel, drawn.values[point], column, number, gid=f"point {point}", **colors)
    framed: list[tuple[int, int]] = [
        (column, number)
        for number, row in enumerate(rows)
        for column in np.flatnonzero(wrong[row]).tolist()
    ]
    mosaic.frame(panel, framed, look.ring, MISCLASSIFIED, RING_WIDTH)
    if predicted is not None:
        names = class_names_for(int(predicted.max()) + 1, points.class_names)
        for column, number in framed:
            x, y = mosaic.corner(column, number)
            panel.text(
                x + shape[1] / 2,
                y + 1.04 * shape[0],
                short_word(names[predicted[rows[number][column]]], _CAPTION, _CAPTION_FONT),
                fontsize=_CAPTION_FONT,
                color=look.text,
                ha="center",
                va="top",
                gid="class given",
            )
    return panel


def _row(mine: np.ndarray, wrong: np.ndarray, most: int) -> np.ndarray:
    """Which of the points of a class are drawn: right ones, then up to half of wrong ones."""
    bad, good = mine[wrong[mine]], mine[~wrong[mine]]
    n_bad = min(len(bad), max(most // 2, most - len(good)))
    n_good = min(len(good), most - n_bad)
    return np.concatenate([_spaced(good, n_good), _spaced(bad, n_bad)])


def _spaced(rows: np.ndarray, count: int) -> np.ndarray:
    return rows[np.arange(count) * len(rows) // max(count, 1)]
