"""What a page may ask for at most, and the checks of a request's whole cost."""

from __future__ import annotations

from typing import TypedDict

from unitscope.data.dataset import Dataset
from unitscope.data.parts import sample
from unitscope.errors import refusal, said


class Limits(TypedDict):
    """The most of each that a message may ask for; `message` in bytes, `work` as a product."""

    points: int
    features: int
    classes: int
    hidden_layers: int
    units: int
    epochs: int
    work: int
    message: int
    seeds: int
    weights: int


LIMITS: Limits = {
    "points": 10_000,
    "features": 256,
    "classes": 20,
    "hidden_layers": 8,
    "units": 64,
    "epochs": 5_000,
    "work": 50_000_000_000,
    "message": 4 * 2**20,
    "seeds": 256,
    "weights": 10_000_000,
}


SAMPLE_SEED = 0


def shown_part(data: Dataset) -> Dataset:
    """The points that a page shows: all, or of more than it takes a sample of every class."""
    if data.n_points <= LIMITS["points"]:
        return data
    return data.where(sample(data.y, LIMITS["points"], SAMPLE_SEED))


def sample_words(shown: int, of: int) -> str:
    """What is said of a sample, without a full stop: "10,000 of 330,000 points, ..."."""
    return f"{shown:,} of {of:,} points, drawn with seed {SAMPLE_SEED}"


def check_work(points: int, epochs: int, parameters: int, runs: int = 1) -> None:
    """Refuse a training that would take too long: the product of all four."""
    work = points * epochs * parameters * runs
    if work > LIMITS["work"]:
        raise refusal(
            "points x epochs x parameters",
            f"at most {LIMITS['work']:,}",
            said(f"{work:.1e}"),
            "Use fewer points, epochs or units.",
        )


def check_weights(rows: int, parameters: int, name: str = "epochs") -> None:
    """Refuse to keep too many numbers: a row of weights for each epoch, or for each seed."""
    if rows * parameters > LIMITS["weights"]:
        raise refusal(
            f"{name} x parameters",
            f"at most {LIMITS['weights']:,}",
            rows * parameters,
            f"Use fewer {name} or units.",
        )


def check_explanation(cost: int) -> None:
    """Refuse an explanation that would take too long."""
    if cost > LIMITS["work"]:
        raise refusal(
            "points x units x parameters",
            f"at most {LIMITS['work']:,} for an explanation",
            said(f"{cost:.1e}"),
            "Use fewer points or units.",
        )
