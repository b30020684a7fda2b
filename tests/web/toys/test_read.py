"""The tables that a page without Python reads: the same points and words, or left to Python."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

import unitscope as us
from javascript import deno, needs_deno
from unitscope.page.answers import reply
from unitscope.wire.limits import LIMITS

pytestmark = needs_deno
HERE = Path(__file__).parent
TABLE = "a,b,kind\n1,2.5,x\n-3,.5,y\n4e2,1e-5,x\n0,7.,z\n"
COUNTED = "n,a,kind\n" + "".join(f"{i},{i * 0.37:g},{'pq'[i % 2]}\n" for i in range(1, 13))


def asked(content: str | bytes, **choice: object) -> dict:
    raw = content.encode() if isinstance(content, str) else content
    text = base64.b64encode(raw).decode()
    return {"id": 1, "kind": "table", "name": "mine.csv", "content": text} | choice


def read(requests: list[dict], folder: Path) -> list[dict]:
    """What the browser makes of each of them."""
    path = folder / "requests.json"
    path.write_text(json.dumps({"limits": LIMITS, "requests": requests}), encoding="utf-8")
    done = deno("run", "--no-check", "--allow-read", str(HERE / "read.js"), str(path))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


READ = [
    asked(TABLE),
    asked(TABLE.replace(",", ";")),
    asked(TABLE.replace(",", "\t").replace("\n", "\r\n")),
    asked(TABLE.replace(",", ", ").rstrip("\n")),
    asked('"a","b","my ""kind"""\n1,2,"x, too"\n3,4,"y"\n5,6,"x, too"\n'),
    asked("kind,a,b\nx,1,2\ny,3,4\nx,5,6\n"),
    asked("id,a,b,grade\n7,1,2,10\n8,3,4,9\n9,5,6,10\n"),
    asked(COUNTED),
    asked(COUNTED.replace("n,a", "row_number,a")),
    asked(COUNTED, target="kind", features=["n"]),
    asked("a,b,c\n1,20000,0\n2,0.00001234,1\n3,-1234567,0\n"),
    asked("a,b,c\n1,20000,0\n2,2,1\n3,5,0\n", target="a"),
    asked("1,2,c\n1,5,0\n2,2,1\n", header="names"),
    asked("\N{LATIN SMALL LETTER E WITH ACUTE},b,c\n1,5,\N{EURO SIGN}\n2,2,d\n"),
    asked(us.datasets.iris().frame().to_csv(index=False)),
    asked(us.datasets.wine().frame().to_csv()),
]
LEFT = [
    asked(b"PK\3\4" + bytes(60)),
    asked(b"a,b,c\n1,2,\xe9\n2,3,d\n"),
    asked("a;b;c\n1,5;2,5;x\n2,5;3,5;y\n"),
    asked(TABLE.replace("-3", "")),
    asked(TABLE.replace("-3", "NA")),
    asked(TABLE.replace("-3", "three")),
    asked(TABLE.replace("-3", "1_000")),
    asked(TABLE.replace("-3", "inf")),
    asked("1,2,x\n3,4,y\n5,6,x\n"),
    asked("a,town,kind\n1,Oslo,x\n2,Bergen,y\n3,Oslo,x\n"),
    asked("a,on,kind\n1,True,x\n2,False,y\n3,True,x\n"),
    asked("a,b,day\n1,2,2024-01-02\n2,3,2024-01-03\n3,3,2024-01-03\n"),
    asked("a,a,kind\n1,2,x\n3,4,y\n"),
    asked("a,b,kind\n1,2,x\n3,4,x\n"),
    asked("a,b,size\n1,2,0.5\n3,4,0.7\n"),
    asked("a,b,kind\n1,2,x\n3,4\n"),
    asked("a,b,kind\n1,2,'=x\n3,4,y\n"),
    asked('a,b,kind\n1,2,"x\ny"\n3,4,y\n'),
    asked(""),
    asked("a\n1\n2\n"),
    asked(TABLE, more=3),
    asked(TABLE, decimal=","),
    asked(TABLE, encoding="latin-1"),
    asked(TABLE, target="nothing"),
    asked(TABLE, features=[]),
    asked("a,kind\n" + "".join(f"{i},c{i % 21}\n" for i in range(90))),
]


def test_a_plain_table_is_read_as_python_reads_it(tmp_path):
    for request, found in zip(READ, read(READ, tmp_path), strict=True):
        wanted = reply(request)
        assert wanted["kind"] == "table" and "refused" not in wanted, wanted
        shown = {"text": base64.b64decode(request["content"])[:60], "found": found}
        assert found.get("columns") == wanted["columns"], shown
        assert found | {"id": 1} == wanted, shown


@pytest.mark.parametrize("number", range(len(LEFT)))
def test_what_is_not_plain_is_left_to_python_in_words(number, left):
    assert left[number]["kind"] == "refused", left[number]
    message = left[number]["message"]
    assert " must be " in message and message.endswith("unitscope play FILE reads all tables.")


@pytest.fixture(scope="module")
def left(tmp_path_factory) -> list[dict]:
    return read(LEFT, tmp_path_factory.mktemp("left"))
