"""HeldOut: what each training of a sweep holds out, and what a file keeps of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.stored import names_from_json, names_to_json
from unitscope.recipe import Recipe
from unitscope.training.train import scaling_for
from unitscope.training.validation import checked_patience, parted
from unitscope.values import Value

POINTS = ("validation_X", "validation_y")  # what a file has of a Dataset that is held out
CURVES = ("validation_losses", "validation_right")  # and of each seed
_NAMES = ("validation", "early_stopping")


@dataclasses.dataclass(frozen=True, eq=False)
class HeldOut(Value):
    """`us.train`'s arguments of these names: each seed is trained with them."""

    validation: float | Dataset
    early_stopping: int | None = None

    @classmethod
    def of(cls, data: Dataset, validation: Any, early_stopping: Any) -> HeldOut | None:
        """What is given, checked; None where nothing is held out. **Raises** `InvalidInput`."""
        _, points = parted(data, validation, 0)
        patience = checked_patience(early_stopping, points)
        if points is None:
            return None
        return cls(points if isinstance(validation, Dataset) else float(validation), patience)

    def trained_on(self, data: Dataset, seed: int) -> Dataset:
        """The points of a seed's training: of a share, each seed draws its own."""
        return parted(data, self.validation, seed)[0]

    def counts(self, data: Dataset) -> tuple[int, int]:
        """How many points are trained on, and how many held out: as many for every seed."""
        if isinstance(self.validation, Dataset):
            return data.n_points, self.validation.n_points
        left = self.trained_on(data, 0).n_points
        return left, data.n_points - left

    def settings(self) -> dict[str, object]:
        """What of it can be said in few words."""
        points = self.validation
        said = f"{points.n_points} points" if isinstance(points, Dataset) else points
        return dict(zip(_NAMES, (said, self.early_stopping), strict=True))

    def described(self) -> dict[str, Any]:
        """What a file's description has of it; of a Dataset, X and y go with the arrays."""
        points = self.validation
        told = names_to_json(points) if isinstance(points, Dataset) else points
        return dict(zip(_NAMES, (told, self.early_stopping), strict=True))

    def arrays(self) -> dict[str, np.ndarray]:
        """What a file has of its points; of a share, nothing."""
        points = self.validation
        if not isinstance(points, Dataset):
            return {}
        return dict(zip(POINTS, (points.X, points.y), strict=True))

    @classmethod
    def read(
        cls, about: Mapping[str, Any], arrays: Mapping[str, np.ndarray], data: Dataset
    ) -> HeldOut | None:
        """What a file has of it, checked; None where it has nothing."""
        told, patience = (about.get(name) for name in _NAMES)
        if isinstance(told, dict):
            X, y = (arrays[name] for name in POINTS)
            told = names_from_json(X, y, told)
        return cls.of(data, told, patience)


def arguments(held_out: HeldOut | None) -> dict[str, Any]:
    """What `us.train` takes of it."""
    if held_out is None:
        return {}
    return {name: getattr(held_out, name) for name in _NAMES}


def as_done(data: Dataset, recipe: Recipe, held_out: HeldOut | None) -> Recipe:
    """The recipe, with whether it standardizes these points.

    Where each seed draws its own, "auto" is left to them.
    """
    if held_out is not None and not isinstance(held_out.validation, Dataset):
        return recipe
    return recipe.standardizing(scaling_for(data, recipe) is not None)
