"""The files of a sweep's folder: `sweep.npz` has data and recipe, the others a slice of seeds each.

A slice is called `seeds-FIRST-LAST-DIGEST.npz`, and says which sweep it belongs to.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, UnitscopeError, refusal, said
from unitscope.recipe import Recipe
from unitscope.sweeps.held_out import CURVES, HeldOut
from unitscope.training import archive

FORMAT = 1
HEAD = "sweep.npz"
PACKED = ("seeds", "losses", "right", "weights")  # the arrays that have a row for each seed
_LATER: dict[str, object] = {"standardize": False, "class_weight": None}
_RECIPE = "recipe-"  # the folder of a grid has one such folder for each recipe

_Part = TypeVar("_Part")


def write(folder: Path, identity: str, arrays: dict[str, np.ndarray]) -> None:
    """Keep the results of some seeds, whole or not at all; `arrays` are those of PACKED."""
    seeds = arrays["seeds"]
    digest = hashlib.sha256(seeds.tobytes()).hexdigest()[:12]
    name = f"seeds-{seeds.min()}-{seeds.max()}-{digest}.npz"
    archive.write(folder / name, {"format": FORMAT, "sweep": identity}, arrays, compressed=False)


def read(
    folder: Path, identity: str, unpack: Callable[[dict[str, np.ndarray]], _Part]
) -> list[_Part]:
    """What was kept, slice by slice, each checked and unpacked by `unpack`.

    **Raises** `InvalidInput` for a damaged file, or one of another sweep.
    """
    return [_part(path, identity, unpack) for path in sorted(folder.glob("seeds-*.npz"))]


def _part(path: Path, identity: str, unpack: Callable[[dict[str, np.ndarray]], _Part]) -> _Part:
    try:
        with archive.refusing(path, "a slice of a sweep", "us.sweep"):
            about, arrays = archive.read(path, FORMAT, PACKED, CURVES)
            if about.get("sweep") != identity:
                raise refusal("the slice", "of this folder's sweep", said("one of another"))
            return unpack(arrays)
    except UnitscopeError as error:
        raise InvalidInput(f"{error} Delete it, and its seeds are trained again.") from error


def head_of(folder: Path) -> Path:
    """The folder's `sweep.npz`. **Raises** `InvalidInput` where it is not the folder of a sweep."""
    if not (folder / HEAD).is_file():
        grid = bool(folders_of_grid(folder))
        remedy = "Load one of its folders." if grid else "There is no sweep.npz in it."
        raise refusal("path", "a sweep file or the folder of one sweep", str(folder), remedy)
    return folder / HEAD


def folder_in_grid(folder: Path, recipe: Recipe) -> Path:
    """Where a grid's folder keeps the sweep of one recipe."""
    return folder / (_RECIPE + _digest(settings_of(recipe)))


def grid_around(folder: Path) -> Path | None:
    """The folder of the grid that this is one recipe's folder of."""
    return folder.parent if folder.name.startswith(_RECIPE) else None


def folders_of_grid(folder: Path) -> list[Path]:
    """The folders of the recipes in the folder of a grid; none in any other."""
    return sorted(found.parent for found in folder.glob(f"{_RECIPE}*/{HEAD}"))


def identity_of(data: Dataset, recipe: Recipe, held_out: HeldOut | None = None) -> str:
    """The same for sweeps of the same data and settings."""
    settings = settings_of(recipe)
    if held_out is not None:
        settings |= held_out.settings()
        if isinstance(held_out.validation, Dataset):
            settings["validation"] = digest_of(held_out.validation)
    return digest_of(data)[:32] + _digest(settings)


def digest_of(data: Dataset) -> str:
    """The same for the same points, labels and names."""
    names = json.dumps([data.class_names, data.feature_names, data.X.shape])
    digest = hashlib.sha256(names.encode())
    digest.update(data.X.astype("<f8").tobytes() + data.y.astype("<i8").tobytes())
    return digest.hexdigest()


def settings_of(recipe: Recipe) -> dict[str, object]:
    """All but the seed, which a sweep has many of."""
    return {name: value for name, value in dataclasses.asdict(recipe).items() if name != "seed"}


def _digest(settings: dict[str, object]) -> str:
    """Of settings; those that came later count where they do something: older folders go on."""
    settings = {name: one for name, one in settings.items() if _LATER.get(name, ...) != one}
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]
