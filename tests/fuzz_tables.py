"""Damaged tables for tests/fuzz_files.py: of every kind that is read, with arguments of any sort.

Bytes or whole pieces of a file are changed: of a text, plain or packed; of what is packed; of a
workbook's and a Parquet file's parts. A data frame gets cells, kinds and names of any sort.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import unitscope as us
from unitscope.data.archive import Bounds
from unitscope.data.tables import table_from_bytes
from unitscope.errors import InvalidInput

Change = Callable[[bytes, random.Random, list[bytes]], bytes]

TABLES = [
    b"a,b,kind\n1,2.5,x\n-3e2,4,y\n5,6,x\n",
    b'\xef\xbb\xbfa;b;kind\r\n1;2;"x; 1"\r\n3;4;y\r\n',
    "größe\tname\n1e-300\t007\n2\t-12\n3\t99999999999999999999\n".encode(),
    b"a|k\n 1 | x\n\n2|y \n",
    b"# leaves\nsize   kind\n1.5    oak\n2      elm\n2.5    oak\n",
    b"a;b;k\n1.234,5;2;x\n2.345,25;3;y\n7,5;4;x\n",
    b'"a","k"\n"1","1,234.5",x\n"2","2,345.0",y\n"3","7",x\n',
    b"sep=;\nid;day;size;kind\n1;2020-01-02;3;x\n2;2020-01-03;?;y\n3;;NA;x\n",
    "a,isl\n1,Ærø\n2,Fyn\n3,Ærø\n".encode("utf-16"),
    b"1,2,0\n3,4,1\n5,6,0\n",
    b"a,color,open,k\n1,red,True,x\n2,blue,False,y\n3,red,,x\n",
]
PIECES = [b"", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b'"', b'""', b"'", b"\0", b"\xff"]
PIECES += [b"nan", b"-inf", b"1e999", b"9" * 5000, b"1_0", b"0x1p3", b"\xef\xbb\xbf", b" ", b"=1+1"]
PIECES += ["\u2028".encode(), "٣".encode(), "²".encode(), b"x" * 200, b",1" * 300, b"a,a\n"]
PIECES += [b"\xff\xfe", b"sep=,\n", b"#", b"1,234", b"1.234,5", b"2020-01-02", b"True", b"\n\n"]
PIECES += [
    b"1,2\n" * 300,
    b",\n" * 300,
    b'"a\nb"',
    b"\x1f\x8b",
    b"PK\3\4",
    b"PAR1",
    b"\x85",
    b"\x1a",
]
XML = [b"<", b">", b'"', b"&", b"<c", b"</row>", b'r="XFD1048576"', b't="e"', b't="d"', b"<v/>"]
XML += [b"9" * 400, b"1e999", b"&#0;", b't="s"', b"<v>-1</v>", b"<v>99</v>", b"<!DOCTYPE a>"]
FOOTER = [b"\0", b"\xff" * 4, b"\x7f" * 8, b"PAR1", b"\x15\x02", b"\x18\x04", b""]
ENCODINGS = ["utf-8", "cp1252", "utf-16", "utf-7", "idna", "rot13", "zlib", "unicode_escape"]
ARGUMENTS: dict[str, list[Any]] = {
    "target": ["kind", "k", 0, -1, 99, "", True, b"k", ("a",), 1.5, None],
    "features": [["a"], [0, 1], [], ["kind"], "a", [None], 3, [["a"]], None],
    "ignore": [["a"], [0], [-1], "a", None, [0, 1, 2], [{}]],
    "missing": ["drop", "mean", "mean", "drop", "other", None, []],
    "sep": [*",;\t \"\n\r\0éa'\\.", r"\s+", "", ",,", 3],
    "encoding": [*ENCODINGS, "utf-32", "punycode", "shift_jis", "undefined", "", 3],
    "decimal": [".", ",", "", "x", 1],
    "header": [None, 0, "check", 1, True, -1, "x", [0]],
    "names": [["a", "b", "k"], ["a", "k"], "abc", [], [1, 2, 3], [None] * 3, ["a"] * 3, [""] * 3],
}
CELLS: list[Any] = [None, np.nan, np.inf, pd.NA, pd.NaT, True, 0, -1, 2**63, 10**400, 1e308, 1j]
CELLS += ["", " ", "x", "=1+1", "x" * 20_000, "\ud800", b"x", (), [], [1], {}, np.zeros(2), max]
CELLS += [pd.Timestamp("2020-01-02"), pd.Timedelta(1, "s"), np.float32(2), np.str_("x"), int]
KINDS = ["category", "string", "Int64", "boolean", "float32", "object", "datetime64[ns]"]
KINDS += ["complex128", "Sparse[float]", "period[D]", "uint8", "timedelta64[s]"]
NAMES: list[Any] = ["a", "", None, 3, ("a", 1), "x" * 300, np.nan, "\ud800", b"k", "id"]


def damaged(rng: random.Random, changed_bytes: Change) -> bytes:
    """A file's content."""
    content = rng.choice(TABLES)
    how = rng.randrange(10)
    if how >= 4:
        return changed_bytes(content, rng, PIECES)
    if how == 3:
        return changed_bytes(parquet(), rng, FOOTER)
    if how == 2:
        return changed_workbook(rng, changed_bytes)
    within = rng.random() < 0.5
    inner = changed_bytes(content, rng, PIECES) if within else content
    packed = gzip.compress(inner, 1, mtime=0) if how else zipped({"a.csv": inner})
    return packed if within else changed_bytes(packed, rng, [b"PK\1\2", b"\xff" * 4])


def changed_workbook(rng: random.Random, changed_bytes: Change) -> bytes:
    """A workbook, the bytes of which are changed or one of its members."""
    if rng.random() < 0.3:
        return changed_bytes(workbook(), rng, [b"PK\1\2", b"\xff" * 4])
    with zipfile.ZipFile(io.BytesIO(workbook())) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    name = rng.choice(["xl/worksheets/sheet1.xml", *members])
    if rng.random() < 0.1:
        del members[name]
    else:
        members[name] = changed_bytes(members[name], rng, XML)
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, content in members.items():
            out.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def frame() -> pd.DataFrame:
    """A table of columns of several kinds."""
    return pd.DataFrame(
        {
            "a": [1.5, 2.0, 3.5, 4.0],
            "n": [1, 2, 3, 4],
            "open": [True, False, True, True],
            "color": ["red", "blue", "red", "blue"],
            "kind": pd.Categorical(["x", "y", "x", "y"]),
        }
    )


@functools.cache
def workbook() -> bytes:
    """It as a workbook."""
    made = io.BytesIO()
    frame().to_excel(made, index=False)
    return made.getvalue()


@functools.cache
def parquet() -> bytes:
    """It as a Parquet file."""
    made = io.BytesIO()
    frame().to_parquet(made)
    return made.getvalue()


def arguments(rng: random.Random) -> dict[str, Any]:
    """Of `us.read_table`: none, or some of any sort."""
    names = rng.sample(list(ARGUMENTS), rng.choice([0, 0, 0, 1, 1, 2, 3]))
    return {name: rng.choice(ARGUMENTS[name]) for name in names}


def use_table(path: Path) -> None:
    """Read a table; as the page does, too, whose bounds are narrow."""
    content = path.read_bytes()
    with contextlib.suppress(InvalidInput):
        table_from_bytes(content, "a.csv", bounds=Bounds(3, 4, 100_000))
    rng = random.Random(content)
    with contextlib.suppress(InvalidInput):
        told(functools.partial(us.read_table, path, **arguments(rng)))
    told(functools.partial(us.read_table, path))


def use_frame(path: Path) -> None:
    """Read a data frame made by chance: the file has what chance begins with."""
    rng = random.Random(path.read_bytes())
    given = frame()
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        given = changed_frame(given, rng)
    with contextlib.suppress(InvalidInput):
        told(functools.partial(us.read_table, given, **arguments(rng)))
    told(functools.partial(us.read_table, given))


def changed_frame(given: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """One column of another kind, another name or with other cells; or fewer rows and columns."""
    how = rng.randrange(4)
    if how == 0 or not len(given.columns):
        return given.iloc[: rng.randrange(5), : rng.randrange(6)]
    given, at = given.copy(), rng.randrange(len(given.columns))
    column = given.iloc[:, at]
    if how == 1:
        with contextlib.suppress(Exception):  # a kind that these values cannot have
            given.isetitem(at, column.astype(rng.choice(KINDS)))
    elif how == 2:
        names = list(given.columns)
        names[at] = rng.choice(NAMES)
        given.columns = pd.Index(names, dtype=object, tupleize_cols=False)
    else:
        cells = [rng.choice(CELLS) if rng.random() < 0.4 else cell for cell in column]
        given.isetitem(at, pd.Series(cells, dtype=object, index=given.index))
    return given


def told(read: Callable[[], Any]) -> None:
    """Read, and look at what was read. **Raises** `RuntimeError` for a refusal without a rule."""
    try:
        repr(read())
    except InvalidInput as refused:
        if refused.__cause__ is not None and "table that can be read" in str(refused):
            raise RuntimeError(f"no rule: {refused}") from refused
        raise
