"""Many trainings in one picture: how losses fan out, where accuracies end, what some decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal, said, whole_number
from unitscope.figures import canvas
from unitscope.figures.arguments import axes_list, checked_sweep
from unitscope.geometry.window import Window, padded
from unitscope.shares import percent
from unitscope.sweeps.words import how_many
from unitscope.theme import Theme, ThemeName, class_colors, class_tints, rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.networks import Network
    from unitscope.sweeps.result import Sweep

_CURVES = (4.3, 2.5)  # inches of the panel of losses; that of accuracies is as wide
_BARS_HIGH = 1.5
_TILE, _GAP, _COLUMNS = 0.92, 0.26, 6  # inches of a tile and between two, tiles in a row
_PIXELS = 60  # along each side of a tile
_LINES = 40  # single losses that are drawn
_DECADES = 30.0  # the largest loss over the least, from which on the scale is logarithmic
_BIN = 2.5  # percent
_SHARES = [0.05, 0.25, 0.5, 0.75, 0.95]


@canvas.picture
def sweep(
    swept: Sweep,
    ax: Any = None,
    *,
    tiles: int = 24,
    theme: ThemeName | Theme | None = None,
) -> np.ndarray:
    """Losses of all seeds, a histogram of their accuracies, decision regions of the first ones.

    The dark band holds the middle half of the seeds, the light one nine tenths, the line is the
    median; thin lines are single seeds. The bar at 100% holds the seeds that classify every point
    right and no others, the one at 97.5% those from there to below 100%, and so on. Seeds whose
    training diverged are left out of lines, bands and bars, and counted in the title.

    **Arguments**

    - `swept`: what `us.sweep` returns. Losses and accuracies are of the points trained on.
    - `ax`: where to draw; one Axes for the losses, or an array: losses, accuracies, and a tile on
      each other; a new figure without it.
    - `tiles`: how many seeds get a small map of their decision regions, with seed and accuracy;
      only where the data have two features.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes: losses, accuracies, then the tiles. **Raises** `InvalidInput` for a sweep
    without seeds.
    """
    swept = checked_sweep(swept)
    if not len(swept):
        raise refusal("swept", "a sweep of at least one seed", said("one without"))
    count = 0
    if swept.data.n_features == 2:
        count = min(whole_number("tiles", tiles, at_least=0), len(swept))
    if ax is not None:
        return _drawn_on(ax, swept, theme)
    look = canvas.theme_for(theme)
    columns = min(count, _COLUMNS)
    rows = -(-count // _COLUMNS)
    left = canvas.LEFT + _CURVES[0] + (0.35 if count else 0.15)
    curves_high = canvas.BOTTOM + _BARS_HIGH + 0.75 + _CURVES[1] + canvas.TOP
    tall = max(curves_high, 0.45 + rows * (_TILE + _GAP))
    figure = canvas.new_figure(left + columns * (_TILE + 0.08) + 0.1 * bool(count), tall, look)

    def panel(x: float, y: float, width: float, height: float) -> Axes:
        wide = figure.get_figwidth()
        high = figure.get_figheight()
        return figure.add_axes((x / wide, y / high, width / wide, height / high))

    curves = panel(canvas.LEFT, tall - canvas.TOP - _CURVES[1], *_CURVES)
    bars_bottom = tall - canvas.TOP - _CURVES[1] - 0.75 - _BARS_HIGH
    bars = panel(canvas.LEFT, bars_bottom, _CURVES[0], _BARS_HIGH)
    _draw_losses(curves, swept, look)
    _draw_accuracies(bars, swept, look)
    small = []
    for number in range(count):
        row, column = divmod(number, _COLUMNS)
        x = left + column * (_TILE + 0.08)
        y = tall - 0.36 - _TILE - row * (_TILE + _GAP)
        small.append(panel(x, y, _TILE, _TILE))
        _draw_tile(small[-1], swept, number, look)
    return canvas.array_of([curves, bars, *small])


def _drawn_on(ax: Any, swept: Sweep, theme: ThemeName | Theme | None) -> np.ndarray:
    """The same on the user's Axes: as many of the parts as there are Axes."""
    count = np.size(np.asarray(ax, dtype=object))
    panels = axes_list(ax, count, "part")
    most = 2 + (len(swept) if swept.data.n_features == 2 else 0)
    if not 0 < count <= most:
        rule = f"1 to {most} Axes, of losses, accuracies and tiles"
        raise refusal("ax", rule, said(f"{count}"))
    look = canvas.theme_for(theme, panels[0])
    _draw_losses(panels[0], swept, look)
    if count > 1:
        _draw_accuracies(panels[1], swept, look)
    for number, panel in enumerate(panels[2:]):
        _draw_tile(panel, swept, number, look)
    return canvas.array_of(panels)


def _draw_losses(ax: Axes, swept: Sweep, theme: Theme) -> None:
    canvas.dress(ax, theme)
    sound = swept.losses[~swept.diverged]
    if swept.may_stop:  # as far as any of them goes; each epoch is of those that have it
        sound = sound[:, : int(swept.epochs[~swept.diverged].max(initial=1))]
    epochs = np.arange(1, sound.shape[1] + 1)
    color = theme.curves[0]
    if len(epochs) == 1:  # lines of one epoch have a length too
        epochs, sound = np.array([0.75, 1.25]), np.repeat(sound, 2, axis=1)
        ax.set_xticks([1])
    if not len(sound):
        ax.set(xticks=[], yticks=[])
    else:
        low, first, middle, third, high = np.nanquantile(sound, _SHARES, axis=0)
        ax.fill_between(epochs, low, high, color=color, alpha=0.18, linewidth=0, gid="nine tenths")
        ax.fill_between(epochs, first, third, color=color, alpha=0.35, linewidth=0, gid="half")
        for losses in sound[:_LINES]:
            ax.plot(epochs, losses, color=theme.muted, linewidth=0.4, alpha=0.6, gid="seed")
        ax.plot(epochs, middle, color=color, linewidth=2.0, gid="median")
        if 0 < _DECADES * float(low.min()) < float(high.max()):
            ax.set_yscale("log")
            ax.minorticks_off()
    ax.margins(x=0.0)
    ax.grid(color=theme.grid, linewidth=0.6)
    ax.set_axisbelow(True)
    canvas.name_axes(ax, _title(len(sound), len(swept)), ("epoch", "loss"))


def _title(sound: int, seeds: int) -> str:
    lost = how_many(seeds - sound, seeds)
    if not sound:
        return lost
    return "; ".join(filter(None, [f"loss of {sound:,} seed{'s' * (sound > 1)}", lost]))


def _draw_accuracies(ax: Axes, swept: Sweep, theme: Theme) -> None:
    from matplotlib.ticker import MaxNLocator

    canvas.dress(ax, theme)
    shares = 100 * swept.accuracy[~swept.diverged]
    # Each at the start of its bar: 0% to below 2.5%, ..., 97.5% to below 100%, and 100%.
    starts = np.floor(shares / _BIN + 1e-9) * _BIN
    starts[(starts == 100) & (shares < 100)] -= _BIN
    edges = (np.arange(round(100 / _BIN) + 2) - 0.5) * _BIN
    ax.hist(
        starts,
        bins=edges.tolist(),
        color=theme.curves[1],
        edgecolor=theme.background,
        linewidth=0.5,
        gid="accuracies",
    )
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    if not len(shares):
        ax.set(xticks=[], yticks=[])
    least = float(np.floor(shares.min() / 10) * 10) if len(shares) else 0.0
    ax.set_xlim(min(least, 90.0) - _BIN / 2, 100.0 + _BIN / 2)
    solved = swept.accuracy == 1
    some = f"{percent(solved.mean(), 1)} classify"
    if solved.all() or not solved.any():
        some = f"{'every' if solved.any() else 'no'} seed classifies"
    which = "" if swept.held_out is None else "that they train on "
    canvas.name_axes(ax, f"{some} every point {which}right", ("accuracy (%)", "seeds"))


def _draw_tile(ax: Axes, swept: Sweep, place: int, theme: Theme) -> None:
    canvas.dress(ax, theme, 7.5)
    window = padded(swept.data.X)
    seed = int(swept.seeds[place])
    sound = not swept.diverged[place]
    if sound:
        _draw_regions(ax, swept.network(seed), window, theme)
    colors_of = class_colors(swept.data.n_classes)
    x, y = swept.data.X.T
    ax.scatter(x, y, s=3.5, c=[colors_of[label] for label in swept.data.y], linewidths=0, zorder=3)
    ax.set(xlim=window[0], ylim=window[1], xticks=[], yticks=[])
    title = f"{seed}: {percent(swept.accuracy[place], 0)}" if sound else f"{seed}: diverged"
    ax.set_title(title, y=1.0, pad=2.5, fontsize=7.5)


def _draw_regions(ax: Axes, net: Network, window: Window, theme: Theme) -> None:
    sides = [low + (np.arange(_PIXELS) + 0.5) * (high - low) / _PIXELS for low, high in window]
    places = np.stack(np.meshgrid(*sides), axis=2).reshape(-1, 2)
    tints = np.array([rgb(tint) for tint in class_tints(net.n_classes, theme)])
    colors = np.round(255 * tints[net.predict(places)]).astype(np.uint8)
    image = ax.imshow(
        colors.reshape(_PIXELS, _PIXELS, 3),
        extent=(*window[0], *window[1]),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=0,
    )
    image.set_gid("regions")
