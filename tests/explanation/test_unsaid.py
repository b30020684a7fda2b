"""What must not be said: a law, or a case, for each kind of sentence that was false or misled."""

from __future__ import annotations

import dataclasses
import re

import cases
import every_kind
import numpy as np
import oracle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.explanation.explain import explained
from unitscope.explanation.grammar import percent
from unitscope.sweeps.words import counted
from unitscope.training.fitted import Fitted


def texts(what, data, length="full"):
    return [claim.text for claim in us.explain(what, data, length=length, advice=False).claims]


def network(*layers):
    """Of (weights, bias, activation) each."""
    return us.Network([us.Dense(np.array(w, float), np.array(b, float), a) for w, b, a in layers])


def points(*places, per_class=1, classes=None):
    """These places in turn, so many of each class; the classes are c0, c1, ..."""
    y = np.repeat(np.arange(len(places) // per_class), per_class)
    k = classes or int(y[-1]) + 1
    return us.Dataset(np.array(places, float), y, class_names=[f"c{i}" for i in range(k)])


@given(st.integers(1, 10**7), st.data())
def test_a_share_is_all_or_nothing_only_where_it_is(n, data):
    good = data.draw(st.integers(0, n))
    told = percent(good / n)
    assert (told == "100%") == (good == n)
    assert (told == "0%") == (good == 0)
    number = float(re.search(r"[\d.]+", told)[0])
    if told.startswith("over"):
        assert number < 100 * good / n < 100
    elif told.startswith("under"):
        assert 0 < 100 * good / n < number
    else:
        assert number == pytest.approx(100 * good / n, rel=5.1e-3)


def test_one_wrong_point_in_three_thousand_is_not_nothing():
    X = np.repeat([[-1.0], [1.0]], 1500, axis=0)
    X[0] = 1.0
    data = us.Dataset(X, np.repeat([0, 1], 1500), class_names=["c0", "c1"])
    net = network(([[-5.0, 5.0]], [0, 0], "linear"))
    said = texts(net, data)
    assert "The network classifies 2,999 of 3,000 points right (over 99.9%)." in said
    assert not any("100%" in text or re.search(r"\b0%", text) for text in said)


def test_whole_numbers_have_their_commas():
    said = texts(*every_kind_with(lambda data: data.n_points > 2000))
    for text in said:
        for run in re.findall(
            r"(?<![\d.,e+-])\d{4,}(?![\d.]*e)", re.sub(r"[Pp]oints? \d[\d, and]*", "", text)
        ):
            assert float(run) < 1000, text  # only the digits after a point may be so many


def every_kind_with(fits):
    for seed in range(1000):
        what, data = every_kind.case(seed)
        if isinstance(what, us.Network) and fits(data):
            return what, data
    raise AssertionError


@settings(max_examples=25)
@given(st.integers(0, 2), st.integers(2, 6), st.integers(0, 10**6))
def test_outputs_that_tie_are_not_called_larger(depth, classes, seed):
    """All logits are the same: every wrong point lost a tie, to the lowest class."""
    rng = np.random.default_rng(seed)
    net = us.Network.initialize((2, *[3] * depth, classes), seed=seed)
    last = net.layers[-1]
    net = us.Network(
        [*net.layers[:-1], cases.changed(last, 0 * last.weights, np.full(classes, 0.25))]
    )
    y = np.arange(3 * classes) % classes
    data = us.Dataset(
        rng.normal(size=(len(y), 2)), y, class_names=[f"c{i}" for i in range(classes)]
    )
    said = texts(net, data)
    assert not any("larger" in text for text in said)
    ties = [text for text in said if " tie there" in text]
    assert len(ties) == classes - 1
    assert all("a tie goes to the lowest class, for c0" in text for text in ties)
    assert any("level with the largest other" in text for text in said)
    assert all(
        f"The output of c{label} is 0.25 at every point." in said for label in range(classes)
    )
    assert not any(
        re.search(r"output of c\d is largest|grows towards|moved most", text) for text in said
    )


def test_what_rounds_to_the_same_is_told_by_how_much():
    net = network(([[1.0, 1.001]], [0, 0], "linear"))
    said = texts(net, points([1.0], [1.0]))
    assert not any("50%, and that of c0 50%" in text for text in said)
    assert any(re.search(r"c1 has the larger output there, by 0\.001\.", text) for text in said)


def test_nothing_is_said_of_training_where_there_was_none():
    for seed in range(0, 140, 14):
        what, data = every_kind.case(seed)
        for text in texts(what, data):
            assert not re.search(r"fitted|tuned|coordinat|[Tt]raining|learned", text), text


def test_no_sentence_is_a_forecast():
    for seed in range(1, 28, 2):
        what, data = every_kind.case(seed)
        for text in texts(what, data):
            assert not re.search(r"\bmay\b|\bmight\b|would lower|better than|try another", text), (
                text
            )


def test_a_pattern_that_classes_share_tells_them_apart_only_where_they_are_right():
    """Both classes have unit 0 on; how large it is puts one point of c1 among those of c0."""
    net = network(([[1.0, -1.0]], [0, 0], "relu"), ([[-1.0, 1.0], [0, 0]], [3.0, -3.0], "linear"))
    wrong = points([1.0], [2.0], [4.0], [2.5], per_class=2)
    right = points([1.0], [2.0], [4.0], [5.0], per_class=2)
    one = "c0 and c1 share their most common pattern (only unit 0 is on): "
    assert one + "by how large the units are, 3 of 4 such points are right." in texts(net, wrong)
    assert one + "how large the units are tells all 4 such points apart." in texts(net, right)
    same = network(([[1.0, -1.0]], [0, 0], "relu"), ([[1.0, 0], [0, 0]], [9.0, 0], "linear"))
    assert one + "all 4 such points get one answer, c0." in texts(same, right)


def test_the_last_layer_is_named_where_only_it_is_zero():
    """The unit of layer 1 is on at all points; both units of layer 2 are off at those of c0."""
    net = network(
        ([[1.0]], [9], "relu"),
        ([[1.0, 2.0]], [-11.5, -23.0], "relu"),
        ([[-1.0, 2], [-1, 2]], [0.5, 0], "linear"),
    )
    said = " ".join(texts(net, points([1.0], [2.0], [3.0], [4.0], per_class=2)))
    assert "All 2 points of c0 lie where every unit of layer 2 is 0" in said
    assert "every hidden unit" not in said
    assert not re.search(r"(?<!for )unit \d (?!of layer)", said)  # of which layer?


@settings(max_examples=25)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 12), st.integers(1, 12))
def test_a_unit_separates_where_at_most_a_quarter_is_on_the_wrong_side(on, off, more_on, more_off):
    """So many points of c0 and of c1 on either side of one unit."""
    counts = (on, more_on), (off, more_off)  # off, on
    X = [x for wrong, right in counts for x in (-1.0,) * wrong + (1.0,) * right]
    X = X[: on + more_on] + [-x for x in X[on + more_on :]]
    y = [0] * (on + more_on) + [1] * (off + more_off)
    data = us.Dataset(np.array(X)[:, None], y, class_names=["c0", "c1"])
    net = network(([[1.0]], [0], "relu"), ([[1.0, -1.0]], [0, 0], "linear"))
    said = texts(net, data)
    share, other = more_on / (on + more_on), off / (off + more_off)
    clear = max(share, 1 - share) >= 0.75 and max(other, 1 - other) >= 0.75
    assert any(" separates " in text for text in said) == (clear and (share > 0.5) != (other > 0.5))
    cuts = [text for text in said if "nit 0 cuts through" in text]
    assert bool(cuts) == (not clear)
    assert all(oracle.is_true(text, net, data) for text in cuts)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "abs", "gelu"])
def test_outputs_that_bend_do_not_grow_in_one_direction(activation):
    first = ([[1.0, -1.0], [0.5, 1.0]], [0, 0], "relu")
    net = network(first, ([[1.0, -1], [2, 1]], [0.5, -0.5], activation))
    data = points([-1.0, -9], [1, 1], [2, -1], [0, 3], per_class=2)
    said = texts(net, data)
    assert not any("grows towards" in text or "its bias alone" in text for text in said)
    assert any(f"before its {activation}, is moved most by" in text for text in said)


def test_a_place_is_said_with_its_answer():
    """A class that is all right there has nothing to be told apart from."""
    net = network(([[1.0, 2.0]], [0, 0], "relu"), ([[-1.0, 1], [-1, 1]], [1, 0], "linear"))
    said = texts(net, points([-1.0], [-2], [1], [2], per_class=2))
    assert "All 2 points of c0 land at (0, 0) in hidden space, and so get one answer: c0." in said
    assert not any("nothing can tell" in text for text in said)


def test_places_that_only_rounding_makes_one_are_not_one():
    net = network(([[900.0, 800.0]], [0, 0], "sigmoid"), ([[1.0, 0], [0, 1]], [0, 0], "linear"))
    said = texts(net, points([1.0], [2.0], [-1.0], [-2.0], per_class=2))
    assert not any("land at" in text or "is 0;" in text for text in said)


def test_units_that_are_needed_together_are_not_called_needless():
    """Either of two equal units decides as both do; without both, all is c0."""
    net = network(([[1.0, 1.0]], [0, 0], "relu"), ([[-1.0, 1], [-1, 1]], [0.5, 0], "linear"))
    data = points([-1.0], [-2], [2], [3], per_class=2)
    said = texts(net, data)
    units = "units 0 and 1 gave 0 everywhere, and 2 if both did."
    assert f"No prediction would change if any one of {units}" in said
    assert not any("not needed" in text for text in said)
    assert all(oracle.is_true(text, net, data) for text in said)


def test_a_count_that_stays_is_not_said_to_change():
    """Without the unit, one point becomes right and one wrong."""
    net = network(([[1.0]], [0], "relu"), ([[1.0, -1.0]], [0, 0.5], "linear"))
    data = points([1.0], [-1.0], [2.0], [-2.0], per_class=2)
    said = texts(net, data)
    changed = "If unit 0 gave 0 everywhere, 2 predictions would change, "
    assert changed + "and still 2 of 4 points would be right." in said


def test_points_that_share_a_place_are_told_once():
    net = network(([[1.0, -1.0]], [0, 0], "relu"), ([[1.0, 0], [0, 1]], [1, 0], "linear"))
    X = np.r_[-np.ones(3), -np.ones(7), np.ones(2)][:, None]
    data = us.Dataset(X, [0] * 3 + [1] * 7 + [0] * 2, class_names=["c0", "c1"])
    wrong = [text for text in texts(net, data) if "larger output" in text or " tie " in text]
    assert len(wrong) == 1 and wrong[0].startswith("Points ")


@settings(max_examples=25)
@given(st.floats(-3, 3), st.floats(-1e6, 1e6))
def test_a_distance_that_is_only_rounding_is_none(height, shift):
    """A point on the line between two classes, wherever it is."""
    net = network(([[1.0, -1.0], [0, 0]], [-shift, shift], "linear"))
    data = us.Dataset(
        [[shift, height], [shift + 4, 1], [shift - 4, 0]], [0, 0, 1], class_names=["c0", "c1"]
    )
    said = texts(net, data)
    assert not any(re.search(r": (about )?[\d.]+e-1\d from it", text) for text in said)
    if net.predict(data.X)[0] == 0:
        assert any(
            text.startswith("Point 0 of c0, classified right, lies on the decision boundary")
            for text in said
        )


def test_what_always_the_same_answer_would_do_stands_beside_the_accuracy():
    data = us.Dataset(np.r_[np.zeros(99), 1.0][:, None], [0] * 99 + [1], class_names=["c0", "c1"])
    net = network(([[0.0, 0.0]], [1, 0], "linear"))
    assert (
        "The network classifies 99 of 100 points right (99%); "
        "the answer c0 for every point would be right at 99."
    ) in texts(net, data)
    assert "would be right at" not in " ".join(texts(us.lab.run(), us.lab.run().data))


def test_all_units_off_is_said_as_that():
    said = " ".join(texts(us.lab.run(), us.lab.run().data))
    assert "At all 25 points of c0 both units are off." in said
    assert "o unit is on" not in said


def test_a_count_goes_with_the_size_of_its_class():
    said = " ".join(texts(us.lab.run(), us.lab.run().data))
    assert "except for 2 of 25 points of c1." in said
    assert "at 4 of 75 points of other classes the output of c3" in said


def test_one_of_a_thing_is_not_several():
    assert [counted(count, "seed") for count in (0, 1, 2, 1000)] == [
        "0 seeds",
        "1 seed",
        "2 seeds",
        "1,000 seeds",
    ]
    for seed in range(0, 84, 7):
        what, data = every_kind.case(seed)
        for text in texts(what, data):
            assert not re.search(
                r"(?<![\d,.])1 (?:points|units|epochs|predictions|parts|patterns) ", text
            ), text


@settings(max_examples=15)
@given(st.integers(1, 3), st.integers(0, 1000), st.sampled_from([0.003, 0.01, 0.03]))
def test_few_epochs_are_not_called_stuck_without_many_more(epochs, seed, rate):
    run = us.train(us.datasets.lab(), epochs=epochs, seed=seed, learning_rate=rate)
    said = us.explain(run, length="brief").story
    right = int((run.network.predict(run.data.X) == run.data.y).sum())
    if right < 100:
        assert "200 more epochs" in said
    if "it is stuck" in said:
        assert "ven 200 more epochs get" in said
        longer = us.train(run.data, start=run, epochs=200)
        later = int((longer.network.predict(run.data.X) == run.data.y).sum())
        assert later < 100 and 10 * (later - right) < 100 - right


def test_where_200_more_epochs_are_too_many_few_are_said_to_be_too_few():
    run = us.train(us.datasets.lab(), epochs=2, learning_rate=1e-7)
    said = " ".join(c.text for c in explained(run, level=0, advice=1.5e-3).claims)
    assert "stuck" not in said.replace("too few to call it stuck", "")
    assert re.search(r"Tried just now: (20|2) more epochs, .*(22|4) epochs are too few", said)


def test_softmax_is_said_to_fit_outputs_only_where_it_did():
    run = us.lab.run()
    squares = dataclasses.replace(run, fitted=Fitted(loss="mean_squared_error"))
    told = [
        us.explain(what, run.data, length="brief", advice=False).story
        for what in (run, squares, run.network, dataclasses.replace(run, fitted=Fitted()))
    ]
    assert ["so they fit together" in one for one in told] == [True, False, False, True]
    assert all("Large is not enough" in one for one in told)


def test_points_of_one_class_teach_nothing_of_classes():
    lab = us.datasets.lab()
    run = us.train(us.Dataset(lab.X, np.zeros(100, int), ["c0", "c1"]), epochs=3)
    said = texts(run, run.data, "brief")
    assert said[1] == "All points are of one class, c0: nothing is told apart here."
    assert len(said) == 2 and all(oracle.is_true(text, run.network, run.data) for text in said)
