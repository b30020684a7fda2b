"""SweepGrid: every combination of some settings, each trained from the same seeds."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.recipe import Recipe
from unitscope.sweeps.result import Sweep

_MOST = 10_000


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class SweepGrid:
    """One Sweep for every combination of the varied settings; the last setting varies quickest.

    `str()` is a table.

    - `sweeps`: the Sweep of each; `len(grid)`, `grid[i]` and iteration are over these.
    - `varied`: the varied settings of each, as {name: value}.
    """

    sweeps: tuple[Sweep, ...]
    varied: tuple[dict[str, Any], ...]

    def __len__(self) -> int:
        return len(self.sweeps)

    def __iter__(self) -> Iterator[Sweep]:
        return iter(self.sweeps)

    def __getitem__(self, place: int) -> Sweep:
        return self.sweeps[place]

    def __repr__(self) -> str:
        runs = sum(map(len, self.sweeps))
        return f"SweepGrid({', '.join(self.varied[0])}; {len(self)} recipes; {runs:,} runs)"

    def __str__(self) -> str:
        head = [*self.varied[0], "seeds", "all right", "median loss", "median accuracy"]
        rows = [
            head,
            *(
                [*map(_shown, varied.values()), *_summary(swept)]
                for varied, swept in zip(self.varied, self.sweeps, strict=True)
            ),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in rows
        )


def _shown(value: object) -> str:
    return "-".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)


def _summary(swept: Sweep) -> list[str]:
    if not len(swept):
        return ["0", "-", "-", "-"]
    # A training that diverged is the worst.
    loss = np.where(np.isfinite(swept.loss), swept.loss, np.inf)
    accuracy = np.nan_to_num(swept.accuracy)
    return [
        f"{len(swept):,}",
        f"{(accuracy == 1).mean():.1%}",
        f"{np.median(loss):.4f}",
        f"{np.median(accuracy):.1%}",
    ]


def combinations(
    recipe: Recipe | None, settings: Mapping[str, object], grid: Mapping[str, Iterable[Any]]
) -> tuple[list[Recipe], list[dict[str, Any]]]:
    """The recipe of every combination, and what it varies; the last setting varies quickest."""
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
        recipes.append(dataclasses.replace(base, **dict(zip(values, chosen, strict=True))))
    if len(set(recipes)) < count:
        raise refusal("grid", "combinations that differ", said("one twice"))
    return recipes, [{name: getattr(one, name) for name in values} for one in recipes]
