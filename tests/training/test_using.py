"""Labels in, labels out: a run answers with the caller's labels, of rows found by their names."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.data.frame import raw_of
from unitscope.errors import InvalidInput

X = np.repeat(np.eye(3), 8, axis=0) * 4 + np.linspace(0, 1, 24)[:, None]
WHICH = np.arange(24) // 8  # the class of each point, as a number
LABELS = {
    "1, 2, 3": [1, 2, 3],
    "negative": [-5, 0, 40],
    "small ints": np.array([1, 2, 3], np.uint8),
    "floats": [1.0, 2.0, 7.0],
    "texts": ["a", "b", "c"],
    "texts as objects": np.array(["a", "b", "c"], object),
    "numbers as texts": ["01", "1", "10"],
    "bools": [False, True, True],
    "a Series": pd.Series(["x", "y", "z"]),
    "nullable ints": pd.array([4, 5, 6], dtype="Int64"),
}


def trained(labels, **given):
    return us.train(us.Dataset(X, labels, **given), hidden=(), epochs=200, learning_rate=0.1)


@pytest.mark.parametrize("few", LABELS.values(), ids=LABELS)
def test_a_prediction_has_the_values_and_the_dtype_of_the_labels(few):
    labels = few.take(WHICH) if hasattr(few, "take") else np.asarray(few)[WHICH].tolist()
    run = trained(labels)
    found = run.predict(X)
    expected = np.asarray(labels)
    dtype = getattr(getattr(labels, "dtype", None), "numpy_dtype", expected.dtype)
    assert found.dtype == (dtype if isinstance(dtype, np.dtype) else expected.dtype)
    assert found.tolist() == expected.tolist()
    assert run.score(X, labels) == run.score() == run.accuracy[-1] == 1


def test_labels_of_named_classes_and_of_a_categorical():
    named = trained(WHICH, class_names=["oak", "birch", "willow", "none"])
    assert named.predict(X).tolist() == WHICH.tolist()
    assert named.score(X, [["oak", "birch", "willow"][k] for k in WHICH]) == 1
    ordered = pd.Categorical(np.array(["low", "mid", "top"])[WHICH], ["top", "mid", "low"])
    run = trained(ordered)
    assert run.data.class_names == ("top", "mid", "low")
    assert run.predict(X).tolist() == list(ordered)


def test_probabilities_are_of_the_labels_in_their_order():
    run = trained([3 - k for k in WHICH])
    found = run.probabilities(X)
    assert run.data.labels[found.argmax(axis=1)].tolist() == run.predict(X).tolist()
    np.testing.assert_allclose(found, run.network.probabilities(X))


FRAME = pd.DataFrame(
    {
        "island": ["Biscoe", "Dream", "Torgersen"] * 8,
        "length": X[:, 0],
        "sex": ["f", "m"] * 12,
        "wet": [True, False, False] * 8,
        "depth": X[:, 1],
        "kind": np.array(["Adelie", "Chinstrap", "Gentoo"])[WHICH],
    }
)


@pytest.fixture(scope="module")
def run():
    return us.train(us.read_table(FRAME, "kind"), hidden=(4,), epochs=100)


@given(st.permutations(list(FRAME)), st.lists(st.integers(0, 23), min_size=1, max_size=9))
@settings(max_examples=15, deadline=None)
def test_columns_are_found_by_name_in_any_order(run, columns, rows):
    new = FRAME[columns].iloc[rows]
    expected = run.predict(run.data.X[rows]).tolist()
    assert run.predict(new).tolist() == expected
    assert run.predict(new.assign(more="x").drop(columns="kind")).tolist() == expected
    read_again = pd.read_csv(io.StringIO(new.to_csv(index=False)))
    assert run.predict(read_again).tolist() == expected
    as_made = run.data.where(rows).frame()
    assert run.predict(as_made[as_made.columns[::-1]]).tolist() == expected
    assert run.score(new) == run.score(as_made) == run.score(run.data.where(rows))
    moved = us.Dataset(run.data.X[:, ::-1], run.data.y, None, run.data.feature_names[::-1])
    assert run.predict(moved).tolist() == run.predict(run.data).tolist()


def test_frames_of_polars_and_categories(run):
    polars = pytest.importorskip("polars")
    expected = run.predict(FRAME).tolist()
    assert run.predict(polars.DataFrame(FRAME)).tolist() == expected
    assert run.predict(FRAME.astype({"island": "category"})).tolist() == expected


def test_a_missing_value_is_what_it_was_in_the_table():
    holed = FRAME.assign(depth=FRAME["depth"].where(FRAME.index != 3), sex=FRAME["sex"])
    run = us.train(us.read_table(holed, "kind", missing="mean"), epochs=1)
    row = FRAME.iloc[[5]].assign(depth=np.nan, sex=None)
    filled = FRAME.iloc[[5]].assign(depth=holed["depth"].mean())
    there = run.data.feature_names.index("sex = m")
    encoded = run.data.encoding.of(raw_of(row))
    assert encoded[0, there] == 0.5
    assert encoded[0, -1] == pytest.approx(filled["depth"].iloc[0])


def test_a_file_keeps_labels_and_the_columns(run, tmp_path):
    again = loaded(run, tmp_path)
    assert again.data.encoding == run.data.encoding
    assert again.predict(FRAME).tolist() == run.predict(FRAME).tolist()
    for labels in ([1, 2, 3], np.array([1, 2, 3], np.int8), [2.0, 3.0, 9.0], ["a", "b", "c"]):
        kept = trained(np.asarray(labels)[WHICH])
        assert loaded(kept, tmp_path).data.labels.dtype == kept.data.labels.dtype
        assert loaded(kept, tmp_path).predict(X).tolist() == kept.predict(X).tolist()


def loaded(run, folder):
    run.save(folder / "run.npz")
    return us.Run.load(folder / "run.npz")


def test_parts_keep_what_the_whole_has():
    data = us.read_table(FRAME, "kind")
    for part in (data.where([0, 1, 9]), *data.split(0.25)):
        assert part.encoding is data.encoding and part.labels is data.labels
    scaled = data.standardized()
    assert scaled.encoding is None and scaled.labels is data.labels
    with pytest.raises(InvalidInput, match="no column 'island = Biscoe \\(standardized\\)'"):
        us.train(scaled, epochs=1).predict(FRAME)


def test_a_test_part_with_fewer_classes_is_matched_by_labels():
    run = trained(WHICH)
    some = us.Dataset(X[8:], WHICH[8:])  # 1 and 2, which alone are named "1" and "2"
    assert some.class_names == ("1", "2")
    assert run.score(some) == 1
    swapped = us.Dataset(X, 2 - WHICH, ["c2", "c1", "c0"])
    assert run.score(swapped) == 1


def test_a_nameless_training_takes_no_names_for_its_own():
    run = trained(WHICH)
    with pytest.raises(InvalidInput, match=r"no column 'x0' and 2 more.*rows.to_numpy\(\) gives"):
        run.predict(pd.DataFrame(X, columns=["a", "b", "c"]))
    assert run.predict(pd.DataFrame(X, columns=["x0", "x1", "x2"])).tolist() == WHICH.tolist()
