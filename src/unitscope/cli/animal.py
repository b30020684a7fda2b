"""The command `unitscope animal`: which animal a silhouette is of, and why."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from unitscope.shares import percent

if TYPE_CHECKING:
    import numpy as np

_BLOCKS = " ▀▄█"  # of two pixels, one above the other


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    animal = commands.add_parser(
        "animal",
        allow_abbrev=False,
        help="say which animal a silhouette is of, and why",
        description="Train a network of 8 units on 1,200 silhouettes of dogs, cats, horses and "
        "other animals, and say which of these it takes your picture for, by which features.",
    )
    animal.add_argument(
        "picture", metavar="PICTURE", help="a PNG of one shape on a ground of another shade"
    )
    animal.set_defaults(run=_animal)


def _animal(options: argparse.Namespace) -> int:
    from unitscope.data import toys
    from unitscope.explanation.explain import explain
    from unitscope.training.train import train

    picture = toys.silhouette(options.picture)
    row = toys.shape_features(picture)
    run = train(toys.animals("train"), hidden=8, epochs=100, l2=3e-3)
    print(_drawn(picture))
    chances = run.network.probabilities(row)[0]
    order = chances.argsort()[::-1]
    print(", ".join(f"{run.data.class_names[k]} {percent(chances[k])}" for k in order), end="\n\n")
    print(explain(run, point=row[0], length="brief"))
    report = run.report(toys.animals("test"))
    print(
        f"\nThe network learnt from {run.data.n_points:,} silhouettes; of the {report.n} left out "
        f"{report.right} are right, {percent(report.accuracy)}."
    )
    return 0


def _drawn(picture: np.ndarray) -> str:
    """The silhouette as text, two rows of pixels a line."""
    above, below = picture[::2], picture[1::2]
    lines = ("".join(_BLOCKS[k] for k in line).rstrip() for line in above + 2 * below)
    return "\n".join(lines).strip("\n") + "\n"
