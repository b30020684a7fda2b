"""Fonts for names in any script: a sign that the text's own font lacks is taken from another."""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_MOST_MORE = 3  # families beside a text's own
_LAST_RESORT = "Last Resort"  # a font of boxes
_MOST_NAMED = 12  # signs in the notice
_EM = 72  # points, in which a text is measured

_said: set[int] = set()  # code points of which a notice told


def complete(figures: Iterable[Figure]) -> None:
    """Give every text of the figures the fonts that have its signs; say once which are in none."""
    from matplotlib.text import Text

    without: set[int] = set()
    for figure in figures:
        for text in figure.findobj(Text):
            if not text.get_text().isascii():
                without |= _complete(text)
    _say_once(without)


def inches_of(text: str, size: float) -> float:
    """How wide a line of text is in a font of that size, in points."""
    from matplotlib import rcParams

    return _ems(text, tuple(rcParams["font.family"])) * size / 72.0


@functools.lru_cache(maxsize=4096)
def _ems(text: str, families: tuple[str, ...]) -> float:
    """The width of a text in those fonts, and in others for what they lack: of the font's size."""
    from matplotlib.figure import Figure

    line = Figure(dpi=72).text(0.0, 0.0, text, fontsize=_EM, fontfamily=list(families))
    _complete(line)
    with warnings.catch_warnings():  # of a sign that no font has: the picture's own text says it
        warnings.simplefilter("ignore")
        return float(line.get_window_extent().width) / _EM


def _complete(text: Text) -> frozenset[int]:
    """Give a text the fonts that have its signs; returns the code points that none has."""
    own = list(text.get_fontfamily())
    signs = {sign for sign in text.get_text() if sign.isprintable() and not sign.isspace()}
    missing = frozenset(map(ord, signs)) - _signs_of(tuple(own))
    more, without = _fonts_with(missing)
    if more:
        text.set_fontfamily([*own, *more])
    return without


@functools.cache
def _signs_of(families: tuple[str, ...]) -> frozenset[int]:
    """The code points that the fonts of these families have."""
    from matplotlib.font_manager import FontProperties, findfont

    found: frozenset[int] = frozenset()
    for family in families:
        try:
            path = findfont(FontProperties(family=[family]), fallback_to_default=False)
        except ValueError:  # a family of the user's that is not here
            continue
        found |= _signs_in(str(path))
    return found


@functools.cache
def _signs_in(path: str) -> frozenset[int]:
    from matplotlib.font_manager import get_font

    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):  # a damaged file
        return frozenset()


@functools.cache
def _fonts_with(missing: frozenset[int]) -> tuple[tuple[str, ...], frozenset[int]]:
    """The families, of all that are installed, with most of these signs; and what none has."""
    families: list[str] = []
    for _ in range(_MOST_MORE):
        if not missing:
            break
        name, has = max(_installed(), key=lambda font: (len(missing & font[1]), font[0]))
        if not missing & has:
            break
        families.append(name)
        missing -= has
    return tuple(families), missing


@functools.cache
def _installed() -> list[tuple[str, frozenset[int]]]:
    """Every upright font here and its signs; those installed since Matplotlib looked, too."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            try:
                fontManager.addfont(path)
            except (OSError, RuntimeError):  # of a kind that Matplotlib cannot draw
                continue
    upright = {font.name: font.fname for font in fontManager.ttflist if font.style == "normal"}
    return [(name, _signs_in(path)) for name, path in upright.items() if _LAST_RESORT not in name]


def _say_once(without: set[int]) -> None:
    """A notice of the signs of which none told before."""
    new = sorted(without - _said)
    if not new:
        return
    _said.update(new)
    logging.getLogger("unitscope").warning(
        "unitscope: no font that is installed has the signs %s: pictures show boxes. "
        "Noto Sans has nearly all (for Chinese, Japanese and Korean, Noto Sans CJK): "
        "install it and start Python again.",
        "".join(map(chr, new[:_MOST_NAMED])),
    )
