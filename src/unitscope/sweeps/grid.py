"""SweepGrid: every combination of some settings, each trained from the same seeds."""

from __future__ import annotations

import dataclasses
import html
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.recipe import Recipe
from unitscope.shares import percent
from unitscope.sweeps import words
from unitscope.sweeps.result import Sweep
from unitscope.values import Value
from unitscope.visible import on_one_line

_MOST = 10_000
_HEADS = ("seeds", "all right", "median loss", "median accuracy")
_HELD_OUT = ("held out: median loss", "median accuracy")
_DIVERGED = "diverged"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class SweepGrid(Value):
    """One Sweep for every combination of the varied settings; the last setting varies quickest.

    `str()` is a table, whose medians leave out the trainings that diverged, and which counts them.
    They are of the points trained on, and where points are held out, of those, too.

    - `sweeps`: the Sweep of each; `len(grid)`, `grid[i]` and iteration are over these.
    - `varied`: the varied settings of each, as {name: value}.
    """

    sweeps: tuple[Sweep, ...]
    varied: tuple[dict[str, Any], ...] = dataclasses.field(compare=False)

    def __len__(self) -> int:
        return len(self.sweeps)

    def __iter__(self) -> Iterator[Sweep]:
        return iter(self.sweeps)

    def __getitem__(self, place: int) -> Sweep:
        return self.sweeps[place]

    def __repr__(self) -> str:
        runs = sum(map(len, self.sweeps))
        counts = f"{words.counted(len(self), 'recipe')}; {words.counted(runs, 'run')}"
        return f"SweepGrid({', '.join(self.varied[0])}; {counts})"

    def frame(self) -> Any:
        """A pandas frame with a row for each recipe: what it varies, and how its seeds ended.

        The medians leave out the trainings that diverged; `solved` is the share of all seeds that
        classify every point right that they train on.
        """
        import pandas

        rows = [
            {
                name: _shown(value) if isinstance(value, tuple) else value
                for name, value in one.items()
            }
            | _ended(swept)
            for one, swept in zip(self.varied, self.sweeps, strict=True)
        ]
        return pandas.DataFrame(rows)

    def _repr_html_(self) -> str:
        head, *body = self._table()
        return (
            f"<table>{_html_row('th', head)}{''.join(_html_row('td', row) for row in body)}</table>"
        )

    def __str__(self) -> str:
        rows = self._table()
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in rows
        )

    def _table(self) -> list[list[str]]:
        """The heads, and a row for each recipe."""
        diverged = any(swept.diverged.any() for swept in self.sweeps)
        held_out = self.sweeps[0].held_out is not None
        head = [*self.varied[0], *_HEADS, *_HELD_OUT * held_out, *[_DIVERGED] * diverged]
        return [
            head,
            *(
                [*map(_shown, varied.values()), *_summary(swept)][: len(head)]
                for varied, swept in zip(self.varied, self.sweeps, strict=True)
            ),
        ]


def _cell(value: object) -> object:
    """A value as a frame has it: a tuple would be taken for several."""
    return _shown(value) if isinstance(value, tuple) else value


def _html_row(kind: str, cells: list[str]) -> str:
    inside = "".join(f"<{kind}>{html.escape(on_one_line(cell))}</{kind}>" for cell in cells)
    return f"<tr>{inside}</tr>"


def _ended(swept: Sweep) -> dict[str, Any]:
    """The same as `_summary` in numbers."""
    sound = ~swept.diverged

    def median(values: np.ndarray) -> float:
        return float(np.median(values[sound])) if sound.any() else float("nan")

    found = {
        "seeds": len(swept),
        "solved": float((swept.accuracy == 1).mean()) if len(swept) else float("nan"),
        "loss": median(swept.loss),
        "accuracy": median(swept.accuracy),
    }
    if swept.validation_loss is not None and swept.validation_accuracy is not None:
        found["validation_loss"] = median(swept.validation_loss)
        found["validation_accuracy"] = median(swept.validation_accuracy)
    return found | {"diverged": int((~sound).sum())}


def _shown(value: object) -> str:
    return "-".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)


def _summary(swept: Sweep) -> list[str]:
    """The cells under the heads; the medians are of the trainings that did not diverge."""
    curves = [(swept.loss, swept.accuracy)]
    if swept.validation_loss is not None and swept.validation_accuracy is not None:
        curves += [(swept.validation_loss, swept.validation_accuracy)]
    if not len(swept):
        return ["0", *["-"] * (2 + 2 * len(curves))]
    sound = ~swept.diverged
    cells = [f"{len(swept):,}", percent((swept.accuracy == 1).mean(), 1)]
    for loss, accuracy in curves:
        cells += [
            words.loss(float(np.median(loss[sound]))) if sound.any() else "-",
            percent(float(np.median(accuracy[sound])), 1) if sound.any() else "-",
        ]
    return [*cells, f"{(~sound).sum():,}"]


def combinations(
    recipe: Recipe | None,
    settings: Mapping[str, object],
    grid: Mapping[str, Iterable[Any]],
    as_done: Callable[[Recipe], Recipe],
) -> tuple[list[Recipe], list[dict[str, Any]]]:
    """The recipe of every combination, and what it varies; the last setting varies quickest.

    `as_done` makes of a recipe the one that is trained.
    """
    known = [field.name for field in dataclasses.fields(Recipe) if field.name != "seed"]
    if not isinstance(grid, Mapping) or not grid:
        raise refusal(
            "grid",
            "settings, each with a list of values",
            grid,
            'Like {"learning_rate": [0.01, 0.1]}.',
        )
    values = {}
    for name, listed in grid.items():
        if name == "seed":
            raise refusal("grid", "settings other than the seed", name, "Give seeds= instead.")
        if name not in known:
            raise refusal("grid", "of settings: " + ", ".join(known), name)
        if name in settings:
            raise refusal(name, "given once", said("it in the grid and beside it"))
        if isinstance(listed, (str, bytes)) or not isinstance(listed, Iterable):
            raise refusal(f"grid[{name!r}]", "a list of values", listed)
        values[name] = list(listed)
        if not values[name]:
            raise refusal(f"grid[{name!r}]", "a list of at least one value", listed)
    count = math.prod(map(len, values.values()))
    if count > _MOST:
        raise refusal("grid", f"at most {_MOST} combinations", said(f"{count} combinations"))
    base = Recipe.of(recipe, settings)
    recipes = []
    for chosen in itertools.product(*values.values()):
        recipes.append(as_done(dataclasses.replace(base, **dict(zip(values, chosen, strict=True)))))
    if len(set(recipes)) < count:
        raise refusal("grid", "combinations that differ", said("one twice"))
    return recipes, [{name: getattr(one, name) for name in values} for one in recipes]
