"""A sweep's arrays as its files have them, and what diverged or was stopped in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unitscope.errors import refusal, said
from unitscope.sweeps.held_out import CURVES
from unitscope.sweeps.slices import PACKED
from unitscope.training.run import with_precision


def blanked(
    losses: np.ndarray, accuracies: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with NaN from the epoch on in which a training diverged, also as last weights."""
    finite = np.isfinite(losses)
    finite[:, -1:] &= np.isfinite(weights).all(axis=1)[:, None]
    sound = np.logical_and.accumulate(finite, axis=1)
    if sound.all():
        return losses, accuracies, weights
    return (
        np.where(sound, losses, np.nan),
        np.where(sound, accuracies, np.nan),
        np.where(sound[:, -1:], weights, np.float32(np.nan)),
    )


def stopped(
    losses: np.ndarray, accuracies: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of trainings that may end before the last epoch, as their finite losses do.

    Those that diverged are the ones without finite weights.
    """
    trained = np.logical_and.accumulate(np.isfinite(losses), axis=1)
    sound = np.isfinite(weights).all(axis=1) & trained[:, 0]
    return (
        np.where(trained, losses, np.nan),
        np.where(trained, accuracies, np.nan),
        np.where(sound[:, None], weights, np.float32(np.nan)),
    )


def packed(
    seeds: np.ndarray, results: Sequence[np.ndarray], counts: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Seeds and what `train_seeds` found of them as a file has them, small without losing a bit.

    `counts`: of the points trained on, and of those held out. `right` counts the points that are
    classified right, -1 where no accuracy is known. Losses that are float32 numbers, as those of
    the lockstep are, are written as float32.
    """
    losses, accuracies, weights, *held_out = results
    with np.errstate(over="ignore"):
        short = losses.astype(np.float32)
    exact = np.array_equal(short.astype(np.float64), losses, equal_nan=True)
    found = {
        "seeds": seeds,
        "losses": short if exact else losses,
        "right": _right(accuracies, counts[0]),
        "weights": weights,
    }
    if held_out:
        found |= zip(CURVES, (held_out[0], _right(held_out[1], counts[1])), strict=True)
    return found


def _right(accuracies: np.ndarray, points: int) -> np.ndarray:
    """How many points these shares are; -1 where there is none."""
    right = np.where(np.isnan(accuracies), -1.0, np.round(accuracies * points))
    return right.astype(np.int16 if points < 2**15 else np.int64)


def unpacked(
    arrays: dict[str, np.ndarray],
    sizes: tuple[int, int],
    counts: tuple[int, int],
) -> tuple[list[int], tuple[np.ndarray, ...]]:
    """Seeds and results of a file's arrays, each checked.

    `sizes`: epochs and parameters; `counts` as in `packed`, the second 0 where none are held out.
    """
    seeds, losses, right, weights = (arrays[name] for name in PACKED)
    count = len(seeds) if seeds.ndim == 1 else -1
    if seeds.dtype.kind != "i" or count < 0 or (seeds < 0).any() or len(np.unique(seeds)) < count:
        raise refusal(
            "seeds", "whole numbers of at least 0, none twice", said(f"shape {seeds.shape}")
        )
    epochs, parameters = sizes
    _check("weights", weights, "f", (count, parameters))
    by_epoch = (count, epochs)
    curves = _curves(("losses", "right"), (losses, right), by_epoch, counts[0])
    found = [*curves, with_precision(weights)]
    if counts[1]:
        found += _curves(CURVES, [arrays[name] for name in CURVES], by_epoch, counts[1])
    return seeds.tolist(), tuple(found)


def _curves(
    names: Sequence[str], arrays: Sequence[np.ndarray], shape: tuple[int, int], points: int
) -> tuple[np.ndarray, np.ndarray]:
    """Losses and accuracies of a file's losses and counts of right points."""
    losses, right = arrays
    for name, array, kind in zip(names, arrays, "fi", strict=True):
        _check(name, array, kind, shape)
    if (right < -1).any() or (right > points).any() or (np.isfinite(losses) & (right < 0)).any():
        rule = f"counts from 0 to {points} where the loss is finite"
        raise refusal(names[1], rule, said("other numbers"))
    accuracies = np.where(right < 0, np.nan, right.astype(np.float64) / points)
    return losses.astype(np.float64), accuracies


def _check(name: str, array: np.ndarray, kind: str, shape: tuple[int, int]) -> None:
    if array.shape != shape or array.dtype.kind != kind:
        rule = f"numbers of shape {shape}"
        raise refusal(name, rule, said(f"{array.dtype} of shape {array.shape}"))
