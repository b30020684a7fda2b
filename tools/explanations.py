"""Write docs/explanation.md, four networks explained: `python tools/explanations.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import unitscope as us

DOCS = Path(__file__).parents[1] / "docs"

HEAD = """# Words that are true

`us.explain(run)` says what a network does, in sentences that are measured from it.
`us.explain(net, data)` does the same for any network, `point=3` traces one point through it, and
`length` is "brief", "normal" or "full".

```python
>>> import unitscope as us
>>> run = us.lab.run()
>>> said = us.explain(run)                       # print(said), said.to_markdown(), said.to_html()
>>> claim = said.claims[0]
>>> claim.text
'The network classifies all 100 points right (100%).'
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

What follows was written by `python tools/explanations.py`.
"""


def main() -> None:
    """Four networks: one that solves its task, one stuck, one with a dead unit, one for digits."""
    lab = us.datasets.lab()
    networks = {
        "solved": ("The course lab's own run", us.lab.run(), "normal"),
        "stuck": ("The same network from a start that gets stuck", first(lab, 2, stuck), "normal"),
        "dead": ("Three hidden units, one of them dead", first(lab, 3, dead), "normal"),
        "digits": (
            "Handwritten digits: 64 inputs, 16 hidden units, 10 classes, in brief",
            us.train(us.datasets.digits(), hidden=(16,), epochs=15),
            "brief",
        ),
    }
    page = [HEAD]
    for name, (title, run, length) in networks.items():
        if run.data.n_features == 2:
            axes = us.plot.decision_regions(run.network, run.data, activation_regions=True)
        else:
            axes = us.plot.training(run)
        us.plot.save(axes, DOCS / "images" / f"explained_{name}.png")
        words = us.explain(run, length=length).to_markdown().replace("## ", "### ")
        page.append(f"## {title}\n\n![{title}](images/explained_{name}.png)\n\n{words}")
    (DOCS / "explanation.md").write_text("\n".join(page), encoding="utf-8")


def first(data: us.Dataset, units: int, wanted: Callable[[us.Run], bool]) -> us.Run:
    """The first seed's run that is as wanted."""
    runs = (us.train(data, hidden=(units,), seed=seed) for seed in range(1000))
    return next(run for run in runs if wanted(run))


def stuck(run: us.Run) -> bool:
    """Whether less than 80% of the points are right at the end."""
    return run.accuracy[-1] < 0.8


def dead(run: us.Run) -> bool:
    """Whether a unit is on at no point, and every point is right all the same."""
    on = run.network.pre_activations(run.data.X)[0] > 0
    return bool((~on.any(axis=0)).any() and run.accuracy[-1] == 1)


if __name__ == "__main__":
    main()
