"""Colours, markers and line widths, named by their roles, for Matplotlib and the page's CSS.

The first four class colours are the course lab's, the next two its helper's; the others were chosen
by greedy farthest-point search in CIELAB (also as protanopes and deuteranopes see them, Machado et
al. 2009), lightness 31-82. Markers are the second cue, since not every eye tells 20 colours apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unitscope.errors import refusal, whole_number

ThemeName = Literal["light", "dark"]

CLASS_COLORS = (
    "#1f78b4",
    "#33a02c",
    "#ff7f00",
    "#6a3d9a",
    "#e31a1c",
    "#b15928",
    "#00e1d2",
    "#b4005a",
    "#b4b487",
    "#ff69ff",
    "#a57896",
    "#0069ff",
    "#c3d25a",
    "#ffa5ff",
    "#694b2d",
    "#ffc300",
    "#2d6969",
    "#3cb4d2",
    "#692dc3",
    "#5a965a",
    "#ff96b4",
    "#ff6969",
    "#f0b478",
    "#ff0087",
    "#960f00",
    "#3c69d2",
)
# Matplotlib's names; eleven, so that a colour that comes again after 26 has another marker.
CLASS_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h")

BOUNDARY_WIDTH = 1.6  # points: decision boundaries and the line where a unit turns on
RING_WIDTH = 1.3  # points: the ring around a misclassified point
CURVE_WIDTH = 1.8  # points: loss and accuracy
_TURN_DARKENS = 0.65


@dataclass(frozen=True)
class Theme:
    """Colours by role, each as "#rrggbb".

    - `background`: of the figure and its panels; `text`: words, ticks and frames; `muted`: notes;
      `grid`: faint lines.
    - `line`: boundaries; `halo`: the edge around a point that lies on a coloured area; `ring`:
      misclassified points.
    - `negative`, `zero`, `positive`: signed quantities (orange, grey, blue); `tint`: how much of
      its own colour the background of a class's region has, 0..1.
    - `curves`: loss and accuracy.
    """

    name: str
    background: str
    text: str
    muted: str
    grid: str
    line: str
    halo: str
    ring: str
    negative: str
    zero: str
    positive: str
    tint: float
    curves: tuple[str, str]


LIGHT = Theme(
    name="light",
    background="#ffffff",
    text="#1b1f24",
    muted="#59636e",
    grid="#e4e7eb",
    line="#1b1f24",
    halo="#ffffff",
    ring="#000000",
    negative="#d9730d",
    zero="#f2f2f2",
    positive="#1565c0",
    tint=0.25,
    curves=("#b4400a", "#1565c0"),
)
DARK = Theme(
    name="dark",
    background="#15181d",
    text="#e6e9ed",
    muted="#a3acb8",
    grid="#2d333b",
    line="#f5f7fa",
    halo="#f5f7fa",
    ring="#ffffff",
    negative="#ff9a3c",
    zero="#2b2f36",
    positive="#58a6ff",
    tint=0.38,
    curves=("#ff9a5c", "#6cb2ff"),
)
THEMES = {"light": LIGHT, "dark": DARK}


def theme_named(name: str | Theme) -> Theme:
    """The theme called "light" or "dark"; a Theme is returned as it is."""
    if isinstance(name, Theme):
        return name
    if not isinstance(name, str) or name not in THEMES:
        raise refusal("theme", "one of " + ", ".join(THEMES), name)
    return THEMES[name]


def class_colors(k: int) -> tuple[str, ...]:
    """`k` different colours "#rrggbb" in class order; the first ones do not depend on k.

    After 26 the colours come again, darker with every turn.
    """
    turns = [divmod(index, len(CLASS_COLORS)) for index in range(whole_number("k", k, at_least=1))]
    return tuple(
        mixed("#000000", CLASS_COLORS[index], _TURN_DARKENS**turn) for turn, index in turns
    )


def class_markers(k: int) -> tuple[str, ...]:
    """One Matplotlib marker for each of `k` classes; neighbours in class order differ."""
    return tuple(
        CLASS_MARKERS[index % len(CLASS_MARKERS)]
        for index in range(whole_number("k", k, at_least=1))
    )


def class_tints(k: int, theme: str | Theme = LIGHT) -> tuple[str, ...]:
    """The `k` class colours as backgrounds of regions: light, or in the dark theme dark."""
    look = theme_named(theme)
    return tuple(mixed(look.background, color, look.tint) for color in class_colors(k))


def mixed(start: str, end: str, share: float) -> str:
    """The colour `share` (0..1) of the way from "#rrggbb" `start` to `end`, by channel (sRGB)."""
    pairs = zip(rgb(start), rgb(end), strict=True)
    return "#" + "".join(f"{round(255 * (a + share * (b - a))):02x}" for a, b in pairs)


def rgb(color: str) -> tuple[float, float, float]:
    """Red, green and blue of "#rrggbb", each 0..1."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def luminance(color: str) -> float:
    """Relative luminance of "#rrggbb", 0 (black) to 1 (white), as WCAG 2 defines it."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
