"""Write docs/explanation.md, twelve networks explained: `python tools/explanations.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import unitscope as us

DOCS = Path(__file__).parents[1] / "docs"
DEAD, TWINS = 167, 1  # seeds whose run is right everywhere, and has a dead unit, or twins

Draw = Callable[[us.Run], Any]

HEAD = """# Words that are true

`us.explain(run)` says what a network does, in sentences that are measured from it. It begins with a
story, a passage in which each sentence builds on the last; below it are parts that go into detail.
`us.explain(net, data)` does the same for any network, and `point=3` explains one point: whether it
is right, its numbers layer by layer, and what would flip it. `length` is "brief" (the story alone),
"normal" or "full".

```python
>>> import unitscope as us
>>> run = us.lab.run()
>>> said = us.explain(run)                       # print(said), said.to_markdown(), said.to_html()
>>> claim = said.claims[0]
>>> claim.text
'All 100 points are right.'
>>> claim.holds(run.network, run.data)           # measured again
True
>>> claim.holds(run.at(0), run.data)             # before training
False

```

A claim carries its facts (`claim.facts`): counts, classes and sets, which must come out the same
for it to hold, and numbers, which must print the same. A unit is on where its pre-activation is
positive. The window is the range of the data with some room around it; what is said of it is exact
for linear, ReLU, leaky ReLU and absolute-value units (see [regions.md](regions.md)). For smooth
units it is found on a mesh, and no sentence calls them on or off.

"Tried just now" is an experiment, not a forecast: `us.explain` trains the network again with one
thing changed, for about a third of a second, and says what came of it. `claim.holds` tries it
again; `length="full"` names the seeds, and `advice=False` leaves it out.

What follows was written by `python tools/explanations.py`.
"""


def main() -> None:
    """Each network's picture and its story; of the first, what is below the story, too."""
    page = [HEAD]
    for name, (title, run, draw) in networks().items():
        us.plot.save(draw(run), DOCS / "images" / f"explained_{name}.png")
        length: Literal["brief", "normal"] = "normal" if name == "solved" else "brief"
        words = us.explain(run, length=length).to_markdown().replace("## ", "### ")
        page.append(f"## {title}\n\n![{title}](images/explained_{name}.png)\n\n{words}")
    (DOCS / "explanation.md").write_text("\n".join(page), encoding="utf-8")


def networks() -> dict[str, tuple[str, us.Run, Draw]]:
    """Networks that work, that are not finished, that are stuck, and of other shapes: how drawn."""
    lab, wine, digits = us.datasets.lab(), us.datasets.wine(), us.datasets.digits()
    scaled, spirals = wine.standardized(), us.datasets.spirals()
    return {
        "solved": ("Solved: the course lab's own run", us.lab.run(), regions),
        "slow": ("Not finished: the same network from seed 6", us.train(lab, seed=6), regions),
        "stuck": ("Stuck: the same network from seed 36", us.train(lab, seed=36), regions),
        "dead": ("A dead unit: three hidden units", us.train(lab, hidden=(3,), seed=DEAD), regions),
        "twins": ("Twin units: two that began alike", twins(lab), regions),
        "small": ("Too small: one hidden unit", us.train(lab, hidden=(1,)), regions),
        "wide": ("Too wide: 64 hidden units", us.train(lab, hidden=(64,)), regions),
        "unscaled": (
            "Features of unlike sizes: wine as it comes",
            us.train(wine, standardize=False),
            us.plot.training,
        ),
        "named": ("Features with names: wine, scaled", us.train(scaled), places),
        "spirals": (
            "Two hidden layers: spirals",
            us.train(spirals, hidden=(8, 8), seed=3, epochs=600),
            regions,
        ),
        "digits": (
            "Pictures: handwritten digits, 64 pixels, 16 hidden units",
            us.train(digits, hidden=(16,), epochs=15),
            us.plot.training,
        ),
        "regression": (
            "No hidden layer: softmax regression",
            us.train(lab, hidden=(), epochs=400),
            regions,
        ),
    }


def regions(run: us.Run) -> Any:
    """The plane of the inputs."""
    return us.plot.decision_regions(run.network, run.data, activation_regions=True)


def places(run: us.Run) -> Any:
    """The plane of two hidden units."""
    return us.plot.output_layer(run.network, run.data)


def twins(data: us.Dataset) -> us.Run:
    """Three units, the last of which begins as the first does, to and from: they stay alike."""
    start = us.Network.initialize([2, 3, 4], seed=TWINS)
    hidden, last = start.layers
    into, out = hidden.weights.copy(), last.weights.copy()
    into[:, 2], out[2] = into[:, 0], out[0]
    alike = us.Network([us.Dense(into, hidden.bias, "relu"), us.Dense(out, last.bias)])
    return us.train(data, hidden=(3,), start=alike)


if __name__ == "__main__":
    main()
