"""Small images in rows and columns on one panel: their places, pixels, frames and words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.data.pixels import image_shape
from unitscope.errors import refusal, said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

    from unitscope.data.dataset import Dataset
    from unitscope.theme import Theme

TILE = 0.46  # inches, the longer side of an image
_GAP, _CAPTION = 0.16, 0.36  # between images, and with words below them: of the longer side
_NAMED = 3  # features in a message


@dataclass(frozen=True)
class Mosaic:
    """Places for images of `shape` (rows, columns), in pixels of theirs; y grows downwards.

    With `captions` there is room for a line of words below each.
    """

    shape: tuple[int, int]
    captions: bool = False

    @property
    def step(self) -> tuple[float, float]:
        """From one image to the next: across, and down."""
        rows, columns = self.shape
        gap = _GAP * max(rows, columns)
        return columns + gap, rows + (_CAPTION * max(rows, columns) if self.captions else gap)

    def inches(self, columns: float, rows: float) -> tuple[float, float]:
        """Width and height of a panel of so many columns and rows of images."""
        across, down = self.step
        pixel = TILE / max(self.shape)
        return columns * across * pixel, rows * down * pixel

    def corner(self, column: float, row: float) -> tuple[float, float]:
        """The left and the upper side of an image."""
        across, down = self.step
        return column * across, row * down

    def middle(self, column: float, row: float) -> tuple[float, float]:
        """The middle of an image."""
        left, top = self.corner(column, row)
        return left + self.shape[1] / 2, top + self.shape[0] / 2

    def window(self, columns: float, rows: float) -> tuple[tuple[float, float], ...]:
        """The limits of both axes of a panel of so many columns and rows, the lower side first."""
        across, down = self.step
        room = _GAP * max(self.shape) / 2
        return (-room, columns * across - room), (rows * down - room, -room)

    def draw(
        self, ax: Axes, image: np.ndarray, column: float, row: float, **look: Any
    ) -> AxesImage:
        """One image, values (rows * columns,), in its place; `look` is Matplotlib's."""
        left, top = self.corner(column, row)
        rows, columns = self.shape
        extent = left, left + columns, top + rows, top
        values = image.reshape(self.shape)
        limits = ax.get_xlim(), ax.get_ylim()
        drawn = ax.imshow(
            values, extent=extent, aspect="auto", interpolation="nearest", zorder=1, **look
        )
        ax.set(xlim=limits[0], ylim=limits[1])
        return drawn

    def frame(
        self, ax: Axes, places: Sequence[tuple[float, float]], colors: Any, name: str, width: float
    ) -> None:
        """Frames around the images at these places, a collection with that gid."""
        from matplotlib.collections import PolyCollection

        if not places:
            return
        rows, columns = self.shape
        sides = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)])
        outlines = [sides + self.corner(*place) for place in places]
        drawn = PolyCollection(
            outlines, facecolors="none", edgecolors=colors, linewidths=width, zorder=2, gid=name
        )
        ax.add_collection(drawn, autolim=False)


@dataclass(frozen=True)
class Pictures:
    """An image for each point: values (n, rows * columns), and `shape`, (rows, columns)."""

    values: np.ndarray
    shape: tuple[int, int]


def pictures_of(data: Dataset) -> Pictures:
    """The images that points have or are; **raises** `InvalidInput` where there are none."""
    given = data.pictures
    if given is None:
        return Pictures(data.X, _shape_of(data))
    return Pictures(given.reshape(len(given), -1).astype(float), given.shape[1:])


def _shape_of(data: Dataset) -> tuple[int, int]:
    found = image_shape(data.feature_names)
    if found is None:
        names = ", ".join(data.feature_names[:_NAMED])
        names += ", ..." if data.n_features > _NAMED else ""
        side = math.isqrt(data.n_features)
        size = (side, side) if side * side == data.n_features else (1, data.n_features)
        remedy = f"us.Dataset(X, y, feature_names=names) has other names: for {size[0]} rows and "
        remedy += (
            f"{size[1]} columns [f'pixel_{{i}}_{{j}}' for i in range({size[0]}) "
            f"for j in range({size[1]})]."
        )
        if data.n_features < 9:
            remedy = ""
        rule = "images, at least 9 features named pixel_ROW_COLUMN, row by row"
        raise refusal("data", rule, said(f"features named {names}"), remedy)
    return found


def ink(theme: Theme) -> Any:
    """The colours of an image: none is the background, most is the text's colour."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("ink", (theme.background, theme.text))


def ink_limits(X: np.ndarray) -> dict[str, float]:
    """From none to most, the same for all images."""
    low, high = min(float(X.min()), 0.0), float(X.max())
    return {"vmin": low, "vmax": high if high > low else low + 1.0}
