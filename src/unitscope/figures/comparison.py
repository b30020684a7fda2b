"""Two networks side by side: the regions of each, and where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.comparison.compare import Comparison
from unitscope.errors import refusal
from unitscope.explanation.facts import value_of
from unitscope.figures import canvas
from unitscope.figures.arguments import axes_list
from unitscope.figures.decision_regions import fill_loops
from unitscope.figures.legend import draw_legend
from unitscope.figures.points import draw_points, draw_rings, drawn_rows, legend_of, point_area
from unitscope.figures.unit_map import draw_lines
from unitscope.figures.view import (
    View,
    class_names_for,
    math_name,
    short_names,
    shown_name,
    view_of,
    view_on,
)
from unitscope.shares import percent
from unitscope.subject import described
from unitscope.theme import Theme, ThemeName, class_colors, class_tints, mixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.geometry.overlay import Overlay

_DASHED = (0, (3.0, 2.0))
_STRIPES, _GROUND = 1.0, 0.35  # how much of its own colour a class has in stripes, and below them
_LONGEST = 20  # letters of a name in a title


@canvas.picture
def comparison(
    compared: Comparison, *, ax: Any = None, theme: ThemeName | Theme | None = None
) -> np.ndarray:
    """The decision regions of two networks, each on a panel, and on a third where they differ.

    Misclassified points have a ring. On the third panel the first network's boundary is a line, the
    second's is dashed; what they give to different classes is striped, in the colour of the first's
    class on that of the second's, and only the points are drawn to which they give different ones.
    The note says how many points each has right and how large the difference is.

    **Arguments**

    - `compared`: what `us.compare` returns.
    - `ax`: three Axes to draw on; a new figure without it.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes, an array (3,). **Raises** `InvalidInput` for anything else.
    """
    if not isinstance(compared, Comparison):
        remedy = "us.compare(a, b, data) returns one."
        raise refusal("compared", "a Comparison", described(compared), remedy)
    over, data, k = compared.cut(), compared.data, compared.a.n_classes
    view, names = _view(compared), class_names_for(k, compared.data.class_names)
    if ax is None:
        look = canvas.theme_for(theme)
        wrong = bool((~compared.right).any())
        handles, texts = legend_of(k, names, look, rings=wrong)
        sheet = canvas.sheet(3, look, texts, bars=0, note=_note(compared, view))
        panels = sheet.panels
        draw_legend(sheet.figure, handles, texts, look, sheet.legend_at, sheet.legend_rows)
    else:
        panels = axes_list(ax, 3, "network and one for both")
        look = canvas.theme_for(theme, panels[0])
    titles = *(shown_name(name, _LONGEST) for name in compared.names), "where they differ"
    for panel, title in zip(panels, titles, strict=True):
        canvas.frame(panel, view, title, view.labels)
    drawn = drawn_rows(data.y)
    area = point_area(len(drawn))
    for which in (0, 1):
        tints = class_tints(k, look)
        for label in range(k):
            wanted = (label, None) if which == 0 else (None, label)
            loops = _placed(over.outlines(*wanted), view)
            fill_loops(panels[which], loops, f"region {label}", facecolor=tints[label])
        _draw_boundary(panels[which], over, which, view, look)
        draw_points(panels[which], view.points[drawn], data.y[drawn], k, look, area)
        missed = drawn[~compared.right[drawn, which]]
        draw_rings(panels[which], view.points[missed], look, area)
    _draw_difference(panels[2], over, view, look)
    apart = compared.points[drawn_rows(data.y[compared.points])]
    if len(apart):
        draw_points(panels[2], view.points[apart], data.y[apart], k, look, area)
    return canvas.array_of(panels)


def _draw_difference(ax: Axes, over: Overlay, view: View, theme: Theme) -> None:
    """What they give to different classes (gid "0 and 1", ...), striped, and both boundaries."""
    k = len(over.shares)
    colors = class_colors(k)
    ground = [mixed(theme.background, color, _GROUND) for color in colors]
    stripes = [mixed(theme.background, color, _STRIPES) for color in colors]
    for one, other in np.argwhere(over.shares > 0).tolist():
        if one != other:
            loops = _placed(over.outlines(one, other), view)
            striped: dict[str, Any] = {"hatch": "////", "edgecolor": stripes[one]}
            fill_loops(ax, loops, f"{one} and {other}", facecolor=ground[other], **striped)
    for which in (0, 1):
        _draw_boundary(ax, over, which, view, theme, "-" if which == 0 else _DASHED)


def _draw_boundary(
    ax: Axes, over: Overlay, which: int, view: View, theme: Theme, style: Any = "-"
) -> None:
    lines = [line.vertices for line in over.boundary(which).polylines()]
    draw_lines(ax, _placed(lines, view), theme, f"decision boundary {which}", style)


def _placed(lines: list[np.ndarray], view: View) -> list[np.ndarray]:
    """Lines of an overlay in the picture; of one feature they stand on a strip from 0 to 1."""
    if not view.strip:
        return lines
    low, high = view.window[1]
    return [line * (1.0, high - low) + (0.0, low) for line in lines]


def _view(compared: Comparison) -> View:
    """What is looked at, as the pictures of one network have it."""
    data, k = compared.data, compared.a.n_classes
    names = [math_name(name) for name in data.feature_names]
    if compared.plane is None:
        view = view_of(data.X, names, data.y, k, None)
        window = (compared.window[0], view.window[1]) if view.strip else compared.window
        return View(view.points, view.labels, window, "", view.strip, view.plane)
    short = short_names(data.feature_names)
    view = view_on(compared.plane, data.X, names, short, compared.note)
    return View(view.points, view.labels, compared.window, view.note, False, view.plane)


def _note(compared: Comparison, view: View) -> str:
    """How right both are, how far apart, and what is looked at."""
    n, (one, other) = compared.data.n_points, compared.names
    right = compared.right.sum(axis=0).tolist()
    one, other = (shown_name(name, _LONGEST) for name in (one, other))
    scores = f"right: {one} {right[0]:,}, {other} {right[1]:,} of {n:,} points"
    share = f"{'' if compared.exact else 'about '}{percent(compared.share)} of the window"
    count = len(compared.points)
    apart = f"different classes: {count:,} point{'s' * (count != 1)}, {share}"
    stripes = f"stripes: the class of {one} on that of {other}; the boundary of {other} is dashed"
    (first, second), side = value_of(compared, "asked_places")
    asked = f"sampled: asked at {side} x {side} places" if first or second else ""
    lines = f"{scores}; {apart}", stripes if compared.share else "", asked, view.note
    return "\n".join(line for line in lines if line)
