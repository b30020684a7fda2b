"""Sweep: what the same training from many seeds did; saving and loading."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.network import Network
from unitscope.recipe import Recipe
from unitscope.sweeps import slices
from unitscope.sweeps.slices import FORMAT, PACKED
from unitscope.sweeps.solutions import REASONS, grouped, reasons, signatures
from unitscope.training import archive
from unitscope.training.run import Run
from unitscope.training.train import train


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """What trainings from many seeds did.

    - `data`, `recipe` (its seed is not one of them).
    - `architecture`: a Network of their common layers; only its sizes and activations are read.
    - `seeds` (S,): ints, in the order asked for.
    - `losses`, `accuracies` (S, epochs): as a Run has them; not finite from where a training
      diverged.
    - `weights` (S, P) float32: the parameters after the last epoch, each row as `Network.to_vector`
      has them.
    """

    data: Dataset
    recipe: Recipe
    architecture: Network
    seeds: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    weights: np.ndarray

    @property
    def loss(self) -> np.ndarray:
        """The last epoch's loss of every seed, (S,)."""
        return self.losses[:, -1]

    @property
    def accuracy(self) -> np.ndarray:
        """The share of points that each seed's last network classifies right, (S,) in 0..1."""
        return self.accuracies[:, -1]

    def network(self, seed: int) -> Network:
        """One seed's network after the last epoch; refused where its weights are not finite."""
        return self.architecture.with_vector(self.weights[self._place(seed)])

    def run(self, seed: int) -> Run:
        """One seed trained alone, with all epochs' weights; its losses are these to about 1e-5."""
        self._place(seed)
        return train(self.data, dataclasses.replace(self.recipe, seed=int(seed)))

    def stuck(self) -> dict[str, np.ndarray]:
        """The seeds that do not classify every point right, by the reason (`solutions.reasons`)."""
        wrong = ~(self.accuracy == 1)
        why, seeds = reasons(self.architecture, self.weights[wrong], self.data), self.seeds[wrong]
        return {one: seeds[why == code] for code, one in enumerate(REASONS) if (why == code).any()}

    def groups(self) -> list[np.ndarray]:
        """Seeds whose networks are the same up to the order of units, the largest group first.

        The same: they predict the same class for every point, and their units are on at the same
        points.
        """
        return grouped(signatures(self.architecture, self.weights, self.data), self.seeds)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one .npz file, whole or not at all; `Sweep.load` reads it back.

        **Raises** `InvalidInput` where it is over 4 GiB: such a sweep is kept in a folder (see
        `us.sweep`).
        """
        about = {"format": FORMAT, **archive.described(self.data, self.recipe)}
        whole = {
            "X": self.data.X,
            "y": self.data.y,
            "shape": self.architecture.to_vector().astype(np.float32),
            **packed(self),
        }
        archive.write(path, about, whole)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Sweep:
        """Read a file written by `save`, or the folder of a sweep; nothing in it is executed.

        **Raises** `InvalidInput` for anything else.
        """
        if Path(path).is_dir():
            return cls._of_folder(Path(path))
        with archive.refusing(path, "a sweep file", "Sweep.save"):
            about, arrays = archive.read(path, FORMAT, ("X", "y", "shape", *PACKED))
            data, recipe = archive.data_and_recipe(about, arrays)
            sizes = (data.n_features, *recipe.hidden, data.n_classes)
            count = sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))
            if arrays["shape"].shape != (count,):  # a small file must not ask for a large network
                raise refusal("hidden", "what the file's parameters allow", recipe.hidden)
            if not recipe.epochs:
                raise refusal("epochs", "at least 1", recipe.epochs)
            return unpacked(arrays, Sweep.of(data, recipe))

    @classmethod
    def _of_folder(cls, folder: Path) -> Sweep:
        """All that was kept in the folder of a sweep, by seed."""
        empty = cls.load(slices.head_of(folder))
        identity = slices.identity_of(empty.data, empty.recipe)
        parts = slices.read(folder, identity, functools.partial(unpacked, empty=empty))
        return empty.joined(parts, sorted({seed for part in parts for seed in part.seeds.tolist()}))

    @classmethod
    def of(cls, data: Dataset, recipe: Recipe) -> Sweep:
        """The sweep of no seed: what `joined` starts from."""
        shape = Network.initialize(
            (data.n_features, *recipe.hidden, data.n_classes), recipe.activation, 0
        )
        none, weights = np.empty((0, recipe.epochs)), np.empty((0, shape.n_parameters), np.float32)
        return cls(data, recipe, shape, np.empty(0, np.int64), none, none, weights)

    def part(self, seeds: Sequence[int], results: tuple[np.ndarray, ...]) -> Sweep:
        """The same data and recipe with other seeds and their losses, accuracies and weights."""
        losses, accuracies, weights = results
        return dataclasses.replace(
            self,
            seeds=np.array(seeds, np.int64),
            losses=losses,
            accuracies=accuracies,
            weights=weights,
        )

    def joined(self, parts: Sequence[Sweep], wanted: Sequence[int] | None = None) -> Sweep:
        """All parts as one, their seeds in the order of `wanted`; those not wanted are left out."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return self
        seeds = np.concatenate([part.seeds for part in parts]).tolist()
        rows = {seed: row for row, seed in enumerate(seeds)}
        taken = [rows[seed] for seed in (rows if wanted is None else wanted) if seed in rows]
        losses, accuracies, weights = (
            np.concatenate([getattr(part, name) for part in parts])[taken]
            for name in ("losses", "accuracies", "weights")
        )
        return self.part([seeds[row] for row in taken], (losses, accuracies, weights))

    def _place(self, seed: int) -> int:
        place = self._places.get(whole_number("seed", seed, at_least=0))
        if place is None:
            raise refusal("seed", "one that was trained", seed)
        return place

    @functools.cached_property
    def _places(self) -> dict[int, int]:
        return {seed: place for place, seed in enumerate(self.seeds.tolist())}

    def __len__(self) -> int:
        return len(self.seeds)

    def __repr__(self) -> str:
        solved = (self.accuracy == 1).mean() if len(self) else 0.0
        seeds = f"{len(self):,} seeds; {solved:.1%} classify every point right"
        return f"Sweep({self.architecture!r}; {seeds})"


def packed(swept: Sweep) -> dict[str, np.ndarray]:
    """A sweep's arrays as a file has them, small without losing a bit.

    `right` counts the points that are classified right, -1 where no accuracy is known. Losses that
    are float32 numbers, as those of the lockstep are, are written as float32.
    """
    with np.errstate(over="ignore"):
        short = swept.losses.astype(np.float32)
    exact = np.array_equal(short.astype(np.float64), swept.losses, equal_nan=True)
    n = swept.data.n_points
    right = np.where(np.isnan(swept.accuracies), -1.0, np.round(swept.accuracies * n))
    return {
        "seeds": swept.seeds,
        "losses": short if exact else swept.losses,
        "right": right.astype(np.int16 if n < 2**15 else np.int64),
        "weights": swept.weights,
    }


def unpacked(arrays: dict[str, np.ndarray], empty: Sweep) -> Sweep:
    """The sweep of a file's arrays, each checked; `empty` has the data and the recipe."""
    seeds, losses, right, weights = (arrays[name] for name in PACKED)
    count = len(seeds) if seeds.ndim == 1 else -1
    epochs, n = empty.recipe.epochs, empty.data.n_points
    if seeds.dtype.kind != "i" or count < 0 or (seeds < 0).any() or len(np.unique(seeds)) < count:
        raise refusal(
            "seeds", "whole numbers of at least 0, none twice", said(f"shape {seeds.shape}")
        )
    expected = {
        "losses": (count, epochs),
        "right": (count, epochs),
        "weights": (count, empty.architecture.n_parameters),
    }
    for name, shape in expected.items():
        kind = "i" if name == "right" else "f"
        found = arrays[name]
        if found.shape != shape or found.dtype.kind != kind:
            raise refusal(
                name, f"numbers of shape {shape}", said(f"{found.dtype} of shape {found.shape}")
            )
    if (right < -1).any() or (right > n).any() or (np.isfinite(losses) & (right < 0)).any():
        raise refusal(
            "right", f"counts from 0 to {n} where the loss is finite", said("other numbers")
        )
    accuracies = np.where(right < 0, np.nan, right.astype(np.float64) / n)
    return empty.part(
        seeds.tolist(), (losses.astype(np.float64), accuracies, weights.astype(np.float32))
    )
