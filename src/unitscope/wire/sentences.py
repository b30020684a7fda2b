"""A sentence for the page: where classes are named in it, and what buttons can do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim, Sentence, marked
from unitscope.explanation.trials import MORE, RATE, SCALED, STARTS, UNITS, Setup
from unitscope.sweeps.words import counted
from unitscope.training.run import Run
from unitscope.wire.scenes import RecipeScene, RemedyScene


def named_classes(sentence: Sentence, class_names: Sequence[str]) -> list[list[int]]:
    """Where a sentence names classes: begin, end and class, in letters as JavaScript counts."""
    classes, text = {marked(name)[1:-1]: k for k, name in enumerate(class_names)}, sentence.text
    return [
        [_letters(text[:begin]), _letters(text[:end]), classes[text[begin:end]]]
        for begin, end in sentence.names
        if text[begin:end] in classes
    ]


def _letters(text: str) -> int:
    """How many UTF-16 units it has."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def remedies(claim: Claim, run: Run) -> list[RemedyScene]:
    """What was tried for a run that fails, as changes of its settings; the best first."""
    right, n = next((f.value for f in claim.facts if f.name == "run_right"), (0, 0))
    if right == n:
        return []
    tried = [(f.about[0], f.value) for f in claim.facts if f.name == "tried_right"]
    best = sorted(tried, key=lambda one: (-_share_solved(one[1], n), -max(one[1])))
    return [scene for setup, came in best for scene in _remedy(setup, came, run)]


def _share_solved(came: Sequence[int], n: int) -> float:
    return came.count(n) / len(came)


def _remedy(setup: Setup, came: Sequence[int], run: Run) -> Iterator[RemedyScene]:
    recipe, before, n = setup.recipe, run.recipe, run.data.n_points
    if max(came) < 0:
        return  # it diverges
    change: RecipeScene = {}
    if setup.seeds:
        change["seed"] = setup.seeds[came.index(max(came))]
    if setup.kind == MORE:
        change["epochs"] = before.epochs + recipe.epochs
        what, words = counted(recipe.epochs, "more epoch"), "Train on"
    elif setup.kind == RATE:
        change["learning_rate"] = recipe.learning_rate
        what, words = (
            f"A learning rate of {recipe.learning_rate:g}",
            f"Use {recipe.learning_rate:g}",
        )
    elif setup.kind == SCALED:
        change["standardize"] = True
        what, words = "Features scaled to one size", "Scale them"
    elif setup.kind == STARTS:
        what, words = "Another start", "Start again"
    elif setup.kind == UNITS:
        change["hidden"] = list(recipe.hidden)
        units = _shape(recipe.hidden)
        what = f"{units} instead of {_shape(before.hidden).removesuffix(' units')}"
        words = f"Use {units}"
    else:
        return
    yield {"what": what, "told": _came(setup, came, n), "words": words, "change": change}


def _shape(hidden: Sequence[int]) -> str:
    return "-".join(f"{units:,}" for units in hidden or (0,)) + " units"


def _came(setup: Setup, came: Sequence[int], n: int) -> str:
    """What came of it: 20 tried: 15 get all points right."""
    if not setup.seeds:
        return "tried: all points right" if came[0] == n else f"tried: {came[0]:,} of {n:,} right"
    solved = came.count(n)
    tried = f"{len(came)} tried" if setup.kind == STARTS else f"{len(came)} starts"
    if not solved:
        return f"{tried}: at best {max(came):,} of {n:,} right"
    who = "all get" if solved == len(came) else f"{solved} get{'s' * (solved == 1)}"
    return f"{tried}: {who} all points right"
