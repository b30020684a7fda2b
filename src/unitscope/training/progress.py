"""How the progress of a training reads: the two lines of an epoch in the course lab's output."""

from __future__ import annotations

from collections.abc import Mapping


def lines_of_epoch(epoch: int, epochs: int, steps: int, logs: Mapping[str, float]) -> list[str]:
    """Its number, counted from 1, and its finished bar of `steps` batches with every value of `logs`."""
    values = "".join(f" - {name}: {value:.4f}" for name, value in logs.items())
    return [f"Epoch {epoch}/{epochs}", f"{steps}/{steps} [{'=' * 30}]{values}"]
