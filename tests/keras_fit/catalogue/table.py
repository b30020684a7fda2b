"""docs/fit.md: what became of the cases on all backends, as tables; and read back from them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "fit.md"
PROGRAM = Path(__file__).with_name("compare.py")
NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch", "tf_keras": "tf_keras"}
HEAD = """# Where `us.fit` trains, and where Keras does

`us.fit` is `model.fit`: the same History, the same weights, the same state of the optimizer. Where
its kernel cannot give them, Keras itself trains, and one line says why. The tables below list
{count} kinds of training. Each was run as `model.fit` and as `us.fit`, from the same weights in the
same order, on Keras 3 with TensorFlow, JAX and PyTorch, and on tf_keras (Keras 2). Made by
`python tools/fits.py`; `tests/keras_fit/test_catalogue.py` runs them all again.

- **Case**: what is special about it. All else is a chain of two dense layers with a ReLU between
  them, trained by SGD or Adam for sparse categorical cross-entropy from logits, on nine points.
  `train` is the fit that is looked at; `H` are the labels `Y` as one-hot rows, `B` those of two
  classes, `XV` and `YV` points for validation.
- **On**: the backends of this row. A backend without a row has no such thing.
- **Path**: *kernel*, unitscope trained; *Keras*, it left the training to Keras and said why;
  *refused*, it said what is wrong and nothing was trained.
- **Equal to**: what the result is the same as: losses and metrics of every epoch to 1 in 10,000,
  weights and the optimizer's variables to 1 in 1,000, where they are small to 0.00001. "After
  compile" means `model.fit` of a model that was compiled again: Keras itself goes on with the step
  that it compiled before the change.
- **Message**: the reason, after "trained by Keras because", or the error.

On all four Keras trained every case that the kernel did; the tests have it do so again on PyTorch,
and a third of them on the others. Outside PyTorch, Keras works step by step here, without
compiling, but for the cases that are about that; and where a single fit is left to Keras, what is
held there is that Keras is asked for just what `model.fit` would be.

One difference is known that the cases do not show. Where a model ends in one sigmoid and its loss
takes probabilities, Keras on JAX and PyTorch rounds the probability p to float32 and then takes
-ln(1 - p) of a point of class 0. For a point that is wrong with certainty this is off: by up to
0.001 where the sigmoid is of 9, by 0.07 where it is of 14, of a loss as large as these numbers.
The kernel's loss is the exact one, up to where Keras clips it. The gradient is the same.

| path | kinds |
|---|---|
"""
COLUMNS = "| case | on | path | equal to | message |\n|---|---|---|---|---|\n"

# By group and code: path, what it is equal to, message.
Outcome = tuple[str, str, str]
Results = dict[tuple[str, str], Outcome]


def run(backend: str, *wanted: str) -> Results:
    """The cases on this backend, or those that are named, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", PROGRAM, backend, *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return read_lines(done.stdout.splitlines())


def read_lines(lines: Iterable[str]) -> Results:
    """The results that compare.py printed, without the cases that do not exist there."""
    found = [json.loads(line) for line in lines]
    return {
        (each["group"], each["code"]): (each["path"], each["equal"], each["message"])
        for each in found
        if each["path"]
    }


def page(results: dict[str, Results]) -> str:
    """The whole page, of the results by backend."""
    cases = list(dict.fromkeys(case for found in results.values() for case in found))
    rows: dict[str, list[str]] = {}
    paths: dict[str, int] = {}
    for group, code in cases:
        outcomes: dict[Outcome, list[str]] = {}
        for backend, found in results.items():
            if (group, code) in found:
                path, equal, message = found[group, code]
                equal = equal or _elsewhere(results, (group, code), path)
                outcomes.setdefault((path, equal, message), []).append(backend)
        for outcome, backends in outcomes.items():
            everywhere = len(backends) == len(results)
            on = "all" if everywhere else ", ".join(NAMES[name] for name in backends)
            path, equal, message = map(_cell, outcome)
            rows.setdefault(group, []).append(
                f"| `{_cell(code)}` | {on} | {path} | {equal} | {message} |\n"
            )
        path = " or ".join(sorted({path for path, _, _ in outcomes}))
        paths[path] = paths.get(path, 0) + 1
    text = HEAD.format(count=len(cases))
    text += "".join(f"| {path} | {count} |\n" for path, count in sorted(paths.items()))
    for group, lines in rows.items():
        text += f"\n## {group}\n\n{COLUMNS}{''.join(lines)}"
    return text


def read_page(text: str, backend: str) -> Results:
    """What the page says of one backend."""
    found: Results = {}
    for group, body in re.findall(r"^## (.*)\n\n((?:\|.*\n)+)", text, re.MULTILINE):
        for line in body.splitlines()[2:]:
            code, on, *outcome = [
                cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]
            ]
            if on == "all" or NAMES[backend] in on.split(", "):
                path, equal, message = outcome
                found[group, code.strip("`")] = path, equal, message
    return found


def _elsewhere(results: dict[str, Results], case: tuple[str, str], path: str) -> str:
    """What a case that was passed over is equal to on a backend where it takes the same path."""
    outcomes = [found[case] for found in results.values() if case in found]
    return next((equal for other, equal, _ in outcomes if equal and other == path), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").strip()
