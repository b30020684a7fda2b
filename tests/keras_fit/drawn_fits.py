"""Trains cases drawn at random by `us.fit` and by `model.fit`, and prints which are different.

    python drawn_fits.py BACKEND [FIRST [COUNT]]

Last comes a line with how many were trained on which path. What us.fit refuses, in its own words,
is no difference, nor is what it trains where model.fit cannot read its arguments.
"""

from __future__ import annotations

import collections
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from catalogue.compare import Catalogue, Trained, described
from catalogue.compare import _keras_fit as keras_fit
from catalogue.drawn import drawn_case


def main(backend: str, first: str = "0", count: str = "100") -> None:
    """A line of JSON for each difference: number, what it is, the program."""
    catalogue = Catalogue(backend, whole=True)
    paths: collections.Counter[str] = collections.Counter()
    for number in range(int(first), int(first) + int(count)):
        path, equal, program = _compared(catalogue, number)
        paths[path] += 1
        if "DIFFERENT" in equal:
            sys.stdout.write(json.dumps([number, equal, path, program]) + "\n")
            sys.stdout.flush()
    catalogue.settle()
    sys.stdout.write(json.dumps(paths) + "\n")


def _compared(catalogue: Catalogue, number: int) -> tuple[str, str, str]:
    """The path of a case, what its result is equal to, and its program."""
    case = drawn_case(number)

    def trained(fit: object) -> Trained:
        with tempfile.TemporaryDirectory() as folder:
            return catalogue.trained(case, fit, Path(folder))  # type: ignore[arg-type]

    ours = trained(catalogue.us.fit)
    if ours.absent:
        return "absent", "", case.program
    if ours.handed_on:
        return "Keras", ours.handed_on, case.program
    path, equal, _ = described(ours, trained(keras_fit))
    return path, equal, case.program


if __name__ == "__main__":
    main(*sys.argv[1:])
