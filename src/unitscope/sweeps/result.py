"""Sweep: what the same training from many seeds did; saving and loading."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, whole_number
from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.shares import percent
from unitscope.sweeps import slices, stored
from unitscope.sweeps.glance import frame_of, of_sweep
from unitscope.sweeps.held_out import CURVES, POINTS, HeldOut, arguments
from unitscope.sweeps.longer import UNKNOWN, helped, right_after_as_many_more
from unitscope.sweeps.slices import FORMAT, PACKED
from unitscope.sweeps.solutions import (
    DIVERGED,
    NOT_FINISHED,
    NOT_TRIED,
    REASONS,
    grouped,
    reasons,
    signatures,
)
from unitscope.sweeps.words import counted, how_many
from unitscope.training import archive
from unitscope.training.run import STANDARDIZED, Run
from unitscope.training.train import train
from unitscope.values import Value


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sweep(Value):
    """What trainings from many seeds did.

    - `data`: all points; of a share that is held out, each seed draws its own.
    - `recipe`: its seed is not one of them. `standardize` is what was done, True or False, or
      "auto" where the points that each seed draws decide.
    - `architecture`: a Network of their common layers; only its sizes and activations are read.
    - `seeds` (S,): ints, in the order asked for.
    - `losses`, `accuracies` (S, epochs): as a Run has them, of the points trained on; NaN from the
      epoch on in which a training diverged, and after the best one where it was stopped early.
    - `weights` (S, P) float32: the parameters after the last epoch, or the best one, each row as
      `Network.to_vector` has them, for points in their own units; NaN where the training diverged.
      float64 where the features were standardized for training.
    - `held_out`: `validation` and `early_stopping` as given; None where no points are held out.
    - `validation_losses`, `validation_accuracies` (S, epochs): of the points held out, as
      `run.validation` has them: also of the epochs after the best one, until the training was
      stopped; NaN after that. None where no points are held out.
    """

    data: Dataset
    recipe: Recipe
    architecture: Network
    seeds: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    weights: np.ndarray
    held_out: HeldOut | None = None
    validation_losses: np.ndarray | None = None
    validation_accuracies: np.ndarray | None = None

    @property
    def epochs(self) -> np.ndarray:
        """After how many epochs each seed's network stands, (S,) ints.

        With early stopping that is its best epoch, else the last one; where the training diverged,
        the last one before.
        """
        return np.isfinite(self.losses).sum(axis=1)

    @property
    def loss(self) -> np.ndarray:
        """The loss of every seed's last epoch, or best one, on the points trained on, (S,).

        NaN where the training diverged.
        """
        return self._at_the_end(self.losses)

    @property
    def accuracy(self) -> np.ndarray:
        """The share of the points trained on that each seed's network classifies right, (S,).

        In 0..1; NaN where the training diverged.
        """
        return self._at_the_end(self.accuracies)

    @property
    def validation_loss(self) -> np.ndarray | None:
        """The loss of every seed's network on the points held out, (S,); None without such.

        Of the epoch that `epochs` says; NaN where the training diverged.
        """
        losses = self.validation_losses
        return None if losses is None else self._at_the_end(losses)

    @property
    def validation_accuracy(self) -> np.ndarray | None:
        """The share of the points held out that each seed's network classifies right, (S,).

        In 0..1; NaN where the training diverged; None where no points are held out.
        """
        shares = self.validation_accuracies
        return None if shares is None else self._at_the_end(shares)

    def _at_the_end(self, rows: np.ndarray) -> np.ndarray:
        """Of each row what it has at the epoch at which the seed's network stands."""
        if not self.may_stop:
            return rows[:, -1]
        found = rows[np.arange(len(rows)), self.epochs - 1]
        return np.where(np.isfinite(self.weights).all(axis=1), found, np.nan)

    @property
    def may_stop(self) -> bool:
        """Whether a training may end before the recipe's last epoch, by `early_stopping`."""
        return self.held_out is not None and self.held_out.early_stopping is not None

    @property
    def counts(self) -> tuple[int, int]:
        """How many points each seed is trained on, and how many are held out."""
        return (self.data.n_points, 0) if self.held_out is None else self.held_out.counts(self.data)

    @property
    def diverged(self) -> np.ndarray:
        """Which trainings reached a loss or a weight that is not finite, (S,) bools."""
        return ~(np.isfinite(self.loss) & np.isfinite(self.weights).all(axis=1))

    def network(self, seed: int) -> Network:
        """One seed's network after the last epoch, or the best; refused where it diverged."""
        weights = self.weights[self._place(seed)]
        if not np.isfinite(weights).all():
            raise refusal("seed", "one whose training did not diverge", seed)
        return self.architecture.with_vector(weights)

    def run(self, seed: int) -> Run:
        """One seed trained alone, with all epochs' weights.

        Its losses are these to about 1e-5, and to the bit where points are held out.
        """
        self._place(seed)
        recipe = dataclasses.replace(self.recipe, seed=int(seed))
        return train(self.data, recipe, **arguments(self.held_out))

    def stuck(self) -> dict[str, np.ndarray]:
        """The seeds that do not classify every point that they train on right, by the reason.

        It is measured: each is trained anew with as many epochs more, at least 20, and is not
        stopped early. "diverged";
        "not finished": then every point is right, or at least a tenth of those that were wrong; all
        others are stuck, by what is found in their networks (`solutions.reasons`): "a dead unit",
        "twin units", "a class without a pattern of its own", "none of these". Seeds beyond the
        first ones that take about a second are "not tried".
        """
        return dict(self._stuck)

    @functools.cached_property
    def _stuck(self) -> dict[str, np.ndarray]:
        wrong = ~(self.accuracy == 1)
        seeds, weights = self.seeds[wrong], self.weights[wrong]
        why, points = self._reasons(seeds, weights), self.counts[0]
        sound = np.flatnonzero(why != REASONS.index(DIVERGED))
        after = right_after_as_many_more(
            self.data, self.recipe, self.architecture, seeds[sound], self.held_out
        )
        before = np.round(self.accuracy[wrong][sound] * points)
        more = helped(before, after, points)
        why[sound[more]] = REASONS.index(NOT_FINISHED)
        why[sound[after == UNKNOWN]] = REASONS.index(NOT_TRIED)
        return {one: seeds[why == code] for code, one in enumerate(REASONS) if (why == code).any()}

    def _reasons(self, seeds: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """What is found in each network, at the points that its seed was trained on."""
        held_out = self.held_out
        if held_out is None or isinstance(held_out.validation, Dataset):
            return reasons(self.architecture, weights, self.data)
        found = np.empty(len(seeds), np.int64)
        for place, seed in enumerate(seeds.tolist()):
            one = slice(place, place + 1)
            trained_on = held_out.trained_on(self.data, seed)
            found[one] = reasons(self.architecture, weights[one], trained_on)
        return found

    def groups(self) -> list[np.ndarray]:
        """Seeds whose networks are the same up to the order of units, the largest group first.

        The same: they predict the same class for every point, and their units are on at the same
        points: of all `data`.
        """
        return grouped(signatures(self.architecture, self.weights, self.data), self.seeds)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one .npz file, whole or not at all; `Sweep.load` reads it back.

        **Raises** `InvalidInput` where it is over 4 GiB: such a sweep is kept in a folder (see
        `us.sweep`); `CannotWrite`.
        """
        about = {"format": FORMAT, **archive.described(self.data, self.recipe)}
        whole = {
            "X": self.data.X,
            "y": self.data.y,
            "shape": self.architecture.to_vector().astype(np.float32),
            **self.packed(),
        }
        if self.held_out is not None:
            about |= self.held_out.described()
            whole |= self.held_out.arrays()
        archive.write(path, about, whole)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Sweep:
        """Read a file written by `save`, or the folder of a sweep; nothing in it is executed.

        **Raises** `InvalidInput` for anything else.
        """
        with archive.refusing(path, "a sweep file", "Sweep.save"):
            is_folder = Path(path).is_dir()
        if is_folder:
            return cls._of_folder(Path(path))
        with archive.refusing(path, "a sweep file", "Sweep.save"):
            names, optional = ("X", "y", "shape", *PACKED), (*POINTS, *CURVES)
            about, arrays = archive.read(path, FORMAT, names, optional)
            data, recipe = archive.data_and_recipe(about, arrays)
            sizes = (data.n_features, *recipe.hidden, data.n_classes)
            archive.check_network(sizes, arrays["shape"])
            if not recipe.epochs:
                raise refusal("epochs", "at least 1", recipe.epochs)
            return Sweep.of(data, recipe, HeldOut.read(about, arrays, data)).unpacked(arrays)

    @classmethod
    def _of_folder(cls, folder: Path) -> Sweep:
        """All that was kept in the folder of a sweep, by seed."""
        empty = cls.load(slices.head_of(folder))
        identity = slices.identity_of(empty.data, empty.recipe, empty.held_out)
        parts = slices.read(folder, identity, empty.unpacked)
        return empty.joined(parts, sorted({seed for part in parts for seed in part.seeds.tolist()}))

    @classmethod
    def of(cls, data: Dataset, recipe: Recipe, held_out: HeldOut | None = None) -> Sweep:
        """The sweep of no seed: what `joined` starts from."""
        sizes = (data.n_features, *recipe.hidden, data.n_classes)
        shape = Network.initialize(sizes, recipe.activation, 0)
        none, weights = np.empty((0, recipe.epochs)), np.empty((0, shape.n_parameters), np.float32)
        curves = (None, None) if held_out is None else (none, none)
        no_seeds = np.empty(0, np.int64)
        return cls(data, recipe, shape, no_seeds, none, none, weights, held_out, *curves)

    def part(self, seeds: Sequence[int], results: tuple[np.ndarray, ...]) -> Sweep:
        """The same with other seeds and what `train_seeds` found of them."""
        made_nan = stored.stopped if self.may_stop else stored.blanked
        losses, accuracies, weights = made_nan(*results[:3])
        validation_losses, validation_accuracies = results[3:] or (None, None)
        return dataclasses.replace(
            self,
            seeds=np.array(seeds, np.int64),
            losses=losses,
            accuracies=accuracies,
            weights=weights,
            validation_losses=validation_losses,
            validation_accuracies=validation_accuracies,
        )

    def joined(self, parts: Sequence[Sweep], wanted: Sequence[int] | None = None) -> Sweep:
        """All parts as one, their seeds in the order of `wanted`; those not wanted are left out."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return self
        seeds = np.concatenate([part.seeds for part in parts]).tolist()
        rows = {seed: row for row, seed in enumerate(seeds)}
        taken = [rows[seed] for seed in (rows if wanted is None else wanted) if seed in rows]
        results = (
            _rows([getattr(part, name) for part in parts], np.array(taken, np.int64))
            for name in self._results
        )
        return self.part([seeds[row] for row in taken], tuple(results))

    @property
    def _results(self) -> tuple[str, ...]:
        return _RESULTS if self.held_out is None else (*_RESULTS, *_OF_HELD_OUT)

    def packed(self) -> dict[str, np.ndarray]:
        """The seeds' arrays as a file has them."""
        results = [getattr(self, name) for name in self._results]
        return stored.packed(self.seeds, results, self.counts)

    def unpacked(self, arrays: dict[str, np.ndarray]) -> Sweep:
        """The sweep of a file's arrays, each checked; this one has the data and the recipe."""
        sizes = (self.recipe.epochs, self.architecture.n_parameters)
        return self.part(*stored.unpacked(arrays, sizes, self.counts))

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

    @property
    def _which(self) -> str:
        return "" if self.held_out is None else "that they train on "

    def _held_out_words(self) -> str:
        """The median of how the points held out fare."""
        loss, accuracy = self.validation_loss, self.validation_accuracy
        if loss is None or accuracy is None or not np.isfinite(loss).any():
            return ""
        share = percent(float(np.nanmedian(accuracy)), 0)
        return f"held out: median loss {np.nanmedian(loss):.4f}, median accuracy {share}"

    def frame(self) -> Any:
        """A pandas frame with a row for each seed: epochs, loss, accuracy, diverged.

        Where points are held out, `validation_loss` and `validation_accuracy`, too.
        """
        return frame_of(self)

    def _repr_html_(self) -> str:
        return of_sweep(self)

    def __repr__(self) -> str:
        solved = percent((self.accuracy == 1).mean() if len(self) else 0.0, 1)
        parts = [
            f"Sweep({self.architecture!r}",
            counted(len(self), "seed"),
            how_many(int(self.diverged.sum()), len(self)),
            f"{solved} classify every point {self._which}right",
            self._held_out_words(),
            STANDARDIZED if self.recipe.standardize is True else "",
        ]
        return "; ".join(filter(None, parts)) + ")"


_RESULTS = ("losses", "accuracies", "weights")
_OF_HELD_OUT = ("validation_losses", "validation_accuracies")


def _rows(parts: list[np.ndarray], taken: np.ndarray) -> np.ndarray:
    """`np.concatenate(parts)[taken]` without the first of its two copies."""
    found = np.empty((len(taken), *parts[0].shape[1:]), np.result_type(*parts))
    order = np.argsort(taken, kind="stable")  # the rows of each part stand together
    ends = np.cumsum([len(part) for part in parts])
    upto = np.searchsorted(taken[order], ends)
    for part, end, here in zip(parts, ends.tolist(), np.split(order, upto[:-1]), strict=True):
        found[here] = part[taken[here] - (end - len(part))]
    return found
