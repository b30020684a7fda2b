"""330,000 points of 8 features: read, trained and drawn, beside pandas and scikit-learn.

`python benchmarks/many.py` prints the section of docs/benchmarks.md.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from timing import both, shown

import page
import unitscope as us

POINTS, FEATURES, EPOCHS, ROUNDS = 330_000, 8, 2, 5
HEAD = ["what", "who", "time", "ours", "times ours", "CPU", "ours", "times ours"]


def table() -> bytes:
    """A CSV file of numbers with four decimals, and a column of three texts."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(POINTS, FEATURES)).round(4)
    y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int) + (X[:, 2] > 0)
    frame = pd.DataFrame(X, columns=[f"f{k}" for k in range(FEATURES)])
    frame["kind"] = np.array(["red", "green", "blue"])[y]
    return frame.to_csv(index=False).encode()


def many_table() -> str:
    """A row for each thing that is done with so many points."""
    from sklearn.neural_network import MLPClassifier

    content = table()
    frame = pd.read_csv(io.BytesIO(content))
    data = us.read_table(content)
    train = {"hidden": (8,), "epochs": EPOCHS, "batch_size": 200}
    run = us.train(data, **train)
    theirs = MLPClassifier((8,), max_iter=EPOCHS, batch_size=200, learning_rate_init=0.01)
    colors = frame["kind"].astype("category").cat.codes
    rows = [
        row(
            f"read {len(content) / 1e6:.0f} MB of CSV",
            "`pandas.read_csv`",
            lambda: pd.read_csv(io.BytesIO(content)),
            lambda: us.read_table(content),
        ),
        row(
            f"train 8-8-3, {EPOCHS} epochs, batch 200",
            "scikit-learn `MLPClassifier`",
            lambda: theirs.fit(data.X, data.y),
            lambda: us.train(data, **train),
        ),
        row(
            "draw the decision regions, as PNG",
            "pandas: all points of two columns, `plot.scatter`",
            lambda: drawn(frame.plot.scatter("f0", "f1", c=colors)),
            lambda: drawn(us.plot.decision_regions(run)),
        ),
        row(
            "draw every hidden unit, as PNG",
            "-",
            None,
            lambda: drawn(us.plot.hidden_layer(run)[0]),
        ),
    ]
    return page.table(f"A table of {POINTS:,} rows and {FEATURES} features", HEAD, rows) + NOTE


NOTE = f"""
Medians of {ROUNDS} rounds in turn, after an uncounted one; CPU: the processors' seconds of the
same calls, in which other work on the machine counts less. Ours reads the file into a checked
`Dataset`, pandas into a frame. Pictures of more than 4,000 points draw a sample, and say so; the
words in them, as of how many points stand on the ground of their prediction, are of all points.
"""


def row(
    what: str, who: str, call: Callable[[], object] | None, ours: Callable[[], object]
) -> list[str]:
    """Wall time of both and how many times ours the other is, then the same in CPU."""
    found = both({"ours": ours} | ({} if call is None else {"its": call}), rounds=ROUNDS)
    cells = []
    for at in range(2):
        mine = found["ours"][at]
        its = found["its"][at] if call else None
        cells += [shown(its), shown(mine), page.times(its / mine)] if its else ["", shown(mine), ""]
    return [what, who, *cells]


def drawn(ax: object) -> None:
    """A picture as a PNG."""
    import matplotlib.pyplot as plt

    ax.figure.savefig(io.BytesIO(), format="png")
    plt.close(ax.figure)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")  # scikit-learn's, that two epochs are few
    print(many_table())
