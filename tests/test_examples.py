"""The four programs of docs/examples.md, run as they stand there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unitscope as us
from unitscope import cli

DOCS = Path(__file__).parents[1] / "docs"
PROGRAMS = re.findall(
    r"^```python\n(.*?)^```", (DOCS / "examples.md").read_text(encoding="utf-8"), re.M | re.S
)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def theirs(found: dict[str, Any], which: str) -> Any:
    """The model's own classes of the points, by their numbers."""
    model, last = found["model"], found.get(which)
    if which == "wine":
        return np.asarray(model.predict(last.X, verbose=0)).argmax(axis=1)
    if which == "moons":
        return model(found["rows"]).argmax(axis=1).numpy()
    names = us.network(model).class_names
    rows = found["X"] if which == "penguins" else last.X
    return np.searchsorted(names, model.predict(rows).astype(str))


@pytest.mark.parametrize(
    ("which", "program"),
    [
        pytest.param("penguins", PROGRAMS[0], id="penguins"),
        pytest.param("wine", PROGRAMS[1], id="wine", marks=pytest.mark.keras),
        pytest.param("moons", PROGRAMS[2], id="moons", marks=pytest.mark.torch),
        pytest.param("iris", PROGRAMS[3], id="iris"),
    ],
)
def test_an_example_runs_and_is_of_the_model(
    which: str, program: str, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    shutil.copy(DOCS / "penguins.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {"__name__": "example"}
    exec(compile(program, f"{which} of examples.md", "exec"), found)
    net = found["net"] if "net" in found else us.network(found["model"])
    data = net.dataset(found["X"], found["y"]) if which == "penguins" else found[which]
    right = int((theirs(found, which) == data.y).sum())
    n = data.n_points
    told = " ".join(capsys.readouterr().out.split())
    assert (
        f"All {n} points are right" if right == n else f"{right} of {n} points are right"
    ) in told
    for name in (f"{which}.png", f"{which}.html"):
        assert Path(name).stat().st_size > 10_000
    if which == "wine":
        assert cli.main(["explain", "wine.keras", "wine"]) == 0
        again = " ".join(capsys.readouterr().out.split())
        assert f"{right} of {n}" in again or f"All {n} points are right" in again


def test_there_are_four_with_their_pictures() -> None:
    assert len(PROGRAMS) == 4
    pictures = re.findall(r"\(images/(example_\w+\.png)\)", (DOCS / "examples.md").read_text())
    assert len(pictures) == 4 and all((DOCS / "images" / name).is_file() for name in pictures)
