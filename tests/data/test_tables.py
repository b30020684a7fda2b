"""Tables: against pandas, and every broken file is refused with its line and column."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.data.archive import Bounds
from unitscope.data.tables import table_from_bytes


def test_a_csv_is_what_pandas_reads(tmp_path):
    wine = us.datasets.wine()
    frame = pd.DataFrame(wine.X, columns=wine.feature_names)
    frame["kind"] = np.array(wine.class_names)[wine.y]
    path = tmp_path / "wine.csv"
    frame.to_csv(path, index=False)
    data = us.read_table(path, target="kind")
    assert np.array_equal(data.X, pd.read_csv(path).drop(columns="kind").to_numpy(np.float64))
    assert [data.class_names[k] for k in data.y] == frame["kind"].tolist()
    assert pytest.approx(data.X) == us.read_table(frame, target="kind").X
    assert us.read_table(path).class_names == data.class_names


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separators_marks_and_line_ends(separator, start, end):
    rows = [
        ["a", "b", "kind"],
        ["1", "2.5", "x"],
        ["-3e2", "4", '"y, z;\t|"'],
        ["", "", ""],
        ["5", "6", "x"],
    ]
    text = start + end.join(separator.join(row) for row in rows)
    table = table_from_bytes(text.encode(), "a.csv")
    data = table.data
    assert data.X.tolist() == [[1, 2.5], [-300, 4], [5, 6]] and data.class_names == (
        "x",
        "y, z;\t|",
    )
    assert (table.columns, table.target) == (("a", "b", "kind"), "kind")


def test_numbers_as_classes_keep_the_order_of_numbers():
    data = table_from_bytes(b"kind,a\n10,1\n9,2\n-1,3\n", "a.csv", "kind").data
    assert data.class_names == ("-1", "9", "10") and data.y.tolist() == [2, 1, 0]


def test_standardized_features_have_mean_0_and_deviation_1():
    data = table_from_bytes(b"a,b,k\n1,5,x\n2,5,y\n6,5,x\n", "a.csv").data.standardized()
    assert data.X[:, 0].mean() == pytest.approx(0) and data.X[:, 0].std() == pytest.approx(1)
    assert data.X[:, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "a.csv must be a table with a header"),
        ("a\n1\n2\n", "a table must be of at least 2 columns"),
        ("a,a,k\n1,2,x\n", "columns must be of different names. Got 'a' instead."),
        ("a,b,k\n1,2,x\n1,x\n", "line 3 must be 3 cells, as the header has. Got 2 instead."),
        (
            "a,b,k\n1,2,x\n1,oops,y\n",
            "line 3, column 'b' must be a number, as most of that column are. Got 'oops' instead. "
            "Leave the line out",
        ),
        (
            "a,b,k\n1,,x\n",
            "line 2, column 'b' must be a value. Got nothing instead. missing='drop' leaves",
        ),
        ("a,b,k\n1,inf,x\n", "line 2, column 'b' must be a finite number. Got inf instead."),
        ("a,b,k\n1,1e400,x\n", "line 2, column 'b' must be a finite number."),
        ("a,b,k\n1,2,x\n1,1_000,y\n", "line 3, column 'b' must be a number, as most"),
        ("a,b,k\n1,2,\n", "line 2, column 'k' must be the name of a class. Got nothing instead."),
        ("a,b,k\n1,2,x\n3,4,x\n", "column 'k' must be of at least 2 classes. Got 1 instead."),
        ('a,b,k\n1,2,"x\n', "line 2 of a.csv must be cells in quotation marks that end."),
        ("a,b,k\n1,2,\0\n", "a.csv must be a CSV file. Got a NUL character instead."),
    ],
)
def test_broken_tables_are_refused_with_the_place(text, rule):
    with pytest.raises(us.errors.InvalidInput) as refused:
        table_from_bytes(text.encode(), "a.csv")
    assert str(refused.value).startswith(rule)


def test_bounds_and_encodings_are_refused():
    for content, bounds, rule in (
        (
            b"a,k\n" + b"1,x\n2,y\n" * 6,
            {"rows": 10},
            "points must be at most 10. Got more, from line 12",
        ),
        (b"a,b,c,k\n1,2,3,x\n", {"columns": 3}, "columns must be at most 3. Got 4 instead."),
        (
            b"a,k\n1," + b"x" * 10_001 + b"\n",
            {},
            "line 2 must be of cells of at most 10,000 characters.",
        ),
    ):
        with pytest.raises(us.errors.InvalidInput) as refused:
            table_from_bytes(content, "a.csv", bounds=Bounds(**bounds))
        assert str(refused.value).startswith(rule)


def test_a_target_that_is_not_there_and_what_is_no_table(tmp_path):
    with pytest.raises(
        us.errors.InvalidInput, match=r"target must be one of a, k. Got 'nobody' instead"
    ):
        table_from_bytes(b"a,k\n1,x\n", "a.csv", "nobody")
    with pytest.raises(us.errors.InvalidInput, match="source must be the path"):
        us.read_table(3)
    with pytest.raises(us.errors.InvalidInput, match="column 'a' must be of numbers or of texts"):
        us.read_table(pd.DataFrame({"a": [[1], [2]], "k": ["x", "y"]}))
    with pytest.raises(us.errors.InvalidInput, match="column 'k' must be of numbers or of texts"):
        us.read_table(pd.DataFrame({"a": [1, 2], "k": ["x", ["y"]]}))
    with pytest.raises(us.errors.InvalidInput, match="features must be at least one column"):
        us.read_table(b"a,k\n1,x\n2,y\n", features=[])
    with pytest.raises(us.errors.InvalidInput, match="row 1, column 'k' must be of whole char"):
        us.read_table(pd.DataFrame({"a": [1, 2], "k": ["x", "\ud800"]}, dtype=object))
    huge = pd.DataFrame({"a": [1, 2], "k": pd.Series([np.float32(2), 10**400], dtype=object)})
    assert us.read_table(huge).class_names == (str(10**400), "2.0")
    with pytest.raises(us.errors.InvalidInput, match="sep must be one character of ASCII"):
        us.read_table(b"a,k\n1,x\n2,y\n", sep="é")
    for mark in ('"', "\n", "\r"):  # the csv module of Python 3.13 takes none of them
        with pytest.raises(us.errors.InvalidInput, match="sep must be other than a quotation mark"):
            us.read_table(b"a,k\n1,x\n2,y\n", sep=mark)
    with pytest.raises(us.errors.InvalidInput):
        table_from_bytes("sep=ÿ\na,k\n1,x\n2,y\n".encode(), "a.csv")
    with pytest.raises(us.errors.InvalidInput, match="encoding must be one that Python knows"):
        us.read_table(b"a,k\n1,x\n2,y\n", encoding="zlib")
    with pytest.raises(us.errors.InvalidInput, match="row 1, column 'a' must be a value"):
        us.read_table(pd.DataFrame({"a": [1.0, np.nan], "k": ["x", "y"]}))
    with pytest.raises(us.errors.InvalidInput, match="row 1, column 'k' must be the name"):
        us.read_table(pd.DataFrame({"a": [1.0, 2.0], "k": ["x", None]}))


def test_what_cannot_be_read_is_refused_with_its_path(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no more")
    for source in (
        tmp_path / "none.csv",
        tmp_path / "none.parquet",
        tmp_path,
        tmp_path / "a.parquet",
        tmp_path / ("x" * 300 + ".csv"),
        os.fsdecode(b"\xff.csv"),
        "nul\0.csv",
        "/dev/zero",
    ):
        with pytest.raises((us.errors.InvalidInput, us.errors.MissingDependency)) as refused:
            us.read_table(source)
        if isinstance(refused.value, us.errors.InvalidInput):
            assert str(refused.value).startswith("source must be ")
            assert repr(str(source))[:70] in str(refused.value)
            assert str(refused.value).isprintable()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes")
def test_a_table_may_come_through_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    writer = threading.Thread(
        target=(tmp_path / "pipe.csv").write_bytes, args=(b"a,k\n1,x\n2,y\n",)
    )
    writer.start()
    assert us.read_table(tmp_path / "pipe.csv").X.tolist() == [[1], [2]]
    writer.join()


@pytest.mark.parametrize(
    "column", [[10**400, 1], [[1], [2]], [{}, 1], [object(), 1], [b"1", 2], [1j, 2]]
)
@pytest.mark.parametrize("name", ["a", "k"])
def test_whatever_a_frames_cells_hold_is_read_or_refused(column, name):
    cells = {"a": [1.0, 2.0], "k": ["x", "y"]}
    frame = pd.DataFrame(cells | {name: pd.Series(column, dtype=object)})
    try:
        us.read_table(frame, target="k")
    except us.errors.InvalidInput as refused:
        assert " must be " in str(refused)


def test_long_names_and_long_numbers_make_no_long_message():
    long = "9" * 5000
    data = table_from_bytes(f"a,k\n1,{long}\n2,{long}1\n".encode(), "a.csv").data
    assert data.class_names == (long, long + "1")  # too long for whole numbers: texts
    for text in (f"a,{long}\n1,x\n", f"a,{long}\nx,y\n", f"{long},b\nx,y\n"):
        with pytest.raises(us.errors.InvalidInput) as refused:
            table_from_bytes(text.encode(), "a.csv")
        assert len(str(refused.value)) < 300
    with pytest.raises(us.errors.InvalidInput) as refused:
        table_from_bytes(f"a,{long}\n1,x\n".encode(), "a.csv", "b")
    assert len(str(refused.value)) < 300


def test_columns_are_read_in_linear_time():
    def seconds(columns):
        names = ",".join(f"c{i}" for i in range(columns))
        row = ",".join(["1"] * (columns - 1))
        began = time.process_time()
        table = table_from_bytes(f"{names}\n{row},x\n{row},y\n".encode(), "a.csv")
        assert table.data.n_features == columns - 1
        return time.process_time() - began

    seconds(10)  # pandas is imported
    assert min(seconds(8000) for _ in range(2)) < 10 * min(seconds(2000) for _ in range(3))


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's ru_maxrss")
def test_a_table_takes_little_more_memory_than_it_has_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b,k\n" + "1,2,x\n3,4,y\n" * 140_000)  # 1.7 MB, 560,000 numbers
    program = (
        "import resource, sys, unitscope as us\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000\n"
        "us.read_table; before = peak(); us.read_table(sys.argv[1]); print(peak() - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert float(ran.stdout) < 45  # it took 73


@given(st.binary(max_size=200) | st.text(alphabet='ab1.,;\n"\t-e', max_size=120).map(str.encode))
def test_any_bytes_give_a_table_or_a_refusal(content):
    try:
        table = table_from_bytes(content, "a.csv", bounds=Bounds(50, 9))
    except us.errors.InvalidInput as refused:
        assert " must be " in str(refused)
    else:
        assert table.target in table.columns
        assert table.data.n_points <= len(io.BytesIO(content).read().splitlines())
