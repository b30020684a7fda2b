"""Time of an epoch over points, widths, depths and classes: ours, scikit-learn and Keras on JAX in turn.

`python benchmarks/scaling.py` measures one case after the other, each in a process of its own, and prints JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import problems as p
import timing

import unitscope as us

RIVALS = ("scikit-learn", "Keras on JAX")


@dataclass(frozen=True)
class Case:
    """One training: `axis` is the quantity whose row of the table it stands in."""

    axis: str
    points: int = 10_000
    width: int = 64
    depth: int = 2
    classes: int = 10
    batch: int = 32
    features: int = 20

    def problem(self) -> p.Problem:
        """Random points and classes, and few epochs of them."""
        rng = np.random.default_rng(0)
        y = np.arange(self.points) % self.classes
        data = us.Dataset(rng.normal(size=(self.points, self.features)), y)
        recipe = us.Recipe(hidden=(self.width,) * self.depth, epochs=self.epochs, batch_size=self.batch,
                           learning_rate=0.001)
        return p.Problem(self.axis, data, recipe)

    @property
    def epochs(self) -> int:
        """So many that a run takes about a tenth of a second or more, five at most."""
        return 5 if self.points <= 10_000 and self.width < 512 else 1


CASES = [
    *[Case("points", points=n) for n in (100, 1000, 10_000, 100_000, 1_000_000)],
    *[Case("width", width=w) for w in (2, 8, 32, 128, 256, 512)],
    *[Case("depth", depth=d) for d in (1, 2, 4, 6)],
    *[Case("classes", classes=k) for k in (2, 10, 100)],
    *[Case("batch", batch=b) for b in (8, 32, 128, 512)],
    Case("corner", points=1_000_000, width=2, depth=1, classes=2, features=2),
    Case("corner", points=100, width=512, depth=6, classes=100),
    Case("corner", points=10_000, width=512, depth=6, classes=100, batch=128),
    Case("corner", points=100_000, width=256, depth=2, batch=512),
]


def measure(case: Case, rounds: int = 3) -> dict[str, float]:
    """Seconds of an epoch of each contender, medians of rounds in which they take turns."""
    problem = case.problem()
    contenders = {"ours": p.ours(problem), "scikit-learn": p.scikit_learn(problem),
                  "Keras on JAX": p.keras_fit(problem)}
    return {who: seconds / case.epochs for who, seconds in timing.medians(contenders, rounds).items()}


def in_process(case: Case) -> dict[str, float]:
    """`measure` in a fresh process."""
    result = subprocess.run([sys.executable, __file__, json.dumps(vars(case))], check=True, capture_output=True,
                            text=True, env=os.environ | {"KERAS_BACKEND": "jax"})
    return json.loads(result.stdout.splitlines()[-1])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Case(**json.loads(sys.argv[1])))))
    else:
        for case in CASES:
            found = in_process(case)
            ratio = min(found[who] for who in RIVALS) / found["ours"]
            print(f"{case} {({k: timing.shown(v) for k, v in found.items()})} {ratio:.2f}", flush=True)
