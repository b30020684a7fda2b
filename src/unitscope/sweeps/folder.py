"""A folder in which a sweep keeps each slice of seeds as it is finished, so that a later call goes on from there.

`sweep.npz` has data and recipe, each `seeds-FIRST-LAST-DIGEST.npz` the results of some seeds. Every
file is written whole and then renamed, so what ends the program at any moment leaves only finished
slices.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from pathlib import Path

from unitscope.errors import InvalidInput, UnitscopeError, refusal, said
from unitscope.recipe import Recipe
from unitscope.sweeps.result import FORMAT, PACKED, Sweep, packed, unpacked
from unitscope.training import archive

_HEAD = "sweep.npz"
_RECIPE = "recipe-"  # the folder of a grid has one such folder for each recipe


class SweepFolder:
    """The folder of one recipe's sweep; `swept` is that sweep with no seed."""

    def __init__(self, path: Path, swept: Sweep) -> None:
        self.path, self._swept = path, swept
        self._identity = _identity(swept)

    @classmethod
    def opened(cls, path: Path) -> SweepFolder:
        """A folder that is there, whatever its sweep. **Raises** `InvalidInput` where it is none of a sweep."""
        if not (path / _HEAD).is_file():
            remedy = (
                "Load one of its folders."
                if _grid_folders(path)
                else "There is no sweep.npz in it."
            )
            raise refusal("path", "a sweep file or the folder of one sweep", str(path), remedy)
        return cls(path, Sweep.load(path / _HEAD))

    @classmethod
    def prepared(cls, path: Path, swept: Sweep, *, resume: bool) -> SweepFolder:
        """The folder for this sweep, made where it is missing; refused where it has another one or must not go on."""
        if (path / _HEAD).exists():
            there = Sweep.load(path / _HEAD)
            if not _same_data(there, swept):
                raise refusal("folder", "of the same data", str(path), "Choose another folder.")
            if _settings(there.recipe) != _settings(swept.recipe):
                raise refusal(
                    "folder",
                    "of the same recipe",
                    said(f"one with {_other(there, swept)}"),
                    "Choose another folder.",
                )
            if not resume:
                raise refusal(
                    "folder",
                    "new, or resumed",
                    str(path),
                    "resume=True (--resume) goes on with what is in it.",
                )
            return cls(path, swept)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(
                "folder", "a folder that can be made", str(path), f"{error.strerror}."
            ) from error
        swept.save(path / _HEAD)
        return cls(path, swept)

    def keep(self, part: Sweep) -> None:
        """Write the results of some seeds, whole or not at all."""
        listed = part.seeds.tolist()
        name = f"seeds-{min(listed)}-{max(listed)}-{hashlib.sha256(part.seeds.tobytes()).hexdigest()[:12]}.npz"
        about = {"format": FORMAT, "sweep": self._identity}
        archive.write(self.path / name, about, packed(part), compressed=False)

    def parts(self) -> list[Sweep]:
        """What was finished, slice by slice. **Raises** `InvalidInput` for a damaged file or one of another sweep."""
        return [self._part(path) for path in sorted(self.path.glob("seeds-*.npz"))]

    def sweep(self) -> Sweep:
        """All of it, by seed."""
        parts = self.parts()
        return self._swept.joined(
            parts, sorted({seed for part in parts for seed in part.seeds.tolist()})
        )

    def _part(self, path: Path) -> Sweep:
        try:
            with archive.refusing(path, "a slice of a sweep", "us.sweep"):
                about, arrays = archive.read(path, FORMAT, PACKED)
                if about.get("sweep") != self._identity:
                    raise refusal("the slice", "of this folder's sweep", said("one of another"))
                return unpacked(arrays, self._swept)
        except UnitscopeError as error:
            raise InvalidInput(f"{error} Delete it, and its seeds are trained again.") from error


def folders_of(
    path: str | os.PathLike[str], swept: list[Sweep], *, grid: bool, resume: bool
) -> list[SweepFolder]:
    """The folder of every recipe: `path` itself, or for a grid one inside it for each recipe, by its settings."""
    top = Path(path)
    if grid and (top / _HEAD).exists():
        raise refusal(
            "folder", "one without a sweep, or of a grid", str(top), "Choose another folder."
        )
    inside = _grid_folders(top)
    if not grid and inside:
        raise refusal(
            "folder", "one without a grid, or of a sweep", str(top), "Choose another folder."
        )
    if not grid:
        return [SweepFolder.prepared(top, swept[0], resume=resume)]
    if inside and not _same_data(SweepFolder.opened(inside[0])._swept, swept[0]):
        raise refusal("folder", "of the same data", str(top), "Choose another folder.")
    return [
        SweepFolder.prepared(top / (_RECIPE + _digest(_settings(one.recipe))), one, resume=resume)
        for one in swept
    ]


def _grid_folders(path: Path) -> list[Path]:
    return sorted(found.parent for found in path.glob(f"{_RECIPE}*/{_HEAD}"))


def _same_data(one: Sweep, other: Sweep) -> bool:
    return _data(one) == _data(other)


def _data(swept: Sweep) -> str:
    digest = hashlib.sha256(
        json.dumps([swept.data.class_names, swept.data.feature_names, swept.data.X.shape]).encode()
    )
    digest.update(swept.data.X.astype("<f8").tobytes() + swept.data.y.astype("<i8").tobytes())
    return digest.hexdigest()


def _settings(recipe: Recipe) -> dict[str, object]:
    """All but the seed, which a sweep has many of."""
    return {name: value for name, value in dataclasses.asdict(recipe).items() if name != "seed"}


def _digest(settings: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


def _identity(swept: Sweep) -> str:
    return _data(swept)[:32] + _digest(_settings(swept.recipe))


def _other(there: Sweep, swept: Sweep) -> str:
    ours = _settings(swept.recipe)
    return ", ".join(
        f"{name}={value!r}"
        for name, value in _settings(there.recipe).items()
        if value != ours[name]
    )
