"""Silhouettes of animals: those of the package, and a picture of the user's own."""

from __future__ import annotations

import functools
from importlib.resources import files
from os import PathLike, fspath
from typing import Any

import numpy as np

from unitscope.data.parts import Part, part_of
from unitscope.errors import InvalidInput, kind_of, refusal, said

SIDE = 28  # pixels, of each silhouette
KINDS = ("dog", "cat", "horse", "other")
_LARGEST = 4_096  # pixels, the longer side of a picture of the user's own
_RULE = "a PNG of one dark shape on a light ground, or the other way round"


@functools.cache
def _stored() -> tuple[np.ndarray, np.ndarray]:
    """All silhouettes (n, 28, 28), and which animal each is (n,)."""
    with (
        (files("unitscope") / "package_data" / "animals.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as stored,
    ):
        bits = np.unpackbits(stored["bits"], axis=1, count=SIDE * SIDE)
        return bits.reshape(-1, SIDE, SIDE).astype(bool), stored["names"][stored["animals"]]


def silhouettes(part: Part = "all") -> np.ndarray:
    """The pictures behind `us.datasets.animals`, in its order: (n, 28, 28), True on the animal.

    **Arguments**

    - `part`: "all", 1,600 of them; "train" for 1,200 to learn from or "test" for the 400 left out.
    """
    return _stored()[0][_of(part)]


def animals(part: Part = "all") -> list[str]:
    """Which animal each shows: dog, cat, horse, or one of those that are "other"."""
    return list(map(str, _stored()[1][_of(part)]))


def kinds(part: Part = "all") -> list[str]:
    """The class of each, one of KINDS."""
    return [name if name in KINDS else KINDS[-1] for name in animals(part)]


def _of(part: Part) -> np.ndarray:
    """Numbers of the pictures: the classes take turns, so that each part has as many of each."""
    return part_of(part, len(_stored()[1]), group=len(KINDS))


def silhouette(picture: str | PathLike[str] | Any) -> np.ndarray:
    """A picture of your own as a silhouette (28, 28), True on the shape.

    The shape is what differs from the picture's border by more than half of what anything does; in
    a picture with transparent parts, what is not transparent. It is cut out and made as large as
    there is room for, its proportions kept.

    **Arguments**

    - `picture`: the path of a PNG of at most 4,096 x 4,096 pixels, or numbers (rows, columns).

    **Returns** booleans for `us.datasets.shape_features`. **Raises** `InvalidInput` for what is no
    picture, or one without a shape.
    """
    try:
        path = fspath(picture)
    except TypeError:
        gray = _numbers(picture)
    else:
        gray = _read(path)
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    apart = np.abs(gray - np.median(border))
    if not apart.max() > 0:
        raise refusal("picture", _RULE, said("a picture of one colour"))
    return _fitted(apart > apart.max() / 2)


def _numbers(picture: Any) -> np.ndarray:
    try:
        gray = np.asarray(picture, dtype=float)
    except (TypeError, ValueError):
        raise refusal("picture", _RULE, said(kind_of(picture))) from None
    if gray.ndim != 2 or not 1 < min(gray.shape) <= max(gray.shape) <= _LARGEST:
        rule = f"numbers (rows, columns), 2 to {_LARGEST:,} of each"
        raise refusal("picture", rule, said(f"shape {gray.shape}"))
    if not np.isfinite(gray).all():
        raise refusal("picture", "finite numbers", said("NaN or infinity"))
    return gray


def _read(path: Any) -> np.ndarray:
    """The grey values of a PNG, or how opaque it is where it has transparent parts."""
    from PIL import Image

    try:
        with Image.open(path, formats=("PNG",)) as image:
            if max(image.size) > _LARGEST or min(image.size) < 2:
                rule = f"2 to {_LARGEST:,} pixels wide and high"
                raise refusal("picture", rule, said(f"{image.width:,} x {image.height:,}"))
            shades = image.convert("RGBA")
    except InvalidInput:
        raise
    except FileNotFoundError:
        raise refusal("picture", "a file that is there", path) from None
    except Exception as error:  # Pillow raises many kinds for a damaged file
        raise refusal("picture", _RULE, path) from error
    opaque = np.asarray(shades.getchannel("A"), dtype=float)
    return opaque if opaque.min() < 128 else np.asarray(shades.convert("L"), dtype=float)


def _fitted(shape: np.ndarray) -> np.ndarray:
    """A shape (rows, columns) cut out and fitted to 28 by 28 pixels, in the middle.

    A pixel is set where the shape covers at least half of it; of a line thinner than that, where it
    covers most.
    """
    rows, columns = np.flatnonzero(shape.any(axis=1)), np.flatnonzero(shape.any(axis=0))
    cut = shape[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    scale = SIDE / max(cut.shape)
    height, width = (max(1, round(length * scale)) for length in cut.shape)
    covered = _shares(height, cut.shape[0]) @ cut @ _shares(width, cut.shape[1]).T
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    fitted = np.zeros((SIDE, SIDE), bool)
    fitted[top : top + height, left : left + width] = covered >= min(0.5, covered.max())
    return fitted


def _shares(few: int, many: int) -> np.ndarray:
    """How much of each of `few` equal parts of a line each of `many` equal parts is (few, many)."""
    ends = np.arange(few + 1) / few, np.arange(many + 1) / many
    first = np.maximum(ends[0][:-1, None], ends[1][None, :-1])
    last = np.minimum(ends[0][1:, None], ends[1][None, 1:])
    return np.maximum(last - first, 0.0) * few
