"""compare: two models, runs or epochs side by side."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from unitscope import glance
from unitscope.comparison.pair import Pair
from unitscope.comparison.words import ComparedClaim, Words, words_of
from unitscope.data.dataset import Dataset
from unitscope.data.encoding import listed
from unitscope.errors import refusal, said
from unitscope.geometry.overlay import Overlay
from unitscope.geometry.plane import STRIP_HEIGHT, Plane, best_plane
from unitscope.geometry.window import Window, checked_window
from unitscope.models.read import ReadNetwork
from unitscope.models.sampled import Model, SampledClassifier
from unitscope.networks import Dense, Network
from unitscope.shares import percent
from unitscope.subject import (
    Subject,
    described,
    is_run,
    models_and_data,
    run_behind,
)
from unitscope.training.run import Run
from unitscope.visible import on_one_line


class Comparison(Pair):
    """Two networks on the same data: where they differ, and which of their units go together.

    `us.compare` makes it; `str()` says it in words, `us.plot.comparison` draws it.

    - `a`, `b`: the networks; `names`: what they are called; `data`: the points.
    - `plane`, `window`: what is looked at; no plane where there are up to two features.
    - `predicted`, `right` (n, 2): the class that each gives to each point, and whether it is the
      point's own; `points` (m,): the numbers of the points to which they give different classes.
    - `counts`, `shares` (K, K): how many points, and what share of the window, a gives to class i
      and b to class j; `share`: that of all different ones together, `parts`: in how many
      connected parts.
    - `exact`: whether shares are polygons' areas in float64; elsewhere they are sampled.
    - `units`: the hidden units that go together, each a `UnitMatch`.
    - `run`: the run that b is the end of, where its points are these; else None.
    - `claims`: the sentences, each with `.text` and `.holds(a, b, data)`.
    """

    names: tuple[str, str]
    note: str
    run: Run | None

    def __init__(
        self, pair: Pair, names: tuple[str, str], note: str, run: Run | None = None
    ) -> None:
        super().__init__(pair.a, pair.b, pair.data, pair.plane, pair.window)
        vars(self).update(names=names, note=note, run=run, window=pair.window)

    def _parts(self) -> tuple[Any, ...]:
        return *super()._parts(), self.names

    @property
    def shares(self) -> np.ndarray:
        """The share of the window that a gives to class i and b to class j, (K, K)."""
        return self.cut().shares

    @property
    def share(self) -> float:
        """The share of the window in which they give different classes."""
        return self.cut().share

    @property
    def parts(self) -> int:
        """In how many connected parts that is."""
        return self.cut().parts

    @property
    def exact(self) -> bool:
        """Whether the cuts of both are exact."""
        return self.cut().exact

    def cut(self) -> Overlay:
        """The window cut by both networks; refused where numbers go beyond float64."""
        if self.overlay is None:
            rule = "of weights and window small enough that no logit goes beyond 1e308"
            raise refusal("a, b", rule, said("one that does"))
        return self.overlay

    @cached_property
    def words(self) -> Words:
        """The comparison in sentences: `str()`, `.to_markdown()`, `.to_html()`."""
        return words_of(self, self.names)

    @property
    def claims(self) -> tuple[ComparedClaim, ...]:
        """The sentences."""
        return self.words.claims

    def frame(self) -> Any:
        """A pandas frame of the points to which they give different classes, by their numbers.

        The columns: the class, what each gives, and the probability that each gives to its own.
        """
        import pandas

        rows, labels = self.points, np.array(self._class_names, dtype=object)
        columns: dict[str, Any] = {"class": labels[self.data.y[rows]]}
        for which, name in enumerate(self.names):
            columns[name] = labels[self.predicted[rows, which]]
        for which, name in enumerate(self.names):
            net = self.nets[which]
            if isinstance(net, SampledClassifier) and not net.probable:
                continue
            given = net.probabilities(self.data.X[rows])[
                np.arange(len(rows)), self.predicted[rows, which]
            ]
            columns[f"probability by {name}"] = given
        return pandas.DataFrame(columns, index=pandas.Index(rows, name="point"))

    def to_markdown(self) -> str:
        """The words as Markdown."""
        return self.words.to_markdown()

    def __str__(self) -> str:
        return str(self.words)

    def __repr__(self) -> str:
        n, one, other = self.data.n_points, *self.names
        told = f"{n - len(self.points):,} of {n:,} points alike"
        if self.overlay is not None:
            told += f", {percent(self.share)} of the window apart"
        return f"Comparison({one} and {other}: {told})"

    def _repr_html_(self) -> str:
        head = [f"by {self.names[0]}", f"by {self.names[1]}", "points", "of the window"]
        rows = [_row("th", head)]
        shares = np.full_like(self.counts, np.nan, float) if self.overlay is None else self.shares
        for i, j in np.argwhere((self.counts > 0) | (shares > 0)).tolist():
            share = percent(float(shares[i, j]))
            names = self._class_names
            rows.append(_row("td", [names[i], names[j], f"{self.counts[i, j]:,}", share]))
        table = f"<table>{''.join(rows)}</table>"
        return f"<div>{self._grounds()}</div>{self.words.to_html()}{table}"

    def _grounds(self) -> str:
        """Both networks' grounds side by side, where they are quick to draw."""
        if self.data.n_features == 1 or self.overlay is None:
            return ""
        seen = self.data.X if self.plane is None else self.plane.project(self.data.X)
        k, found = self.a.n_classes, []
        for net, name in zip(self.nets, self.names, strict=True):
            if not isinstance(net, Network):
                return ""
            flat = net if self.plane is None else net.on_plane(self.plane)
            ground = glance.ground(flat.predict, k, self.window, flat.n_parameters)
            dots = glance.points(seen, self.data.y, k, self.window)
            found.append(glance.svg(f"decision regions of {name}", ground, dots))
        return " ".join(found)

    @property
    def _class_names(self) -> list[str]:
        names = self.data.class_names
        return [names[i] if i < len(names) else f"c{i}" for i in range(self.a.n_classes)]


def compare(
    a: Subject,
    b: Subject,
    data: Any = None,
    *,
    names: Sequence[str] = ("a", "b"),
    plane: Plane | None = None,
    window: Any = None,
) -> Comparison:
    """Two networks side by side: where they give different classes, and which units go together.

    The window is cut by both at once: for linear, relu, leaky_relu and abs layers exactly, in
    polygons; for smooth activations on a mesh. A model without layers, such as a forest, is asked
    on the mesh and at every point. Points are compared in all their features.

    **Arguments**

    - `a`, `b`: networks, runs, or fitted models that `us.explain` takes, of as many features each
      and of the same classes, in any order. Two epochs are `us.compare(run.at(20), run)`.
    - `data`: the points, a Dataset, a Run or (X, y); by default those of `a`, or else of `b`.
    - `names`: what the two are called in words and pictures.
    - `plane`: what is looked at where there are more than two features; by default the one of
      `us.Plane.best` of a or of b on which more points stand on the ground of both predictions.
    - `window`: ((x0_min, x0_max), (x1_min, x1_max)), on the plane if there is one; by default
      around the points. Of one feature: (low, high).

    **Returns** a Comparison: `print(compared)`, `us.plot.comparison(compared)`, `.frame()`,
    `us.export_html(compared, path)`, `us.Scope(compared)`.
    **Raises** `InvalidInput` for arguments that do not fit each other.
    """
    one, other, points = models_and_data(a, b, _points_of(a, b, data))
    if other.n_features != one.n_features:
        rule = f"a network of {one.n_features} inputs, as a is"
        raise refusal("b", rule, said(f"one of {other.n_features}"))
    if other.n_classes != one.n_classes:
        rule = f"a network of {one.n_classes} classes, as a is"
        raise refusal("b", rule, said(f"one of {other.n_classes}"))
    ordered = _in_order(other, _classes_of(b, other), _classes_of(a, one))
    if points.n_features != one.n_features:
        rule = f"points with as many features as the networks have inputs, {one.n_features}"
        raise refusal("data", rule, said(f"{points.n_features} features"))
    if points.n_classes > one.n_classes:
        rule = f"of at most {one.n_classes} classes, the networks'"
        raise refusal("data", rule, said(f"{points.n_classes} classes"))
    plane, note = _plane_for((one, ordered), points, plane)
    pair = Pair(one, ordered, points, plane, _window_for(points, window))
    run = run_behind(b)
    whole = isinstance(run, Run) and ordered is other and run.data == points
    return Comparison(pair, _two_names(names), note, run if whole else None)


def _points_of(a: Any, b: Any, data: Any) -> Any:
    """The data given, or the run that has some."""
    runs = (run for run in map(run_behind, (a, b)) if is_run(run))
    return next(runs, None) if data is None else data


def _classes_of(what: Any, net: Model) -> tuple[str, ...] | None:
    """The names of a network's classes in its order, where it or its run has them."""
    run = run_behind(what)
    if is_run(run):
        return tuple(run.data.class_names) if run.data.n_classes == net.n_classes else None
    return net.class_names if isinstance(net, (ReadNetwork, SampledClassifier)) else None


def _in_order(net: Model, names: tuple[str, ...] | None, wanted: tuple[str, ...] | None) -> Model:
    """The second network with its classes in the order of the first's."""
    if names is None or wanted is None or names == wanted:
        return net
    if sorted(names) != sorted(wanted):
        rule = f"a network of the classes {listed(wanted)}, as a is"
        raise refusal("b", rule, said(f"one of {listed(names)}"))
    order = [names.index(name) for name in wanted]
    if isinstance(net, SampledClassifier):
        return net.reordered(order)
    *below, last = net.layers
    weights, bias = last.weights[:, order], last.bias[order]
    return Network([*below, Dense(weights, bias, last.activation, last.negative_slope)])


def _plane_for(nets: tuple[Model, Model], data: Dataset, plane: Any) -> tuple[Plane | None, str]:
    """The plane to look at, and what it is in words."""
    if plane is not None:
        if not isinstance(plane, Plane):
            remedy = "us.Plane.best(net, data) makes one."
            raise refusal("plane", "a Plane", described(plane), remedy)
        if len(plane.origin) != data.n_features:
            rule = f"a plane through a space of {data.n_features} dimensions"
            raise refusal("plane", rule, said(f"one of {len(plane.origin)}"))
        return plane, ""
    if data.n_features <= 2:
        return None, ""
    tried = [best_plane(net, data) for net in nets]
    with np.errstate(over="ignore", invalid="ignore"):
        agreeing = [
            int(np.logical_and(*(one.agrees(net, data.X) for net in nets)).sum())
            for one, _ in tried
        ]
    best = int(np.argmax(agreeing))
    found, words = tried[best]
    if words.endswith("features") and "exact" in words:  # of one of the two only
        words = f"{words.partition(',')[0]} of {'ab'[best]}"
    told = f"the ground agrees with both at {agreeing[best]:,} of {data.n_points:,} points"
    return found, f"{words}\n{told}"


def _window_for(data: Dataset, window: Any) -> Window | None:
    if window is None:
        return None
    if data.n_features > 1:
        return checked_window(window)
    if np.shape(window) != (2,):
        raise refusal("window", "(low, high), of one feature", window)
    return checked_window((window, STRIP_HEIGHT))


def _two_names(names: Any) -> tuple[str, str]:
    listed = tuple(names) if isinstance(names, (tuple, list)) else ()
    clean = all(isinstance(name, str) and name.strip() for name in listed)
    if len(listed) != 2 or not clean or len(set(listed)) < 2:
        raise refusal("names", "two different names", names)
    return listed[0], listed[1]


def _row(tag: str, cells: Sequence[str]) -> str:
    return (
        f"<tr>{''.join(f'<{tag}>{html.escape(on_one_line(cell))}</{tag}>' for cell in cells)}</tr>"
    )
