"""What the pages of docs/ say that Python answers, Python answers."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", ["regions.md", "explanation.md"])
def test_the_answers_in_a_page(page):
    found = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert found.attempted > 3
    assert found.failed == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "jobs=2",
        pytest.param("LocalCluster(", marks=pytest.mark.dask),
        pytest.param("ray.init()", marks=pytest.mark.ray),
    ],
)
def test_the_programs_of_the_clusters_page_run(words, tmp_path):
    blocks = re.findall(
        r"^```python\n(.*?)^```", (DOCS / "clusters.md").read_text(encoding="utf-8"), re.M | re.S
    )
    (program,) = (block for block in blocks if words in block)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    assert "2,000 seeds; " in ran.stdout
