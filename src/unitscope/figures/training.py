"""Loss and accuracy by epoch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.figures import canvas
from unitscope.figures.arguments import curves_of, one_axes
from unitscope.shares import percent
from unitscope.theme import CURVE_WIDTH, Theme, ThemeName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.training.run import Run
    from unitscope.training.validation import Validation

_WIDTH, _HEIGHT, _GAP = 4.6, 1.45, 0.16  # inches: each panel, and the space between the two


@canvas.picture
def training(
    run: Run, ax: Axes | Sequence[Axes] | None = None, *, theme: ThemeName | Theme | None = None
) -> np.ndarray:
    """The mean loss of each epoch above the accuracy after it, with the last value of both.

    Dashed: of the points held out; where a training went back to its best epoch, beyond it too.

    **Arguments**

    - `ax`: where to draw: two Axes, or one, which then gets a second scale on its right for the
      accuracy; a new figure without it.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes of loss and accuracy, an array (2,). **Raises** `InvalidInput` for what is
    no Run: a Network does not know how it was trained.
    """
    from matplotlib.ticker import MaxNLocator

    given = [] if ax is None else list(np.ravel(np.asarray(ax, dtype=object)))
    if len(given) > 2:
        raise refusal("ax", "one Axes or two", said(f"{len(given)}"))
    for place in given:
        one_axes("ax", place, linear=False)
    if len(given) == 2 and given[0] is given[1]:
        raise refusal("ax", "one Axes or two", said("the same one twice"))
    loss, accuracy = curves_of(run)
    look = canvas.theme_for(theme, given[0] if given else None)
    twin = len(given) == 1
    panels = given or _new_panels(look)
    if twin:
        panels = [given[0], given[0].twinx()]
    last = _draw_curve(panels[0], loss, look.curves[0], "{:.4f}".format, "loss")
    _draw_curve(
        panels[1], accuracy, look.curves[1], functools.partial(percent, decimals=1), "accuracy"
    )
    held_out = getattr(run, "validation", None)
    if held_out is not None:
        _draw_held_out(panels, held_out, look)
        last = max(last, len(held_out.loss))
        loss = np.append(loss, held_out.loss)
    top = float(np.max(loss[np.isfinite(loss)], initial=0.0)) or 1.0
    if panels[0].get_yscale() == "linear":
        panels[0].set_ylim(-0.1 * top, 1.1 * top)  # the last loss is near 0, its number needs room
    panels[1].set_ylim(-0.03, 1.06)
    panels[1].set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    bottom = panels[0] if twin else panels[1]
    title = "Loss and accuracy by epoch" + " (dashed: held out)" * (held_out is not None)
    canvas.name_axes(panels[0], title, ("epoch" if twin else "", "loss"))
    canvas.name_axes(panels[1], "", ("", "accuracy"))
    if not bottom.get_xlabel():
        bottom.set_xlabel("epoch")
    for panel in panels:
        wide = max(last, 10)
        panel.set_xlim(1 - 0.02 * wide, last + 0.17 * wide)  # room for the values at the ends
        panel.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    return canvas.array_of(panels)


def _draw_held_out(panels: Sequence[Axes], held_out: Validation, look: Theme) -> None:
    for ax, name, color in zip(panels, ("loss", "accuracy"), look.curves, strict=False):
        values = getattr(held_out, name)
        epochs = np.arange(1, len(values) + 1)
        wide = 0.7 * CURVE_WIDTH
        ax.plot(epochs, values, "--", color=color, linewidth=wide, gid=f"held out {name}")


def _new_panels(theme: Theme) -> list[Axes]:
    high = canvas.BOTTOM + 2 * _HEIGHT + _GAP + canvas.TOP
    wide = canvas.LEFT + _WIDTH + 0.15
    figure = canvas.new_figure(wide, high, theme)
    panels: list[Any] = []
    for bottom in (canvas.BOTTOM + _HEIGHT + _GAP, canvas.BOTTOM):
        place = (canvas.LEFT / wide, bottom / high, _WIDTH / wide, _HEIGHT / high)
        panels.append(figure.add_axes(place))
        canvas.dress(panels[-1], theme)
        panels[-1].grid(color=theme.grid, linewidth=0.7)
    panels[0].tick_params(labelbottom=False)
    return panels


def _draw_curve(
    ax: Axes, values: np.ndarray, color: str, form: Callable[[float], str], name: str
) -> int:
    """Draw the curve with its last value at its end; returns the number of epochs."""
    epochs = len(values)
    if not epochs:
        look: dict[str, Any] = {"fontsize": 9, "color": ax.xaxis.label.get_color()}
        middle: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "center"}
        ax.text(0.5, 0.5, "no epoch has been trained", **look, **middle)
        return 1
    ax.plot(np.arange(1, epochs + 1), values, color=color, linewidth=CURVE_WIDTH, gid=name)
    ax.plot(epochs, values[-1], "o", color=color, markersize=4)
    ax.annotate(
        form(float(values[-1])),
        (epochs, values[-1]),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color=color,
        gid=f"last {name}",
    )
    return epochs
