"""Where in a panel a word has room: off the points, and in the region or on the line it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.geometry.window import Window

_STEPS = 120  # squares along each side of the panel that are free or taken
_WIDE, _HIGH = 0.62, 1.35  # of the font's size: the mean width of a letter, the height of a line
_NEAR = 50.0  # points: as far as a word goes to stay off lines
_GROWTHS = (3.0, 2.4, 1.9, 1.5, 1.2, 1.0)  # a word goes where even one so much larger would fit


class Room:
    """The squares of a panel, which points and words take.

    `inside`, `near` and `along` take a place for a word of so many letters and return its middle,
    or None where there is no room. `window` is what the panel shows; `places` (squares, 2) are the
    middles of the squares, row by row.
    """

    def __init__(self, ax: Axes, window: Window) -> None:
        low, high = np.array(window).T
        self._low, self._side = low, (high - low) / _STEPS
        box, figure = ax.get_position(), ax.get_figure(root=True)
        assert figure is not None
        inches = np.array([box.width * figure.get_figwidth(), box.height * figure.get_figheight()])
        self._points_per_square = 72.0 * inches / _STEPS
        self._taken = np.zeros((_STEPS, _STEPS), bool)
        row, column = np.divmod(np.arange(_STEPS * _STEPS), _STEPS)
        self.places = low + (np.stack([column, row], axis=1) + 0.5) * self._side

    def take(self, places: np.ndarray, radius: float) -> None:
        """Take the squares around `places` (n, 2), as far as `radius` in typographic points."""
        row, column = self._squares(places).T
        for place in np.stack(np.divmod(np.unique(row * _STEPS + column), _STEPS), axis=1):
            self._take_box(place, np.ceil(radius / self._points_per_square).astype(int))

    def take_between(self, low: np.ndarray, high: np.ndarray) -> None:
        """Take the squares between two corners, (2,) each."""
        (bottom, left), (top, right) = np.sort(self._squares(np.stack([low, high])), axis=0)
        self._taken[bottom : top + 1, left : right + 1] = True

    def take_lines(self, lines: list[np.ndarray]) -> None:
        """Take the squares under lines (m, 2)."""
        self._taken |= self._under_all(lines)

    def inside(self, mask: np.ndarray, letters: int, font: float) -> tuple[float, float] | None:
        """Take the place that lies deepest in the squares of `mask` (squares,)."""
        free = mask.reshape(_STEPS, _STEPS) & ~self._taken
        for growth in _GROWTHS:
            fits = _all_around(free, self._half(letters, font * growth))
            if fits.any():
                found = np.argwhere(fits)
                off_centre = np.abs(found - found.mean(axis=0)).sum(axis=1)
                return self._taking(found[off_centre.argmin()], letters, font)
        return None

    def near(
        self, place: np.ndarray, letters: int, font: float, beside: list[np.ndarray]
    ) -> tuple[float, float] | None:
        """Take the place nearest to `place` (2,), off the lines `beside` where possible."""
        free, half = ~self._taken, self._half(letters, font)
        wanted = self._squares(place[None])[0]
        for squares, furthest in ((free & ~self._under_all(beside), _NEAR), (free, np.inf)):
            fits = np.argwhere(_all_around(squares, half))
            away = np.hypot(*((fits - wanted) * self._points_per_square[::-1]).T)
            if len(fits) and away.min() <= furthest:
                return self._taking(fits[away.argmin()], letters, font)
        return None

    def along(
        self, lines: list[np.ndarray], letters: int, font: float
    ) -> tuple[float, float] | None:
        """Take the place nearest to an end of the longest of `lines` (m, 2) that has room."""
        fits = _all_around(~self._taken, self._half(letters, font))
        for line in sorted(lines, key=_length, reverse=True):
            squares = self._under(line)
            good = np.flatnonzero(fits[squares[:, 0], squares[:, 1]])
            if len(good):
                ends = np.minimum(good, len(squares) - 1 - good)
                return self._taking(squares[good[ends.argmin()]], letters, font)
        return None

    def _under(self, line: np.ndarray) -> np.ndarray:
        """Row and column of places along a line (m, 2), less than a square apart."""
        steps = np.linalg.norm(np.diff(line, axis=0) / self._side, axis=1)
        run = np.concatenate([[0.0], np.cumsum(steps)])
        ways = np.linspace(0.0, run[-1], int(1.5 * run[-1]) + 2)
        places = [np.interp(ways, run, line[:, axis]) for axis in (0, 1)]
        return self._squares(np.stack(places, axis=1))

    def _under_all(self, lines: list[np.ndarray]) -> np.ndarray:
        """Which squares lie under `lines`."""
        under = np.zeros_like(self._taken)
        for line in lines:
            squares = self._under(line)
            under[squares[:, 0], squares[:, 1]] = True
        return under

    def _squares(self, places: np.ndarray) -> np.ndarray:
        """Row and column of each place, (n, 2)."""
        steps = np.floor((places - self._low) / self._side)
        return np.clip(steps, 0, _STEPS - 1).astype(int)[:, ::-1]

    def _half(self, letters: int, font: float) -> np.ndarray:
        """Half the width and height of a word, in squares."""
        size = np.array([_WIDE * letters + 0.5, _HIGH]) * font
        return np.ceil(size / 2 / self._points_per_square).astype(int)

    def _taking(self, square: np.ndarray, letters: int, font: float) -> tuple[float, float]:
        self._take_box(square, self._half(letters, font))
        x, y = self._low + (square[::-1] + 0.5) * self._side
        return float(x), float(y)

    def _take_box(self, square: np.ndarray, half: np.ndarray) -> None:
        (row, column), (wide, high) = square, half
        rows = slice(max(0, row - high), row + high + 1)
        columns = slice(max(0, column - wide), column + wide + 1)
        self._taken[rows, columns] = True


def _length(line: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def _all_around(free: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Which squares have only free ones around them, as far as `half` (wide, high)."""
    wide, high = half
    sums = np.zeros((_STEPS + 1, _STEPS + 1), int)
    sums[1:, 1:] = free.cumsum(axis=0).cumsum(axis=1)
    fits = np.zeros_like(free)
    if 2 * max(wide, high) + 1 > _STEPS:
        return fits
    tall, broad = 2 * high + 1, 2 * wide + 1
    upper, lower = sums[tall:], sums[:-tall]
    free_around = upper[:, broad:] - lower[:, broad:] - upper[:, :-broad] + lower[:, :-broad]
    fits[high : _STEPS - high, wide : _STEPS - wide] = free_around == tall * broad
    return fits
