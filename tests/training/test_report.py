"""A report counts as scikit-learn does, and says what the largest class alone would give."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

import unitscope as us
from unitscope.training.report import Report


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
@settings(max_examples=30, deadline=None)
def test_it_is_what_scikit_learn_measures(pairs):
    actual, taken = np.array(pairs).T
    confusion = metrics.confusion_matrix(actual, taken, labels=range(4))
    report = Report(("a", "b", "c", "d"), np.arange(4), confusion)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        actual, taken, labels=range(4), zero_division=np.nan
    )
    np.testing.assert_allclose(report.precision, precision)
    np.testing.assert_allclose(report.recall, recall)
    np.testing.assert_allclose(report.f1, f1)
    assert report.support.tolist() == support.tolist()
    assert report.accuracy == metrics.accuracy_score(actual, taken)
    assert report.largest == np.bincount(actual).max() / len(actual)
    assert report.n == len(pairs)


@pytest.fixture(scope="module")
def run():
    return us.train(us.datasets.iris(), hidden=(8,), epochs=100)


def test_of_a_run_it_is_what_the_network_predicts(run):
    data = run.data
    found = run.network.predict(data.X)
    assert run.report().confusion.tolist() == metrics.confusion_matrix(data.y, found).tolist()
    assert run.report().training and not run.report(data.X, data.y).training
    assert run.score() == run.accuracy[-1] == metrics.accuracy_score(data.y, found)


def test_text_frame_and_html_have_the_same_numbers():
    report = Report(("no", "yes"), np.array([False, True]), np.array([[90, 0], [9, 1]]))
    assert str(report) == (
        "91 of 100 rows are right, 91.0%; always saying no would be 90.0%.\n\n"
        "class  precision  recall     F1  rows\n"
        "no         90.9%  100.0%  95.2%    90\n"
        "yes       100.0%   10.0%  18.2%    10\n\n"
        "is \\ taken for  no  yes\n"
        "no              90    0\n"
        "yes              9    1"
    )
    frame = report.frame()
    assert frame.index.tolist() == [False, True]
    assert frame["recall"].tolist() == [1.0, 0.1] and frame["support"].tolist() == [90, 10]
    cells = re.findall(r"<td>(.*?)</td>", report._repr_html_())
    no = ["no", "90.9%", "100.0%", "95.2%", "90", "90", "0"]
    yes = ["yes", "100.0%", "10.0%", "18.2%", "10", "9", "1"]
    assert cells == no + yes


def test_what_is_no_better_than_the_largest_class_is_said():
    names, labels = ("a", "<b>"), np.arange(2)
    idle = Report(names, labels, np.array([[30, 0], [10, 0]]))
    assert idle.sentence == (
        "30 of 40 rows are right, 75.0%: no better than always saying a (75.0%)."
    )
    assert "-" in str(idle).splitlines()[4]  # the precision of what is never said
    worse = Report(names, labels, np.array([[20, 10], [10, 0]]), training=True)
    assert worse.sentence.startswith("20 of 40 points it was trained on are right, 50.0%: worse")
    assert "&lt;b&gt;" in worse._repr_html_() and "<b>" not in worse._repr_html_()


def test_many_classes_show_the_worst_pairs():
    confusion = np.diag(np.full(20, 5))
    confusion[3, 4] = 7
    text = str(Report(tuple(f"c{k}" for k in range(20)), np.arange(20), confusion))
    assert text.endswith("most often wrong:\nc3 taken for c4: 7")
    assert (
        "→" not in Report(tuple(f"c{k}" for k in range(20)), np.arange(20), confusion)._repr_html_()
    )
