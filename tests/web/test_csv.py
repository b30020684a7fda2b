"""The CSV that the page writes: a spreadsheet computes none of it, and names come back as read."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import unitscope as us
from patience import PATIENCE

DENO = shutil.which("deno", path=str(Path(sys.executable).parent)) or shutil.which("deno")
WRITER = Path(us.__file__).parent / "web" / "pure" / "csv.js"
SCRIPT = """
const {{ csvOf }} = await import({writer});
await Deno.stdout.write(new TextEncoder().encode(csvOf({rows})));
"""


def written(rows: list[list[object]]) -> bytes:
    """What the page's module makes of them."""
    script = SCRIPT.format(writer=json.dumps(WRITER.as_uri()), rows=json.dumps(rows))
    command = [DENO, "eval", script]
    return subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True).stdout


@pytest.mark.skipif(DENO is None, reason="deno is not installed")
def test_any_names_come_back_and_none_is_a_formula(tmp_path):
    drawn = random.Random(5)
    names = {
        "".join(drawn.choices("=+-@\t\r\n' ,\"a1.e漢＝＋", k=drawn.randint(1, 6)))
        for _ in range(4000)
    }
    # Spaces around a name are not kept; those before a formula are.
    names = sorted(
        {
            one
            for one in names
            if one.rstrip() == one and (one.lstrip() == one or one[0] in "\t\r\n")
        }
    )
    assert sum(one[0] in "=+-@\t\r\n" for one in names) > 500
    content = written([["=x", "+kind"], *([place, name] for place, name in enumerate(names))])
    cells = [row[1] for row in csv.reader(io.StringIO(content.decode(), newline=""))][1:]
    for cell in cells:
        assert (
            re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", cell) or cell[0] not in "=+-@\t\r\n＝＋"
        )
    table = tmp_path / "table.csv"
    table.write_bytes(content)
    data = us.read_table(table)
    assert data.feature_names == ("=x",)
    by_point = [data.class_names[label] for label in data.y[data.X[:, 0].argsort()]]
    assert by_point == names
