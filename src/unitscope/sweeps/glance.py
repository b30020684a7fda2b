"""A sweep as a notebook shows it, and as a table: how its seeds ended."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope import glance
from unitscope.shares import percent

_CURVES, _MEDIAN = 12, 1000  # seeds whose losses are drawn, and taken for the median


def of_sweep(swept: Any) -> str:
    """HTML of a Sweep: losses of some seeds, how many have which accuracy, the middle of them."""
    sound = ~swept.diverged
    rows = [("seeds", f"{len(swept):,}"), ("epochs", f"{swept.recipe.epochs:,}")]
    pictures = []
    if len(swept):
        solved = float((swept.accuracy == 1).mean())
        rows += [("diverged", f"{int((~sound).sum()):,}"), ("every point right", percent(solved))]
    if sound.any():
        loss, accuracy = swept.loss[sound], swept.accuracy[sound]
        rows += [
            ("median loss", f"{np.median(loss):.4f}"),
            ("median accuracy", percent(float(np.median(accuracy)))),
        ]
        # as far as any of them goes, where they may stop early
        losses = swept.losses[np.flatnonzero(sound)[:_MEDIAN]]
        losses = losses[:, : int(np.isfinite(losses).sum(axis=1).max())]
        middle, some = np.nanmedian(losses, axis=0), losses[:_CURVES]
        heights, _ = np.histogram(accuracy, bins=20, range=(0.0, 1.0))
        pictures = [
            glance.curves("loss by epoch: the median, and some seeds", middle, *some),
            glance.bars("seeds by accuracy, from 0% to 100%", heights.tolist()),
        ]
    layers = " → ".join(map(str, swept.architecture.sizes))
    return glance.card(f"Sweep of {layers} units", rows, *pictures)


def frame_of(swept: Any) -> Any:
    """A pandas frame with a row for each seed."""
    import pandas

    columns: dict[str, Any] = {
        "epochs": swept.epochs,
        "loss": swept.loss,
        "accuracy": swept.accuracy,
        "diverged": swept.diverged,
    }
    if swept.validation_loss is not None:
        columns["validation_loss"] = swept.validation_loss
        columns["validation_accuracy"] = swept.validation_accuracy
    return pandas.DataFrame(columns, index=pandas.Index(swept.seeds, name="seed"))
