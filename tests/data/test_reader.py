"""Any table that pandas opens: its form is guessed and said, or it is refused with a remedy."""

from __future__ import annotations

import contextlib
import gzip
import io
import logging
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.data.archive import Bounds
from unitscope.data.tables import table_from_bytes
from unitscope.errors import InvalidInput

LEAVES = [(8.5, 4.25, "oak"), (8.25, 3.5, "oak"), (4.75, 3.75, "birch"), (5.5, 4.0, "willow")] * 3
PLAIN = "length,width,kind\n" + "".join(f"{a},{b},{kind}\n" for a, b, kind in LEAVES)
SIZES = [[a, b] for a, b, _ in LEAVES]


def written(sep=",", decimal=".", end="\n", header="length{0}width{0}kind"):
    rows = (f"{a}{sep}{b}".replace(".", decimal) + f"{sep}{kind}" for a, b, kind in LEAVES)
    return end.join([header.format(sep), *rows]) + end


def zipped(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, content in files.items():
            out.writestr(name, content)
    return made.getvalue()


def excel(frame, sheets=1):
    made = io.BytesIO()
    with pd.ExcelWriter(made) as writer:
        for number in range(sheets):
            frame.to_excel(writer, sheet_name=f"s{number}", index=False)
    return made.getvalue()


FRAME = pd.DataFrame(LEAVES, columns=["length", "width", "kind"])
SAME = {  # each has the same points, and these notes
    "plain": (PLAIN.encode(), []),
    "semicolons": (written(";").encode(), ["separated by semicolons"]),
    "tabs": (written("\t").encode(), ["separated by tabs"]),
    "bars": (written("|").encode(), ["separated by bars"]),
    "spaces": (written(" ").encode(), ["separated by spaces"]),
    "many spaces": (written("   ").encode(), ["separated by spaces"]),
    "decimal commas": (
        written(";", ",").encode(),
        ["separated by semicolons", "decimal comma"],
    ),
    "spaces after commas": (written(", ").encode(), []),
    "line ends of Windows": (written(end="\r\n").encode(), []),
    "line ends of an old Mac": (written(end="\r").encode(), []),
    "empty lines": (PLAIN.replace("\n", "\n\n").encode(), []),
    "UTF-8 with a mark": (PLAIN.encode("utf-8-sig"), []),
    "UTF-16": (PLAIN.encode("utf-16"), []),
    "a comment above": (("# measured 2024-05-01, in cm\n" + PLAIN).encode(), []),
    "titles above, as a sheet has them": (
        (";;;\nLeaves of 2024;;\nin cm;;\n\n" + written(";")).encode(),
        ["separated by semicolons", "the first 2 lines"],
    ),
    "a title above": (("Leaves of 2024\n\n" + PLAIN).encode(), ["the first line"]),
    "a hint above": (("sep=;\r\n" + written(";", end="\r\n")).encode(), []),
    "a header of #": (("#" + written("\t")).encode(), ["separated by tabs"]),
    "trailing commas": (PLAIN.replace("\n", ",\n").encode(), []),
    "gzip": (gzip.compress(PLAIN.encode()), []),
    "zip": (zipped(**{"a/t.csv": PLAIN}), []),
    "Excel": (excel(FRAME), []),
    "a sheet of two": (excel(FRAME, 2), ["the first of 2 sheets"]),
    "Parquet": (FRAME.to_parquet(), []),
    "quoted": (('"length","width","kind"\n' + PLAIN.partition("\n")[2]).encode(), []),
}


def numbered(header, first):
    body = PLAIN.splitlines(keepends=True)[1:]
    return (header + "".join(f"{n},{row}" for n, row in enumerate(body, first))).encode()


for title, header, first in (
    ("pandas' index", ",length,width,kind\n", 0),
    ("R's row names", '"","length","width","kind"\n', 1),
    ("R's table", "length,width,kind\n", 1),
    ("Kaggle's Id", "Id,length,width,kind\n", 1),
    ("a sample number", "sample_no,length,width,kind\n", 7),
    ("a first column that counts", "n,length,width,kind\n", 1),
):
    SAME[title] = (numbered(header, first), ["the rows' numbers"])
NAMES = [f"leaf {'abcdefghijkl'[row]}" for row in range(len(LEAVES))]
for title, header, column in (
    ("R's row names as texts", "rownames,length,width,kind\n", NAMES),
    ("a first column of texts that differ", "leaf,length,width,kind\n", NAMES),
):
    rows = zip(column, PLAIN.splitlines(keepends=True)[1:], strict=True)
    SAME[title] = ((header + "".join(",".join(row) for row in rows)).encode(), ["the rows' names"])
GROUPS = [7 + row // 2 for row in range(len(LEAVES))]
rows = zip(GROUPS, PLAIN.splitlines(keepends=True)[1:], strict=True)
several = "patient_id,length,width,kind\n" + "".join(f"{group},{row}" for group, row in rows)
SAME["an id that several rows have"] = (several.encode(), ["the rows' numbers"])


@pytest.mark.parametrize(("content", "notes"), SAME.values(), ids=SAME)
def test_a_table_is_the_same_however_it_is_written(content, notes):
    table = table_from_bytes(content, "leaves.csv")
    assert table.data.X.tolist() == SIZES
    assert table.data.feature_names == ("length", "width") and table.target == "kind"
    assert [table.data.class_names[k] for k in table.data.y] == [kind for *_, kind in LEAVES]
    assert len(table.notes) == len(notes)
    assert all(note in said for note, said in zip(notes, table.notes, strict=True))
    assert us.read_table(content) == us.read_table(io.BytesIO(content)) == table.data


@pytest.mark.parametrize("name", ["a.csv", "b.tsv", "c.data"])
def test_a_path_bytes_and_open_files_give_the_same(tmp_path, name, caplog):
    path = tmp_path / name
    path.write_text(written("\t"))
    with caplog.at_level(logging.WARNING):
        expected = us.read_table(path)
    assert caplog.messages == ["unitscope: of the table: separated by tabs."]
    with path.open("rb") as binary, path.open() as text:
        assert us.read_table(binary) == us.read_table(text) == expected
        assert us.read_table(str(path)) == us.read_table(path.read_bytes()) == expected


def test_frames_of_pandas_and_polars_are_tables():
    polars = pytest.importorskip("polars")
    expected = us.read_table(PLAIN.encode())
    frame = FRAME.copy()
    assert us.read_table(frame) == us.read_table(polars.DataFrame(FRAME)) == expected
    assert frame.equals(FRAME)
    assert us.read_table(FRAME.astype({"kind": "category"})) == expected
    dated = polars.DataFrame({"when": pd.date_range("2024-01-01", periods=3), "k": ["a", "b", "a"]})
    with pytest.raises(InvalidInput, match=r"Got dates or times instead. Leave it out: ignore=\["):
        us.read_table(dated)


def test_other_scripts_and_encodings():
    text = "länge;breite;baum\n8,5;4,25;chêne\n4,5;3;bouleau\n"
    table = table_from_bytes(text.encode("cp1252"), "a.csv")
    assert table.notes[0] == "read as cp1252, since it is not UTF-8"
    assert table.data.class_names == ("bouleau", "chêne") and table.data.X[0].tolist() == [
        8.5,
        4.25,
    ]
    for encoding in ("latin-1", "utf-16-le", "cp037", "utf-8"):
        assert us.read_table(text.encode(encoding), encoding=encoding) == table.data
    mixed = "a,k\n1,白樺\n2,🌳\n3,שלום\n4,白樺\n"
    assert us.read_table(mixed.encode()).class_names == ("שלום", "白樺", "🌳")
    with pytest.raises(InvalidInput, match="encoding must be one that Python knows"):
        us.read_table(text.encode(), encoding="klingon")
    escaped = b"a,k\n1,\\d\n2,\\x41\n3,\\d\n4,A\n"  # of \d Python warns, and keeps it
    assert us.read_table(escaped, encoding="unicode_escape").class_names == ("A", "\\d")
    with pytest.raises(InvalidInput, match="must be a CSV file in utf-8"):
        us.read_table(text.encode("cp1252"), encoding="utf-8")


@pytest.mark.parametrize(
    ("cells", "sep", "numbers"),
    [
        (["2,694", "12,001", "1,234,567"], ",", [2694, 12001, 1234567]),
        (["2.694,5", "12.001,25", "7,0"], ";", [2694.5, 12001.25, 7]),
        (["2,694", "12,001", "0,5"], ";", [2.694, 12.001, 0.5]),
        (["2,694", "12,001", "3,141"], ";", [2.694, 12.001, 3.141]),
        (["2,694.5", "12,001.25", "7.0"], ";", [2694.5, 12001.25, 7]),
        (["1e3", "-.5", "+7"], ",", [1000, -0.5, 7]),
    ],
)
def test_decimal_signs_and_thousands(cells, sep, numbers):
    quote = '"' if sep == "," else ""
    rows = "".join(f"{quote}{cell}{quote}{sep}{'xy'[n % 2]}\n" for n, cell in enumerate(cells))
    assert us.read_table(f"a{sep}k\n{rows}".encode()).X[:, 0].tolist() == numbers


@pytest.mark.parametrize("before", [-1, 0, 1])
def test_the_only_space_where_a_cell_begins_is_seen_wherever_it_stands(before):
    head = "a,b,k\n1,2,x\n3,4,y\n"
    piece = 2**20 + before - len("c0,c1,c2,c3\n") - len(head.partition("\n")[2])
    rows = "5,6,x\n" * (piece // 6) + f"{'5' * (piece % 6 + 1)},6,x\n"
    data = us.read_table(f'{head}{rows}7, "8",x\n'.encode())
    assert data.X[-1].tolist() == [7.0, 8.0]


def test_a_wrong_guess_is_put_right():
    text = b"a;k\n2,694;x\n3,141;y\n"
    assert us.read_table(text).X[:, 0].tolist() == [2.694, 3.141]
    assert us.read_table(text, decimal=".").X[:, 0].tolist() == [2694, 3141]
    odd = b"a:k\n1:x\n2:y\n"
    with pytest.raises(InvalidInput, match=r"at least 2 columns.* sep= says by what else\."):
        us.read_table(odd)
    assert us.read_table(odd, sep=":").X[:, 0].tolist() == [1, 2]
    for name, value in (("sep", "::"), ("decimal", "x"), ("header", 1), ("missing", "fill")):
        with pytest.raises(InvalidInput, match=f"^{name} must be "):
            us.read_table(odd, **{name: value})


def test_a_header_is_no_point():
    body = PLAIN.partition("\n")[2].encode()
    with pytest.raises(InvalidInput, match=r"the first line must be the names.*header=None"):
        us.read_table(body)
    names = ["length", "width", "kind"]
    assert us.read_table(body, names=names) == us.read_table(PLAIN.encode())
    assert us.read_table(body, names=names, header=None) == us.read_table(PLAIN.encode())
    assert len(us.read_table(body, names=names, header=0).X) == len(LEAVES) - 1
    assert us.read_table(body, header=None).feature_names == ("x0", "x1")
    assert us.read_table(PLAIN.encode(), names=["l", "w", "k"]).feature_names == ("l", "w")
    years = b"2019,2020,kind\n1,2,x\n3,4,y\n"
    with pytest.raises(InvalidInput, match="header=0 says that they are names"):
        us.read_table(years)
    assert us.read_table(years, header=0).feature_names == ("2019", "2020")
    with pytest.raises(InvalidInput, match="names must be 3 names, one for each column"):
        us.read_table(body, names=["a"], header=None)


def test_a_workbooks_first_row_is_checked_as_that_of_a_csv_file(tmp_path):
    rows = tmp_path / "rows.xlsx"
    names = list(FRAME.columns)
    FRAME.to_excel(rows, index=False, header=False)
    with pytest.raises(InvalidInput, match=r"the first line must be the names.*header=None"):
        us.read_table(rows)
    assert us.read_table(rows, names=names) == us.read_table(FRAME)
    assert us.read_table(rows, header=None).feature_names == ("x0", "x1")
    FRAME.to_excel(rows, index=False)
    assert us.read_table(rows, names=["l", "w", "k"]).feature_names == ("l", "w")
    assert us.read_table(rows, header=0) == us.read_table(FRAME)


@pytest.mark.parametrize("header", [0, None])
def test_a_row_of_a_workbook_is_called_as_the_sheet_numbers_it(header):
    import openpyxl

    book = openpyxl.Workbook()
    cells = [("a", "b", "k"), (1, 2, "x"), (3, 4, "y"), (5, None, "x"), (7, 8, "y")]
    for at, row in zip((3, 4, 7, 9, 10), cells, strict=True):  # as people leave rows empty
        if header == 0 or at > 3:
            for column, value in enumerate(row, start=2):
                book.active.cell(at, column, value)
    book.save(content := io.BytesIO())
    with pytest.raises(InvalidInput, match=r"^row 9 of the sheet, column '(b|x1)' must be a value"):
        us.read_table(content.getvalue(), header=header)


def test_numbers_of_several_kinds_are_put_in_order_without_a_warning():
    kinds = [np.float32(2), 10.0**300, np.float32(3), -(10.0**300), 4]
    frame = pd.DataFrame({"a": range(10), "k": pd.Series(kinds * 2, dtype=object)})
    with pytest.raises(InvalidInput, match="y must be class labels"):
        us.read_table(frame)


def test_texts_of_a_parquet_file_that_are_no_utf_8_are_refused(tmp_path):
    import pyarrow
    import pyarrow.parquet

    texts = [pyarrow.py_buffer(part) for part in (np.arange(3, dtype="i4").tobytes(), b"\xe5a")]
    column = pyarrow.Array.from_buffers(pyarrow.string(), 2, [None, *texts])
    path = tmp_path / "t.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": [1, 2], "k": column}), path)
    with pytest.raises(InvalidInput, match="source must be a whole Parquet file"):
        us.read_table(path)


def test_names_of_any_table_can_be_given_and_what_it_has_not_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    FRAME.to_parquet(path)
    for source in (FRAME, path):
        assert us.read_table(source, names=["l", "w", "k"]).feature_names == ("l", "w")
        with pytest.raises(InvalidInput, match="names must be 3 names"):
            us.read_table(source, names=["l", "w"])
        for wrong in ({"sep": ";"}, {"encoding": "latin-1"}, {"decimal": ","}, {"header": None}):
            (name,) = wrong
            with pytest.raises(InvalidInput, match=f"^{name} must be left out for "):
                us.read_table(source, **wrong)


def test_texts_and_bools_become_features_with_readable_names():
    frame = FRAME.assign(
        island=["Biscoe", "Dream", "Torgersen"] * 4, sex=["f", "m"] * 6, wet=[True, False] * 6
    )[["island", "length", "sex", "wet", "kind"]]
    names = ("island = Biscoe", "island = Dream", "island = Torgersen")
    for source in (frame, frame.to_csv(index=False).encode()):
        data = us.read_table(source, target="kind")
        assert data.feature_names == (*names, "length", "sex = m", "wet = True")
        assert data.X[:3].tolist() == [
            [1, 0, 0, 8.5, 0, 1],
            [0, 1, 0, 8.25, 1, 0],
            [0, 0, 1, 4.75, 0, 1],
        ]
    chosen = us.read_table(frame, target="kind", features=["wet", "length"])
    assert chosen.feature_names == ("wet = True", "length")
    assert us.read_table(frame, 4, ignore=["island", 2, "wet"]).feature_names == ("length",)
    with pytest.raises(InvalidInput, match="features must be one of island, length"):
        us.read_table(frame, "kind", features=["height"])


REFUSED = {
    "a date": ("when,a,k\n2024-05-01,1,x\n2024-05-02,2,y\n", r"dates.*ignore=\['when'\]"),
    "a day": ("when,a,k\n1.5.2024,1,x\n2.5.2024,2,y\n", "dates or times"),
    "names": (
        "name,k\n" + "".join(f"n{n},{'xy'[n % 2]}\n" for n in range(200)),
        r"at most 50 texts. Got 200 different texts instead. Leave it out: ignore=\['name'\]",
    ),
    "a price": (
        "a,price\n" + "".join(f"1,{n}.5\n" for n in range(30)),
        "must be of classes. Got 30 different numbers, from 0.5 to 29.5 instead",
    ),
    "a count": (
        "a,count\n" + "".join(f"1,{n}\n" for n in range(30)),
        "must be of classes. Got 30 different numbers, from 0 to 29",
    ),
    "units below the header": (
        "length,kind\ncm,\n" + "".join(f"{n},{'xy'[n % 2]}\n" for n in range(9)),
        "line 2, column 'kind' must be the name of a class. Got nothing",
    ),
    "an odd cell": (
        "length,kind\ncm,x\n" + "".join(f"{n},{'xy'[n % 2]}\n" for n in range(9)),
        "line 2, column 'length' must be a number, as most of that column are. Got 'cm'",
    ),
    "a row too long": ("a,b,k\n1,2,x\n1,2,x,,5\n", "line 3 must be 3 cells.* Got 5"),
    "the first row too long": ("a,b,k\n1,2,x,5\n1,2,y\n", "line 2 must be 3 cells.* Got 4"),
    "a row too short": ("a,b,k\n1,2,x\n\n1,2\n", "line 4 must be 3 cells.* Got 2"),
    "a missing value": ("a,b,k\n1,2,x\n\n1,?,y\n", "line 4, column 'b' must be a value. Got noth"),
    "nothing but numbers of rows": ("k\n1\n2\n", "at least 2 columns"),
}


@pytest.mark.parametrize(("text", "rule"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_feature_and_no_class_is_refused(text, rule):
    with pytest.raises(InvalidInput, match=rule):
        us.read_table(text.encode())


def test_the_classes_column():
    first = b"kind,a,b\nx,1,2.5\ny,2,3.5\nx,3,4.5\n"
    table = table_from_bytes(first, "a.csv")
    assert table.target == "kind" and "the only column of texts" in table.notes[0]
    zeros = "a,site\n" + "".join(f"{n},{s}\n" for n, s in enumerate(["01", "1", "10", "010"] * 3))
    assert us.read_table(zeros.encode()).class_names == ("01", "010", "1", "10")
    lands = b"a,land\n1,NA\n2,DE\n3,NA\n"
    assert us.read_table(lands).class_names == ("DE", "NA")
    unnamed = pd.DataFrame(np.c_[np.arange(12).reshape(6, 2), [0, 1] * 3])
    assert us.read_table(unnamed, target=2).n_features == 2
    assert us.read_table(unnamed, target=-1) == us.read_table(unnamed, target="2")


def test_missing_values_are_refused_dropped_or_filled():
    text = b"a,b,k\n1,?,x\n2,4,y\nNA,6,x\n5,8,\n3,6,x\n"
    with pytest.raises(InvalidInput, match=r"line 5, column 'k'.*missing='drop'"):
        us.read_table(text)
    dropped = table_from_bytes(text, "a.csv", missing="drop", target="k")
    assert dropped.notes == ("left out 3 of 5 rows: a value is missing",)
    filled = table_from_bytes(text, "a.csv", missing="mean", target="k")
    assert filled.data.X.tolist() == [[1, 6], [2, 4], [11 / 4, 6], [3, 6]]
    assert filled.notes == (
        "left out 1 of 5 rows: a value is missing",
        "1 missing of 'a' filled with the column's mean",
        "1 missing of 'b' filled with the column's mean",
    )


def test_the_mean_is_put_into_the_only_column_of_numbers():
    assert us.read_table(b"a,k\n1,x\n,y\n2,x\n", missing="mean").X.tolist() == [[1], [1.5], [2]]
    frame = pd.DataFrame({"a": [1.0, np.nan, 2.0], "k": ["x", "y", "x"]})
    assert us.read_table(frame, missing="mean").X.tolist() == [[1], [1.5], [2]]
    assert frame["a"].isna().sum() == 1


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (gzip.compress(PLAIN.encode())[:40], "source must be a whole gzip file"),
        (zipped(a="1", b="2"), "source must be a zip file of one table. Got 2 files"),
        (zipped(a=PLAIN)[:-30], "source must be a whole zip file"),
        (excel(FRAME)[:3000], "source must be a whole zip file"),
        (b"PAR1" + bytes(50), "source must be a whole Parquet file"),
        (zipped(**{"xl/workbook.xml": "<a/>"}), "source must be a whole Excel file"),
        (excel(FRAME[:0]), "a table with a header and at least 2 lines"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_damaged_files_are_refused(content, rule):
    with pytest.raises(InvalidInput, match=rule):
        us.read_table(content)


def test_a_cell_far_away_makes_no_million_rows():
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["a", "k"])
    book.active["XFD1048576"] = 1
    made = io.BytesIO()
    book.save(made)
    for bounds in (Bounds(1000, 20_000), Bounds(1000, 50)):
        with pytest.raises(InvalidInput, match="a table must be of"):
            table_from_bytes(made.getvalue(), "a.xlsx", bounds=bounds)


@pytest.mark.parametrize("packed", [gzip.compress, lambda content: zipped(a=content)])
def test_what_is_unpacked_is_bounded(packed):
    content = packed(PLAIN.encode() + b"\n" * 5_000_000)
    with pytest.raises(InvalidInput, match=r"t\.csv must be a file of at most 1,000 bytes"):
        table_from_bytes(content, "t.csv", bounds=Bounds(bytes=1000))


# Laws

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1
).filter(lambda text: not text.startswith(("'", "#", "=", "+", "-", "@")) and text != "?")


@given(
    st.integers(2, 5),
    st.lists(st.floats(-1e9, 1e9), min_size=8, max_size=40),
    st.sampled_from([",", ";", "\t", "|"]),
    st.lists(NAMES, min_size=6, max_size=6, unique=True),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_pandas_writes_is_read_back(columns, numbers, sep, names, encoding):
    rows = len(numbers) // columns
    X = np.array(numbers[: rows * columns]).reshape(rows, columns)
    labels = [("left" if row % 2 else "right") for row in range(max(2, rows))][:rows]
    frame = pd.DataFrame(X, columns=[f"f {name}" for name in names[:columns]])
    frame["kind"] = labels
    content = frame.to_csv(index=False, sep=sep).encode(encoding)
    with contextlib.suppress(InvalidInput):
        data = us.read_table(content, target="kind", sep=sep)
        kept = [name in data.feature_names for name in frame.columns[:-1]]
        np.testing.assert_array_equal(data.X, X[:, kept])
        assert sum(kept) >= columns - 1
        return
    assert rows < 2


OF_OTHERS = {
    "JSON": FRAME.to_json().encode(),
    "JSON of rows": FRAME.to_json(orient="records").encode(),
    "JSON of lists": FRAME.to_json(orient="values").encode(),
    "HTML": b"\n<!DOCTYPE html>\n<html><table><tr><td>1</td></tr></table></html>",
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(50),
    "Feather": b"ARROW1\0\0" + bytes(50),
    "ORC": b"ORC\x08\x03" + bytes(50),
    "old Excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50),
    "a database": b"SQLite format 3\0" + bytes(50),
}


@pytest.mark.parametrize("content", OF_OTHERS.values(), ids=OF_OTHERS)
def test_files_of_other_kinds_are_named_with_what_to_do(content):
    rule = r"^source must be a table as CSV, \.xlsx or Parquet\. Got \w.* instead\. \w.*\.$"
    with pytest.raises(InvalidInput, match=rule):
        us.read_table(content)


def test_what_looks_like_another_kind_and_is_a_table_is_read():
    for header in ("orc,elf", "fea1,fea2", "arrow1,arrow2", "[cm],[kg]", "{a},{b}", "html,css"):
        data = us.read_table((header + "\n1,x\n2,y\n").encode())
        assert data.feature_names == (header.partition(",")[0],)
