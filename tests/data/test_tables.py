"""Tables: against pandas, and every broken file is refused with its line and column."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
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
    data, columns, target = table_from_bytes(text.encode(), "a.csv")
    assert data.X.tolist() == [[1, 2.5], [-300, 4], [5, 6]] and data.class_names == (
        "x",
        "y, z;\t|",
    )
    assert (columns, target) == (["a", "b", "kind"], "kind")


def test_numbers_as_classes_keep_the_order_of_numbers():
    data, _, _ = table_from_bytes(b"kind,a\n10,1\n9,2\n-1,3\n", "a.csv", "kind")
    assert data.class_names == ("-1", "9", "10") and data.y.tolist() == [2, 1, 0]


def test_standardized_features_have_mean_0_and_deviation_1():
    data, _, _ = table_from_bytes(b"a,b,k\n1,5,x\n2,5,y\n6,5,x\n", "a.csv", standardize=True)
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
            "line 3, column 'b' must be a finite number. Got 'oops' instead.",
        ),
        (
            "a,b,k\n1,,x\n",
            "line 2, column 'b' must be a finite number. Got '' instead. Leave the line out",
        ),
        ("a,b,k\n1,inf,x\n", "line 2, column 'b' must be a finite number."),
        ("a,b,k\n1,1_000,x\n", "line 2, column 'b' must be a finite number."),
        ("a,b,k\n1,2,\n", "line 2, column 'k' must be the name of a class."),
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
            {"most_rows": 10},
            "points must be at most 10. Got more, from line 12",
        ),
        (b"a,b,c,k\n1,2,3,x\n", {"most_columns": 3}, "columns must be at most 3. Got 4 instead."),
        ("ä,k\n1,x\n".encode("latin-1"), {}, "a.csv must be a CSV file in UTF-8."),
        (
            b"a,k\n1," + b"x" * 10_001 + b"\n",
            {},
            "line 2 must be of cells of at most 10,000 characters.",
        ),
    ):
        with pytest.raises(us.errors.InvalidInput) as refused:
            table_from_bytes(content, "a.csv", **bounds)
        assert str(refused.value).startswith(rule)


def test_a_target_that_is_not_there_and_what_is_no_table(tmp_path):
    with pytest.raises(
        us.errors.InvalidInput, match=r"target must be one of a, k. Got 'nobody' instead"
    ):
        table_from_bytes(b"a,k\n1,x\n", "a.csv", "nobody")
    with pytest.raises(us.errors.InvalidInput, match="source must be the path"):
        us.read_table(3)
    with pytest.raises(us.errors.InvalidInput, match="column 'a' must be of numbers"):
        us.read_table(pd.DataFrame({"a": ["p", "q"], "k": ["x", "y"]}))
    with pytest.raises(us.errors.InvalidInput, match="row 1, column 'a' must be a finite number"):
        us.read_table(pd.DataFrame({"a": [1.0, np.nan], "k": ["x", "y"]}))
    with pytest.raises(us.errors.InvalidInput, match="column 'k' must be without missing values"):
        us.read_table(pd.DataFrame({"a": [1.0, 2.0], "k": ["x", None]}))


@given(st.binary(max_size=200) | st.text(alphabet='ab1.,;\n"\t-e', max_size=120).map(str.encode))
def test_any_bytes_give_a_table_or_a_refusal(content):
    try:
        data, columns, target = table_from_bytes(content, "a.csv", most_rows=50, most_columns=9)
    except us.errors.InvalidInput as refused:
        assert " must be " in str(refused)
    else:
        assert target in columns and data.n_features == len(columns) - 1
        assert data.n_points <= len(io.BytesIO(content).readlines())
