"""Dataset: every kind of label and of names, the laws, and every refusal word for word."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, UnitscopeError

X3 = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


@pytest.mark.parametrize(
    ("y", "codes", "names"),
    [
        ([0, 1, 2], [0, 1, 2], ("c0", "c1", "c2")),
        ([2, 0, 1], [2, 0, 1], ("c0", "c1", "c2")),
        ([1, 2, 3], [0, 1, 2], ("1", "2", "3")),
        ([-1, 1, -1], [0, 1, 0], ("-1", "1")),
        ([-5, 0, -700], [1, 2, 0], ("-700", "-5", "0")),
        ([3, 700, 3], [0, 1, 0], ("3", "700")),
        ([2**62, -(2**62), 0], [2, 0, 1], (str(-(2**62)), "0", str(2**62))),
        ([0.0, 1.0, -0.0], [0, 1, 0], ("c0", "c1")),
        ([1.0, 2.0, 1.0], [0, 1, 0], ("1", "2")),
        (np.array([1, 0, 1], dtype=np.uint8), [1, 0, 1], ("c0", "c1")),
        (np.array([255, 0, 7], dtype=np.uint8), [2, 0, 1], ("0", "7", "255")),
        (np.array([-128, 127, 0], dtype=np.int8), [0, 2, 1], ("-128", "0", "127")),
        (np.array([1, 3, 1], dtype=np.float16), [0, 1, 0], ("1", "3")),
        (np.array([2, 5, 2], dtype=object), [0, 1, 0], ("2", "5")),
        (np.array([2.0, 5, 2], dtype=object), [0, 1, 0], ("2", "5")),
        (np.array([2**70, 1, 1], dtype=object), [1, 0, 0], ("1", str(2**70))),
        (np.array([[0], [1], [0]]), [0, 1, 0], ("c0", "c1")),
        ([["b"], ["a"], ["b"]], [1, 0, 1], ("a", "b")),
        (["cat", "dog", "cat"], [0, 1, 0], ("cat", "dog")),
        (["10", "9", "10"], [0, 1, 0], ("10", "9")),
        (["0", "1", "0"], [0, 1, 0], ("0", "1")),
        (["NaT", "nan", "<NA>"], [1, 2, 0], ("<NA>", "NaT", "nan")),
        ([np.str_("b"), np.str_("a"), np.str_("b")], [1, 0, 1], ("a", "b")),
        (np.array(["b", "a", "b"]), [1, 0, 1], ("a", "b")),
        (np.array(["b", "a", "b"], dtype=object), [1, 0, 1], ("a", "b")),
        (np.array(["b", "a", "b"], dtype=np.dtypes.StringDType()), [1, 0, 1], ("a", "b")),
        (np.array([b"b", "é".encode(), b"b"]), [0, 1, 0], ("b", "é")),
        ([True, False, True], [1, 0, 1], ("False", "True")),
        (np.array([True, False, True], dtype=object), [1, 0, 1], ("False", "True")),
        (np.array([1, "a", 1], dtype=object), [0, 1, 0], ("1", "a")),
        ([Decimal(1), Decimal(2), Decimal(1)], [0, 1, 0], ("1", "2")),
        (
            np.array(["2026-01-02", "2025-01-01", "2026-01-02"], dtype="M8[D]"),
            [1, 0, 1],
            ("2025-01-01", "2026-01-02"),
        ),
        (pd.Series([5, 3, 5], index=[7, 8, 9]), [1, 0, 1], ("3", "5")),
        (pd.Series([5, 3, 5], dtype="Int64"), [1, 0, 1], ("3", "5")),
        (pd.Series([True, False, True], dtype="boolean"), [1, 0, 1], ("False", "True")),
        (pd.Series(["b", "a", "b"], dtype="string"), [1, 0, 1], ("a", "b")),
        (pd.DataFrame({"kind": ["b", "a", "b"]}), [1, 0, 1], ("a", "b")),
    ],
)
def test_labels_of_every_kind_are_encoded_in_sorted_order(y, codes, names):
    data = Dataset(X3, y)
    assert data.y.tolist() == codes
    assert data.class_names == names
    assert data.y.dtype == np.int64
    assert data.y.shape == (3,)


SIZES = pd.Categorical(
    ["low", "high", "mid"], categories=["low", "mid", "high", "huge"], ordered=True
)


@pytest.mark.parametrize(
    ("y", "codes", "names"),
    [
        (SIZES, [0, 2, 1], ("low", "mid", "high")),
        (pd.Series(SIZES), [0, 2, 1], ("low", "mid", "high")),
        (pd.CategoricalIndex(SIZES), [0, 2, 1], ("low", "mid", "high")),
        (pd.DataFrame({"size": SIZES}), [0, 2, 1], ("low", "mid", "high")),
        (pd.Categorical([True, False, True]), [1, 0, 1], ("False", "True")),
        (pd.Categorical([1.0, 2.0, 1.0]), [0, 1, 0], ("1", "2")),
        (pd.Categorical([0, 1, 2]), [0, 1, 2], ("c0", "c1", "c2")),
        (pd.Categorical([0, 1, 2], categories=[2, 1, 0]), [2, 1, 0], ("2", "1", "0")),
        (pd.Categorical([7, 5, 7], categories=[7, 6, 5]), [0, 1, 0], ("7", "5")),
    ],
)
def test_a_categorical_keeps_its_own_order_and_drops_what_does_not_occur(y, codes, names):
    data = Dataset(X3, y)
    assert data.y.tolist() == codes
    assert data.class_names == names


@pytest.mark.parametrize(
    ("y", "given_names", "codes"),
    [
        ([0, 1, 0], ["no", "yes"], [0, 1, 0]),
        ([1, 2, 1], ["a", "b", "c"], [1, 2, 1]),  # indices: class a has no point
        ([1, 1, 1], ["a", "b"], [1, 1, 1]),
        ([1, 2, 1], ["a", "b"], [0, 1, 0]),  # not indices, so new names in sorted order
        ([-1, 1, -1], ["no", "yes"], [0, 1, 0]),
        ([3, 700, 3], ["few", "many"], [0, 1, 0]),
        ([1.0, 0.0, 1.0], ["no", "yes"], [1, 0, 1]),
        ([True, False, True], ["no", "yes"], [1, 0, 1]),
        (["b", "a", "b"], ["b", "a"], [0, 1, 0]),  # the labels' own texts, in the given order
        (["b", "a", "b"], ["c", "b", "a"], [1, 2, 1]),
        (["b", "b", "b"], ["a", "b"], [1, 1, 1]),
        (["b", "a", "b"], ["Ann", "Bob"], [1, 0, 1]),  # new names
        ([0, 1, 0], (np.str_("no"), 1), [0, 1, 0]),
        (SIZES, ["S", "M", "L"], [0, 2, 1]),  # new names, in the categorical's order
        (SIZES, ["high", "mid", "low", "tiny"], [2, 0, 1]),
        (pd.Categorical([0, 1, 2], categories=[2, 1, 0]), ["a", "b", "c"], [0, 1, 2]),  # indices
    ],
)
def test_class_names(y, given_names, codes):
    data = Dataset(X3, y, given_names)
    assert data.y.tolist() == codes
    assert data.class_names == tuple(str(name) for name in given_names)
    assert data.n_classes == len(given_names)
    assert data.counts.tolist() == [codes.count(k) for k in range(len(given_names))]


@given(
    y=st.lists(st.integers(-1, 4), min_size=3, max_size=3),
    dtype=st.sampled_from([np.int8, np.int64, np.uint8, np.uint64]),
)
def test_an_array_of_indices_is_read_as_a_column_of_them(y, dtype):
    labels, names = np.array(y).astype(dtype), ["a", "b", "c"]
    found = []
    for given_labels in (labels, labels[:, None]):  # of which the second is looked through
        try:
            data = Dataset(X3, given_labels, names)
        except InvalidInput as error:
            found.append(str(error))
        else:
            found.append((data.y.tolist(), data.class_names, data.labels.tolist(), data.y.dtype))
            found[-1] += (data.labels.dtype,)
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "X",
    [
        X3,
        [(0, 1), (2, 3), (4, 5)],
        np.array(X3, order="F"),
        np.array(X3, dtype=np.float32),
        np.array(X3, dtype=np.int8),
        np.array(X3, dtype=object),
        np.array(X3)[:, ::-1][:, ::-1],
        [[Decimal(0), Decimal(1)], [Decimal(2), Decimal(3)], [Decimal(4), Decimal(5)]],
        pd.DataFrame(X3),
        pd.DataFrame(X3, dtype="Int64"),
    ],
)
def test_points_of_every_kind_become_float64_rows(X):
    data = Dataset(X, [0, 1, 0])
    assert data.X.tolist() == X3
    assert data.X.dtype == np.float64
    assert data.X.flags.c_contiguous


def test_truth_values_count_as_0_and_1():
    assert Dataset([[True], [False]], [0, 1]).X.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("X", "feature_names", "expected"),
    [
        (X3, None, ("x0", "x1")),
        (X3, ["width", "height"], ("width", "height")),
        (X3, np.array(["width", "height"]), ("width", "height")),
        (pd.DataFrame(X3, columns=["width", "height"]), None, ("width", "height")),
        (pd.DataFrame(X3, columns=[10, 20]), None, ("10", "20")),
        (pd.DataFrame(X3, columns=["width", "height"]), ["w", "h"], ("w", "h")),
    ],
)
def test_feature_names(X, feature_names, expected):
    assert Dataset(X, [0, 1, 0], feature_names=feature_names).feature_names == expected


NAN, INF = float("nan"), float("inf")
NO_LABEL = (
    "y must be a label for each point. Got a missing value at row 1 instead. "
    "Remove the points without a label."
)
NO_CLASS = "A network of this kind predicts classes, not quantities."
FILL_IN = "Remove or fill in the missing values."
ONE_LABEL = "y must be one label for each point, of shape (n,). Got"
NUMBERS = "Encode text columns as numbers first."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        # points
        (
            ([], []),
            "X must be a table of shape (points, features). Got shape (0,) instead. "
            "For one feature, use X.reshape(-1, 1).",
        ),
        (
            ([[]], [0]),
            "X must be at least one point with at least one feature. Got shape (1, 0) instead.",
        ),
        (
            (np.empty((0, 2)), []),
            "X must be at least one point with at least one feature. Got shape (0, 2) instead.",
        ),
        (
            (np.empty((0, 2), dtype=str), []),
            "X must be at least one point with at least one feature. Got shape (0, 2) instead.",
        ),
        (
            ([1.0, 2.0], [0, 1]),
            "X must be a table of shape (points, features). Got shape (2,) instead. "
            "For one feature, use X.reshape(-1, 1).",
        ),
        ((5, [0]), "X must be a table of shape (points, features). Got shape () instead."),
        ((None, [0]), "X must be a table of shape (points, features). Got shape () instead."),
        (
            (np.zeros((2, 2, 1)), [0, 1]),
            "X must be a table of shape (points, features). Got shape (2, 2, 1) instead.",
        ),
        (
            ([[1, 2], [3]], [0, 1]),
            "X must be a table whose rows all have the same length. "
            "Got rows of different lengths instead.",
        ),
        (
            ([[1, 2], [NAN, 3]], [0, 1]),
            f"X must be finite numbers. Got nan at row 1, column 0 instead. {FILL_IN}",
        ),
        (
            ([[1, -INF], [2, 3]], [0, 1]),
            f"X must be finite numbers. Got -inf at row 0, column 1 instead. {FILL_IN}",
        ),
        (
            ([[1, None], [2, 3]], [0, 1]),
            f"X must be finite numbers. Got nan at row 0, column 1 instead. {FILL_IN}",
        ),
        (
            (pd.DataFrame({"a": [1, pd.NA]}, dtype="Int64"), [0, 1]),
            f"X must be finite numbers. Got nan at row 1, column 0 instead. {FILL_IN}",
        ),
        (
            (np.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]]), [0, 1]),
            "X must be without masked values. Got a masked array instead. "
            "Remove or fill in the masked points.",
        ),
        (([["a", 1], ["b", 2]], [0, 1]), f"X must be numeric. Got 'a' instead. {NUMBERS}"),
        (([["1"], ["2"]], [0, 1]), f"X must be numeric. Got '1' instead. {NUMBERS}"),
        (
            (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), [0, 1]),
            f"X must be numeric. Got 'x' instead. {NUMBERS}",
        ),
        (
            (np.array([[1j], [2]]), [0, 1]),
            f"X must be numeric. Got dtype complex128 instead. {NUMBERS}",
        ),
        (
            (np.array([[10**400], [1]], dtype=object), [0, 1]),
            f"X must be numeric. Got values of mixed types instead. {NUMBERS}",
        ),
        # labels
        (
            (X3, [0, 1]),
            "y must be as long as X, one label for each of its 3 points. Got 2 labels instead.",
        ),
        (
            (X3, [0]),
            "y must be as long as X, one label for each of its 3 points. Got 1 label instead.",
        ),
        (
            (X3, [0, 1, 0, 1]),
            "y must be as long as X, one label for each of its 3 points. Got 4 labels instead.",
        ),
        (
            (X3, []),
            "y must be as long as X, one label for each of its 3 points. Got 0 labels instead.",
        ),
        ((X3, "abc"), f"{ONE_LABEL} shape () instead."),
        ((X3, None), f"{ONE_LABEL} shape () instead."),
        (
            (X3, np.eye(3)),
            f"{ONE_LABEL} shape (3, 3) instead. For one-hot labels, use np.argmax(y, axis=1).",
        ),
        ((X3, np.zeros((3, 1, 1))), f"{ONE_LABEL} shape (3, 1, 1) instead."),
        ((X3, [7, 7, 7]), "y must be labels of at least 2 classes. Got only '7' instead."),
        ((X3, [0, 0, 0]), "y must be labels of at least 2 classes. Got only 'c0' instead."),
        (
            (X3, ["a", "a", "a"], ["a"]),
            "y must be labels of at least 2 classes. Got only 'a' instead.",
        ),
        ((X3, ["a", None, "b"]), NO_LABEL),
        ((X3, ["a", NAN, "b"]), NO_LABEL),
        ((X3, [0, NAN, 1]), NO_LABEL),
        ((X3, pd.Series(["a", pd.NA, "b"], dtype="string")), NO_LABEL),
        ((X3, pd.Series([1, pd.NA, 2], dtype="Int64")), NO_LABEL),
        ((X3, pd.Categorical(["a", None, "b"])), NO_LABEL),
        ((X3, np.array(["2026-01-01", "NaT", "2026-01-01"], dtype="M8[D]")), NO_LABEL),
        (
            (X3, np.array([Decimal("NaN"), Decimal("NaN"), Decimal(1)], dtype=object)),
            NO_LABEL.replace("row 1", "row 0"),
        ),
        (
            (X3, np.ma.array([0, 1, 2], mask=[0, 1, 0])),
            "y must be without masked values. Got a masked array instead. "
            "Remove or fill in the masked points.",
        ),
        (
            (X3, [0, INF, 1]),
            "y must be class labels: whole numbers, strings or bools. "
            f"Got inf at row 1 instead. {NO_CLASS}",
        ),
        (
            (X3, [0.0, 1.0, 2.5]),
            "y must be class labels: whole numbers, strings or bools. "
            f"Got 2.5 at row 2 instead. {NO_CLASS}",
        ),
        (
            (X3, [0.0, 1e17, 1.0]),
            "y must be class labels: whole numbers, strings or bools. "
            f"Got 1e+17 at row 1 instead. {NO_CLASS}",
        ),
        (
            (X3, [0, 0.5, 10**400]),
            f"y must be whole numbers below 2**63. Got 1{'0' * 78}… instead.",
        ),
        (
            (X3, np.array([0, 1, 2**63], dtype=np.uint64)),
            "y must be whole numbers below 2**63. Got 9223372036854775808 instead.",
        ),
        (
            (X3, np.array([0, 1j, 2])),
            "y must be a whole number, a string or a bool for each point. "
            "Got np.complex128(0j) at row 0 instead.",
        ),
        (
            (X3, np.array([(0, 1), "a", "b"], dtype=object)),
            "y must be a whole number, a string or a bool for each point. "
            "Got (0, 1) at row 0 instead.",
        ),
        (
            (X3, pd.Categorical([1, "1", 1])),
            "y must be labels whose texts differ. Got ('1', '1') instead.",
        ),
        # names
        (
            (X3, [0, 1, 2], ["a", "b"]),
            "class_names must be 3 names, one for each label in y. Got 2 names instead.",
        ),
        (
            (X3, [5, 6, 5], ["a", "b", "c"]),
            "class_names must be 2 names, one for each label in y. Got 3 names instead.",
        ),
        (
            (X3, ["p", "q", "p"], ["a"]),
            "class_names must be 2 names, one for each label in y. Got 1 name instead.",
        ),
        (
            (X3, [0, 1, 0], []),
            "class_names must be 2 names, one for each label in y. Got 0 names instead.",
        ),
        (
            (X3, ["cat", "dog", "cat"], ["dog", "catt"]),
            "class_names must be every label in y, or a new name for each. Got no 'cat' instead.",
        ),
        ((X3, [0, 1, 0], ["a", "a"]), "class_names must be all different. Got 'a' twice instead."),
        (
            (X3, [0, 1, 0], "ab"),
            "class_names must be a sequence of names. Got 'ab' instead. "
            'Write ["ab"] for a single name.',
        ),
        ((X3, [0, 1, 0], 2), "class_names must be a sequence of names. Got 2 instead."),
        (
            (X3, [0, 1, 0], None, ["x"]),
            "feature_names must be 2 names, one for each column of X. Got 1 name instead.",
        ),
        (
            (X3, [0, 1, 0], None, []),
            "feature_names must be 2 names, one for each column of X. Got 0 names instead.",
        ),
        (
            (X3, [0, 1, 0], None, ["x", "x"]),
            "feature_names must be all different. Got 'x' twice instead.",
        ),
        ((X3, [0, 1, 0], None, 7), "feature_names must be a sequence of names. Got 7 instead."),
        (
            (pd.DataFrame(X3, columns=["x", "x"]), [0, 1, 0]),
            "feature_names must be all different. Got 'x' twice instead.",
        ),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(InvalidInput) as refusal:
        Dataset(*arguments)
    assert str(refusal.value) == message
    assert isinstance(refusal.value, (UnitscopeError, ValueError))


LABELS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=20),
    st.lists(st.integers(-3, 3), min_size=2, max_size=20),
    st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4),
        min_size=2,
        max_size=20,
    ),
    st.lists(st.booleans(), min_size=2, max_size=20),
).filter(lambda labels: len(set(labels)) > 1)


@given(labels=LABELS, as_array=st.booleans())
def test_decoding_gives_the_labels_back(labels, as_array):
    data = Dataset(np.zeros((len(labels), 1)), np.array(labels) if as_array else labels)
    plain = set(labels) == set(range(len(set(labels)))) and not isinstance(labels[0], bool)
    decoded = [data.class_names[code] for code in data.y]
    assert decoded == [f"c{label}" if plain else str(label) for label in labels]
    assert sorted(set(data.y.tolist())) == list(range(data.n_classes))
    assert data.counts.sum() == data.n_points == len(labels)


@given(labels=LABELS, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_points_does_not_matter(labels, seed):
    order = np.random.default_rng(seed).permutation(len(labels))
    X = np.arange(len(labels), dtype=float)[:, None]
    data, shuffled = Dataset(X, labels), Dataset(X[order], [labels[i] for i in order])
    assert shuffled.class_names == data.class_names
    assert shuffled.y.tolist() == data.y[order].tolist()


@given(labels=LABELS)
def test_encoding_an_encoded_data_set_changes_nothing(labels):
    data = Dataset(np.zeros((len(labels), 1)), labels)
    again = Dataset(data.X, data.y, data.class_names, data.feature_names)
    assert again.y.tolist() == data.y.tolist()
    assert again.class_names == data.class_names


@pytest.mark.parametrize("class_names", [None, ["a", "b", "c"]])
def test_the_callers_arrays_stay_theirs(class_names):
    X, y = np.array(X3), np.array([0, 1, 2])
    data = Dataset(X, y, class_names)
    assert X.flags.writeable
    assert y.flags.writeable
    X[:], y[:] = -1.0, 0
    assert data.X.tolist() == X3
    assert data.y.tolist() == [0, 1, 2]


def test_nothing_in_a_data_set_can_be_changed():
    data = Dataset(X3, [0, 1, 2])
    for array in (data.X, data.y):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        data.X = np.zeros((3, 2))


def test_a_data_set_survives_copying_and_pickling():
    data = Dataset(X3, ["b", "a", "b"])
    for twin in (copy.copy(data), copy.deepcopy(data), pickle.loads(pickle.dumps(data))):
        assert twin.X.tolist() == X3
        assert twin.y.tolist() == data.y.tolist()
        assert (twin.class_names, twin.feature_names) == (data.class_names, data.feature_names)


def test_standardized_has_mean_0_and_deviation_1_and_zeroes_constant_features():
    X = np.column_stack([[1.0, 2.0, 6.0], [0.1, 0.1, 0.1], [1e9, 1e9 + 1, 1e9 + 2]])
    data = Dataset(X, ["b", "a", "b"], ["a", "b", "c"], ["p", "q", "r"])
    scaled = data.standardized()
    np.testing.assert_allclose(scaled.X[:, [0, 2]].mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(scaled.X[:, [0, 2]].std(axis=0), 1.0, atol=1e-12)
    assert scaled.X[:, 1].tolist() == [0.0, 0.0, 0.0]
    assert scaled.y.tolist() == data.y.tolist()
    assert scaled.class_names == data.class_names
    assert scaled.feature_names == tuple(f"{name} (standardized)" for name in "pqr")
    assert data.X.tolist() == X.tolist()


def test_repr_says_what_there_is():
    assert repr(Dataset(X3, ["b", "a", "b"])) == "Dataset(3 points, 2 features, 2 classes: a, b)"


def test_some_of_the_points_keep_all_names():
    data = Dataset(
        np.arange(12.0).reshape(6, 2), ["a", "b", "c", "a", "b", "c"], feature_names=["u", "v"]
    )
    chosen = np.array([True, False, False, True, True, False])
    part = data.where(chosen)
    assert np.array_equal(part.X, data.X[chosen]) and part.y.tolist() == [0, 0, 1]
    assert part.class_names == data.class_names and part.feature_names == ("u", "v")
    assert data.where(np.ones(6, bool)) is data


# where


@given(data=st.data(), n=st.integers(1, 20))
def test_where_takes_a_mask_or_indices(data, n):
    X = np.arange(2.0 * n).reshape(n, 2)
    whole = Dataset(X, np.arange(n) % 2, class_names=["a", "b"], feature_names=["u", "v"])
    mask = data.draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(any))
    rows = data.draw(st.lists(st.integers(-n, n - 1), min_size=1, max_size=2 * n))
    for chosen in (mask, rows, np.flatnonzero(mask), np.array(rows, np.int8)):
        for form in (chosen, np.asarray(chosen), tuple(chosen)):
            found = whole.where(form)
            assert found.X.tolist() == X[np.asarray(chosen)].tolist()
            assert found.y.tolist() == whole.y[np.asarray(chosen)].tolist()
            assert (found.class_names, found.feature_names) == (("a", "b"), ("u", "v"))
    assert whole.where(np.flatnonzero(mask)) == whole.where(mask)
    assert whole.where(np.ones(n, bool)) == whole


@pytest.mark.parametrize(
    "chosen",
    [
        [],
        [False] * 4,
        [True] * 3,
        [True] * 5,
        [4],
        [-5],
        [0, 2**63],
        [0.0, 1.0],
        [[0, 1]],
        1,
        True,
        None,
        "ab",
        np.array([2**64 - 1], np.uint64),
    ],
)
def test_where_refuses_all_else(chosen):
    whole = Dataset(np.zeros((4, 2)), [0, 1, 0, 1])
    with pytest.raises(InvalidInput, match=r"chosen must be a mask of shape \(4,\)"):
        whole.where(chosen)
