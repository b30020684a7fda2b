"""What lasts looks round between its pieces: in the block and the thread that asked for it."""

from __future__ import annotations

import io
import threading
import traceback

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unitscope.data import frame
from unitscope.data.archive import Bounds
from unitscope.data.tables import table_from_bytes
from unitscope.looking import Ended, look, looked_at, looking
from unitscope.training import archive


def ended():
    raise Ended


def after(number):
    """A look that ends the work after so many that do not."""
    left = iter(range(number))

    def this_one():
        if next(left, None) is None:
            raise Ended

    return this_one


def test_it_ends_the_block_of_its_own_thread_only():
    look()
    with pytest.raises(Ended), looked_at(ended):
        free = threading.Thread(target=look)
        free.start()
        free.join()  # a fault there would be pytest's warning, which is an error
        seen: list[int] = []
        with looked_at(lambda: seen.append(1)):
            look()
        assert seen == [1]
        look()
    look()


def test_items_are_the_same_with_a_look_at_every_so_many():
    seen: list[int] = []
    with looked_at(lambda: seen.append(1)):
        assert list(looking(range(25), 10)) == list(range(25))
    assert len(seen) == 3


def workbook() -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in [("a", "k"), *((number, "xy"[number % 2]) for number in range(50))]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


TABLES = {"text": lambda: b"a,k\n" + b"1,x\n2,y\n" * 50, "workbook": workbook}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_a_table_is_ended_at_every_look_and_is_no_refusal(content):
    content, looks = content(), []
    with looked_at(lambda: looks.append(1)):
        table_from_bytes(content, "a table")
    assert len(looks) > 5
    for number in range(len(looks)):
        with pytest.raises(Ended), looked_at(after(number)):
            table_from_bytes(content, "a table")


def test_a_table_is_looked_at_while_pandas_reads_it_and_numbers_its_texts():
    texts = "1,x\n2,y\n" * 220_000
    looks: list[str] = []

    def note():
        stack = traceback.extract_stack(limit=12)
        looks.append("pandas" if any("pandas" in one.filename for one in stack) else stack[-3].name)

    with looked_at(note):  # of a page, which may have made rows that are slow to join
        table_from_bytes(f"a,k\n{texts}".encode(), "a table", bounds=Bounds(classes=20))
    assert looks.count("pandas") >= 5
    assert looks.count("_numbered") == 5


@given(st.lists(st.sampled_from([1, True, 1.0, "1", "a", "", None, 2.5, float("nan")])))
@settings(max_examples=30)
def test_values_numbered_in_parts_are_those_of_the_whole(cells):
    column = pandas.Series(cells, dtype=object)
    codes, kinds = pandas.factorize(column, use_na_sentinel=True)
    with pytest.MonkeyPatch.context() as few:
        few.setattr(frame, "_AT_ONCE", 3)
        found = frame._numbered(column)
    np.testing.assert_array_equal(found[0], codes)
    assert [*map(repr, found[1])] == [*map(repr, kinds)]


def test_a_file_of_numbers_is_written_in_pieces():
    looks: list[int] = []
    numbers = np.random.default_rng(0).normal(size=500_000)  # 4 MB
    with looked_at(lambda: looks.append(1)):
        archive.write(io.BytesIO(), {}, {"numbers": numbers})
    assert len(looks) >= 4
