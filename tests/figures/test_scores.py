"""Boundaries of other libraries' models: where their own predict changes, and nowhere else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import lab_utils_multiclass_TF as lab
import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.figures.boundary import Grid
from unitscope.figures.scores import lines_where_answers_change

sklearn = pytest.importorskip("sklearn")
DATA = us.datasets.lab()
X, Y = DATA.X, DATA.y
NAMES = np.array(["_other", "$a_{$", "größe", "d"])
AROUND = np.array([step for step in itertools.product((-1, 0, 1), repeat=2) if any(step)])


def classifiers():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC, LinearSVC
    from sklearn.tree import DecisionTreeClassifier

    return {
        "SVC": SVC(),
        "SVC, one against one": SVC(decision_function_shape="ovo"),
        "SVC of two": SVC(),
        "LinearSVC": LinearSVC(random_state=0),
        "LogisticRegression": LogisticRegression(),
        "Perceptron": Perceptron(random_state=0),
        "RidgeClassifier": RidgeClassifier(),
        "KNeighborsClassifier": KNeighborsClassifier(1),
        "DecisionTreeClassifier": DecisionTreeClassifier(random_state=0),
        "RandomForestClassifier": RandomForestClassifier(5, random_state=0),
    }


def boundary():
    import matplotlib.pyplot as plt

    (lines,) = [lines for lines in plt.gca().collections if lines.get_gid() == "boundary"]
    return lines.get_segments()


def along(lines, count=1000):
    """About `count` places, evenly spaced along all lines."""
    starts = np.concatenate([line[:-1] for line in lines])
    ways = np.concatenate([np.diff(line, axis=0) for line in lines])
    ends = np.cumsum(np.hypot(*ways.T))
    at = np.linspace(0, ends[-1], count, endpoint=False)
    piece = np.searchsorted(ends, at, side="right")
    share = 1 - (ends[piece] - at) / np.hypot(*ways[piece].T)
    return starts[piece] + share[:, None] * ways[piece]


def share_on_the_boundary(predict, lines, grid_steps):
    """Of the lines, how much has another class within so many steps of the grid."""
    places = along(lines)
    step = np.ptp(X, axis=0) * 1.16 / 150
    near = places[:, None] + AROUND * step * grid_steps
    classes = np.asarray(predict(near.reshape(-1, 2))).reshape(len(places), len(AROUND))
    return (classes != classes[:, :1]).any(axis=1).mean()


@pytest.mark.slow
@pytest.mark.parametrize("name", classifiers())
def test_the_boundary_is_where_predict_changes(name):
    labels = NAMES[Y % 2] if name == "SVC of two" else NAMES[Y]
    model = classifiers()[name].fit(X, labels)
    lab.plt_cat_mc(X, labels, model, 4)
    lines = boundary()
    # But for corners, which are found within a step of the grid. Stair steps are half of one off.
    assert share_on_the_boundary(model.predict, lines, 0.02) > 0.97
    assert share_on_the_boundary(model.predict, lines, 1.0) == 1.0


@pytest.mark.parametrize("name", ["LinearSVC", "LogisticRegression", "Perceptron"])
def test_a_straight_boundary_has_no_steps(name):
    model = classifiers()[name].fit(X, Y)
    lab.plt_cat_mc(X, Y, model, 4)
    lines = boundary()
    scores = np.sort(model.decision_function(np.concatenate(lines)), axis=1)
    assert np.median(scores[:, -1] - scores[:, -2]) < 1e-6
    assert sum(map(len, lines)) < 80  # stair steps have hundreds of vertices


def test_a_pipeline_by_column_names_gets_its_columns():
    pandas = pytest.importorskip("pandas")
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    frame = pandas.DataFrame(X, columns=["_left", "$a_{$"])
    scaler = ColumnTransformer([("scale", StandardScaler(), ["$a_{$", "_left"])])
    model = make_pipeline(scaler, LogisticRegression()).fit(frame, Y)
    drawn = []
    for points in (frame, X):
        lab.plt_cat_mc(points, Y, model, 4)
        drawn.append(np.concatenate(boundary()))
    np.testing.assert_array_equal(*drawn)
    scores = np.sort(model.decision_function(pandas.DataFrame(drawn[0], columns=frame.columns)))
    assert np.median(scores[:, -1] - scores[:, -2]) < 1e-6
    with pytest.raises(InvalidInput, match=r"X must be points of the columns _left, \$a_\{\$"):
        lab.plt_cat_mc(np.column_stack([X, X]), Y, model, 4)


def test_a_model_of_arrays_gets_arrays_whatever_the_points_are_in():
    pandas = pytest.importorskip("pandas")
    model = classifiers()["LinearSVC"].fit(X, Y)  # would warn of names it was not fitted with
    lab.plt_cat_mc(pandas.DataFrame(X, columns=["a", "b"]), Y, model, 4)
    assert boundary()


def test_a_model_that_is_not_fitted_is_refused():
    with pytest.raises(InvalidInput, match=r"model must be able to tell .*NotFittedError"):
        lab.plt_cat_mc(X, Y, classifiers()["SVC"], 4)


@pytest.mark.parametrize("classes", [3, 4])
def test_margins_of_pairs_given_as_a_function_are_not_taken_for_classes(classes):
    few = classes > Y
    model = classifiers()["SVC, one against one"].fit(X[few], Y[few])
    lab.plt_cat_mc(X[few], Y[few], model.decision_function, classes)
    assert share_on_the_boundary(model.predict, boundary(), 1.0) > 0.97


class Margins:
    """A model with margins and nothing else."""

    def decision_function(self, X):
        return X[:, 0] - 0.25


def test_margins_alone_are_enough():
    lab.plt_cat_mc(X, Y % 2, Margins(), 2)
    (line,) = boundary()
    np.testing.assert_allclose(line[:, 0], 0.25, atol=1e-9)


@pytest.mark.parametrize("kind", ["numbers", "texts", "objects", "one-hot", "a column", "truths"])
def test_of_classes_alone_the_line_is_found(kind):
    def answer(places):
        right = places[:, 0] + 0.3 * places[:, 1] > 0.1
        return {
            "numbers": np.where(right, 7, -3),
            "texts": np.where(right, "yes", "no"),
            "objects": np.where(right, "yes", "no").astype(object),
            "one-hot": np.eye(2, dtype=int)[right.astype(int)],
            "a column": right[:, None].astype(int),
            "truths": right,
        }[kind]

    grid = Grid.over(((-1.0, 1.0), (-1.0, 1.0)), 20, 30)
    (line,) = lines_where_answers_change(answer, grid, "predict")
    np.testing.assert_allclose(line[:, 0] + 0.3 * line[:, 1], 0.1, atol=1e-6)
    assert len(line) == 2


def test_a_class_that_only_lies_between_grid_places_does_no_harm():
    def answer(places):
        return np.where(np.abs(places[:, 0]) < 1e-3, 5, (places[:, 0] > 0).astype(int))

    grid = Grid.over(((-1.0, 1.0), (-1.0, 1.0)), 20, 20)
    (line,) = lines_where_answers_change(answer, grid, "predict")
    np.testing.assert_allclose(np.abs(line[:, 0]), 1e-3, atol=1e-6)


def test_exact_lines_are_the_partitions():
    net = us.Network.initialize([2, 6, 5, 4], seed=2)
    run = us.train(DATA, epochs=3)
    for model, shown in ((net, net), (run, run.network)):
        lab.plt_cat_mc(X, Y, model, 4)
        exact = us.partition(shown, DATA).boundary.polylines()
        assert len(boundary()) == len(exact)
        for line, expected in zip(boundary(), exact, strict=True):
            np.testing.assert_array_equal(line, expected.vertices)
