"""Hostile networks by the thousand, each held to the laws.

    python tests/geometry/fuzz.py --networks 20000

Six kinds (see random_networks.adversarial) with relu, leaky_relu and abs layers: random,
near-duplicate units (1e-8 to 1e-16, some scaled by up to 1e5), lines nearly through one point,
weights of -1, 0 and 1, weights in quarters, nearly parallel lines. Of each network: areas of
regions and cells (sum to 1e-12, none below -1e-15 of the window), V - E + F = 1 and every edge in
two polygons, affine maps against the forward pass (to 1e-9 or the error bound), classes at random
points whose lead is above the error bound, and at any point where no caution is given.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import laws
import networks
import random_networks

import unitscope as us


class Outcome(NamedTuple):
    """What became of one network.

    `faults`: the laws it broke; `raised`: the exception there was instead; `above_flat`: its maps
    are more than 1e-9 off; `merged`: some vertices are closer than floats can tell apart.
    """

    seed: int
    kind: str
    regions: int = 0
    affine_error: float = 0.0
    above_flat: bool = False
    caution: bool = False
    merged: bool = False
    raised: str = ""
    faults: tuple[str, ...] = ()


def checked(seed: int) -> Outcome:
    """Make network number `seed`, cut it and hold it against the laws."""
    kind, case = random_networks.adversarial(seed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "Rounding leaves", RuntimeWarning)
            return measured(seed, kind, case)
    except Exception as error:
        return Outcome(seed, kind, raised=f"{type(error).__name__}: {error}")


def measured(seed: int, kind: str, case: networks.Case) -> Outcome:
    part, whole, faults = us.partition(*case), laws.total(case.window), []
    for name in ("regions", "cells"):
        pieces = getattr(part, name)
        if abs(pieces.area.sum() / whole - 1) > 1e-12:
            faults.append(f"areas of {name} sum to {pieces.area.sum() / whole!r} of the window")
        if pieces.area.min() < -1e-15 * whole:
            faults.append(f"{name}: an area of {pieces.area.min() / whole:.2g} of the window")
        euler, wrong = laws.numbered_topology(pieces, case.window)
        faults += [f"{name}: {what}" for what in wrong] + [f"{name}: V - E + F is {euler}"] * (
            euler != 1
        )
    merged = any(
        laws.topology(pieces, case.window) != (1, []) for pieces in (part.regions, part.cells)
    )
    X = laws.uniform(case.window, 200, seed)
    error = laws.affine_error(part, case.net, X)
    wrong_labels = laws.wrong_labels(part, case.net, X)
    if not error <= laws.allowed_error(part, case.net, X):
        faults.append(f"affine maps are {error:.2g} off")
    if wrong_labels:
        faults.append(f"{wrong_labels} of 200 points are in a cell of another class")
    if not part.caution and (
        other := (part.cells.label[part.locate_cells(X)] != case.net.predict(X)).sum()
    ):
        faults.append(f"{other} of 200 points are in a cell of another class, and no caution")
    return Outcome(
        seed,
        kind,
        len(part.regions),
        error,
        error > 1e-9,
        bool(part.caution),
        merged,
        faults=tuple(faults),
    )


def outcomes(seeds: Iterable[int], jobs: int = 1) -> Iterator[Outcome]:
    if jobs == 1:
        yield from map(checked, seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(checked, seeds, chunksize=50)


COLUMNS = (
    "kind",
    "networks",
    "regions",
    "exceptions",
    "failures",
    "cautions",
    "vertices in one place",
    "affine error above 1e-9",
    "largest affine error",
)


def table(found: list[Outcome]) -> list[tuple[str, ...]]:
    """A row for each kind and one for all."""
    rows = []
    for kind in (*random_networks.KINDS, "all"):
        mine = [one for one in found if kind in (one.kind, "all")]
        if mine:
            rows.append(
                (
                    kind,
                    f"{len(mine):,}",
                    f"{sum(one.regions for one in mine):,}",
                    f"{sum(bool(one.raised) for one in mine):,}",
                    f"{sum(bool(one.faults) for one in mine):,}",
                    f"{sum(one.caution for one in mine):,}",
                    f"{sum(one.merged for one in mine):,}",
                    f"{sum(one.above_flat for one in mine):,}",
                    f"{max(one.affine_error for one in mine):.1e}",
                )
            )
    return rows


def as_markdown(found: list[Outcome], seconds: float) -> str:
    lines = [
        f"| {' | '.join(row)} |"
        for row in (COLUMNS, ("---", *["---:"] * (len(COLUMNS) - 1)), *table(found))
    ]
    first = min(one.seed for one in found)
    last = max(one.seed for one in found)
    broken = [one for one in found if one.raised or one.faults]
    listed = [
        f"- {one.kind} {one.seed}: {one.raised or '; '.join(one.faults)}" for one in broken[:50]
    ]
    head = f"Networks {first} to {last}, {seconds:.0f} s."
    return "\n".join([head, "", *lines, *([""] if listed else []), *listed, ""])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--networks", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--out", type=Path, help="write the table to this Markdown file too")
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    found = sorted(outcomes(range(given.first, given.first + given.networks), given.jobs))
    text = as_markdown(found, time.perf_counter() - start)
    print(text, end="")
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    return int(any(one.raised or one.faults for one in found))


if __name__ == "__main__":
    sys.exit(main())
