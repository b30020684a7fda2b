"""Dataset: points with labels and the names a reader knows them by. Only here are they checked."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from unitscope import glance
from unitscope.data.classes import as_array, encoded, names_counted
from unitscope.data.encoding import Encoding
from unitscope.data.parts import drawn_share, rows_chosen
from unitscope.data.scaling import Spread
from unitscope.errors import real_number, refusal, said, whole_number
from unitscope.values import Value
from unitscope.visible import on_one_line


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Dataset(Value):
    """Labelled points, checked once and never changed.

    **Arguments**

    - `X`: points, shape (n, d), finite numbers in data units; an array, nested lists or a data
      frame (whose column names become the feature names).
    - `y`: one label per point, shape (n,) or (n, 1): whole numbers (negative and gappy ones too),
      strings, bools or a categorical. They are encoded as 0..K-1 in the order of `class_names`.
    - `class_names`: K names. Without it, labels that are exactly 0..K-1 are called c0, c1, ... and
      any others keep their own text, in sorted order (a categorical's own order). Whole-number
      labels from 0 to K-1 are indices into the names, and text labels may be among them in any
      order: then a class may have no point. Otherwise they are new names, one for each label.
    - `feature_names`: d names; x0, x1, ... without it.

    - `fixed_scale`: the scale is part of what these points are, as that of the drawn toys: a
      training does not standardize them unless it is told to.

    `labels`, (K,), has each class as it was given in `y`, of the same dtype: what `Run.predict`
    answers with. `encoding` is how the columns of the table that was read became features; None
    where there was none. `pictures` is what `pictured` gave them, else None. Two of the same points
    and names are equal whatever these are.

    **Raises** `InvalidInput` with the rule that was broken.
    """

    X: np.ndarray
    y: np.ndarray
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    labels: np.ndarray = field(compare=False)
    encoding: Encoding | None = field(compare=False)
    fixed_scale: bool = field(compare=False)
    pictures: np.ndarray | None = field(compare=False)

    def __init__(
        self,
        X: Any,
        y: Any,
        class_names: Sequence[str] | None = None,
        feature_names: Sequence[str] | None = None,
        *,
        fixed_scale: bool = False,
    ) -> None:
        columns = getattr(X, "columns", None)
        points = _points(X)
        codes, names, labels = encoded(y, len(points), _names("class_names", class_names))
        features = _names("feature_names", columns if feature_names is None else feature_names)
        if features is None:
            features = tuple(f"x{i}" for i in range(points.shape[1]))
        if len(features) != points.shape[1]:
            raise refusal(
                "feature_names",
                f"{names_counted(points.shape[1])}, one for each column of X",
                said(names_counted(len(features))),
            )
        points.setflags(write=False)
        codes.setflags(write=False)
        labels.setflags(write=False)
        object.__setattr__(self, "X", points)
        object.__setattr__(self, "y", codes)
        object.__setattr__(self, "class_names", names)
        object.__setattr__(self, "feature_names", features)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "encoding", None)
        object.__setattr__(self, "fixed_scale", bool(fixed_scale))
        object.__setattr__(self, "pictures", None)

    def __repr__(self) -> str:
        return (
            f"Dataset({self.n_points} points, {self.n_features} features, "
            f"{self.n_classes} classes: {', '.join(map(on_one_line, self.class_names))})"
        )

    def _repr_html_(self) -> str:
        k, d = self.n_classes, self.n_features
        axes = " and ".join(self.feature_names[:2])
        rows = np.column_stack([self.X[:, 0], -1.0 * self.y]) if d == 1 else self.X[:, :2]
        told = [
            ("features", f"{d:,}"),
            *([("shown", axes)] if d > 2 else []),
            *glance.few(self.class_names, self.counts.tolist()),
        ]
        dots = glance.points(rows, self.y, k, glance.around(rows))
        picture = glance.svg(f"points by {axes}", dots)
        return glance.card(f"Dataset of {self.n_points:,} points, {k:,} classes", told, picture)

    @property
    def n_points(self) -> int:
        """How many points there are."""
        return self.X.shape[0]

    @property
    def n_features(self) -> int:
        """How many numbers describe a point."""
        return self.X.shape[1]

    @property
    def n_classes(self) -> int:
        """How many classes are named; a class may have no point."""
        return len(self.class_names)

    @property
    def counts(self) -> np.ndarray:
        """Points of each class, shape (K,)."""
        return np.bincount(self.y, minlength=self.n_classes)

    def where(self, chosen: Any) -> Dataset:
        """The points that are `chosen`, at least one; all names stay.

        `chosen` is a mask, (n,) bools, or the points' indices in the order wanted, (m,) whole
        numbers from -n to n - 1, of which negative ones count from the end.
        """
        rows = rows_chosen(chosen, self.n_points)
        if rows.dtype.kind == "b" and rows.all():
            return self
        other = object.__new__(Dataset)
        vars(other).update({name: vars(self)[name] for name in _FIELDS})
        for name in ("X", "y", "pictures"):
            if (whole := vars(self)[name]) is not None:
                part = whole[rows]
                part.setflags(write=False)
                vars(other)[name] = part
        return other

    @functools.cached_property
    def spread(self) -> Spread:
        """Mean and deviation of each feature."""
        return Spread.of(self.X)

    def standardized(self) -> Dataset:
        """The points, each feature with mean 0 and standard deviation 1; constants become 0.

        The names of the features say so, as their numbers are no longer in the units of before.
        """
        X = self.spread.scaling(self.X)
        # only rounding noise, which would be taken for data
        X[:, ~self.spread.varies] = 0.0
        names = [f"{name} (standardized)" for name in self.feature_names]
        return Dataset(X, self.y, self.class_names, names).labelled_by(self.labels)

    def labelled_by(self, labels: np.ndarray) -> Dataset:
        """The same points, whose classes are given as these `labels`, (K,)."""
        labels.setflags(write=False)
        return self._with("labels", labels)

    def encoded_by(self, encoding: Encoding | None) -> Dataset:
        """The same points, whose features were made of a table's columns in this way."""
        return self._with("encoding", encoding)

    def pictured(self, pictures: Any) -> Dataset:
        """The same points with an image of each, for those whose features are something else.

        `pictures` are finite numbers or booleans, (n, rows, columns), of at most 256 x 256 pixels
        each. `us.plot.images` and `us.plot.unit_images` draw them.
        """
        images = np.array(pictures)
        most = self.n_points * _MOST_PIXELS
        fits = images.ndim == 3 and len(images) == self.n_points and 0 < images.size <= most
        if not fits or images.dtype.kind not in "biuf" or not np.isfinite(images).all():
            rule = f"finite numbers ({self.n_points}, rows, columns), an image for each point"
            raise refusal("pictures", rule, said(f"{images.dtype} of shape {images.shape}"))
        images.setflags(write=False)
        return self._with("pictures", images)

    def _with(self, name: str, value: Any) -> Dataset:
        other = object.__new__(Dataset)
        vars(other).update(vars(self))
        vars(other)[name] = value
        return other

    def split(self, test: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Two parts, drawn at random with each class in both as in the whole: to train, to test.

        `test` is the share of the points in the second, above 0 and below 1; of a class of one
        point the first has it. The points of each part stay in their order. **Raises**
        `InvalidInput` where a part would be empty.
        """
        rule = "a share above 0 and below 1 that leaves points on both sides"
        share = real_number("test", test, rule, above=0.0, below=1.0)
        whole_number("seed", seed, at_least=0)
        held_out = drawn_share(self.y, self.counts, share, seed)
        if held_out.all() or not held_out.any():
            raise refusal("test", rule, test)
        return self.where(~held_out), self.where(held_out)

    def frame(self, target: str | None = None) -> Any:
        """The table back as a pandas frame: its columns, and the names of the classes, categorical.

        A column of texts that had become features of 0 and 1 is one of texts again. `target` is the
        name of the classes' column, which must not be another's; without it, the table's own, or
        "class".
        """
        import pandas

        encoding = self.encoding or Encoding.plain(self.feature_names)
        target = encoding.target if target is None else target
        columns = encoding.columns(self.X)
        if target in columns:
            raise refusal("target", "a name that no feature has", target)
        classes = pandas.Categorical.from_codes(self.y, categories=list(self.class_names))
        return pandas.DataFrame({**columns, target: classes})


_MOST_PIXELS = 256 * 256  # of a picture
_FIELDS = tuple(one.name for one in fields(Dataset))


def _points(X: Any) -> np.ndarray:
    """X as a fresh finite float64 array of shape (n, d)."""
    raw = as_array("X", X)
    if raw.dtype.kind == "O" and not any(isinstance(value, (str, bytes)) for value in raw.flat):
        with suppress(TypeError, ValueError, OverflowError):
            raw = raw.astype(np.float64)
    if raw.ndim != 2:
        remedy = "For one feature, use X.reshape(-1, 1)." if raw.ndim == 1 else ""
        raise refusal(
            "X", "a table of shape (points, features)", said(f"shape {raw.shape}"), remedy
        )
    if 0 in raw.shape:
        raise refusal(
            "X", "at least one point with at least one feature", said(f"shape {raw.shape}")
        )
    if raw.dtype.kind not in "biuf":
        raise refusal(
            "X", "numeric", _first_non_number(raw), "Encode text columns as numbers first."
        )
    with np.errstate(over="ignore"):
        points = np.array(raw, dtype=np.float64, order="C")
    bad = ~np.isfinite(points)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise refusal(
            "X",
            "finite numbers",
            said(f"{points[row, column]} at row {row}, column {column}"),
            "Remove or fill in the missing values.",
        )
    return points


def _first_non_number(raw: np.ndarray) -> object:
    if raw.dtype.kind == "O":
        return next(
            (
                value
                for value in raw.flat
                if isinstance(value, (str, bytes)) or not np.isscalar(value)
            ),
            said("values of mixed types"),
        )
    return said(f"dtype {raw.dtype}") if raw.dtype.kind == "c" else raw.flat[0].item()


def _names(name: str, names: Iterable[object] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if isinstance(names, (str, bytes)) or not isinstance(names, Iterable):
        remedy = f'Write ["{names}"] for a single name.' if isinstance(names, str) else ""
        raise refusal(name, "a sequence of names", names, remedy)
    texts = tuple(str(text) for text in names)
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise refusal(name, "all different", said(f"{text!r} twice"))
        seen.add(text)
    return texts
