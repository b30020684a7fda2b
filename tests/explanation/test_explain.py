"""Every sentence of an explanation against an oracle that reads it back."""

from __future__ import annotations

import dataclasses
import html
import re
from decimal import Decimal

import cases
import numpy as np
import oracle
import pytest
from oracle_words import SHARE, same, same_share
from oracle_world import world

import unitscope as us
from thorough import few
from unitscope.errors import InvalidInput

LAST = few(120, whole=240)


@pytest.mark.parametrize(
    "first",
    [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(40, LAST, 40))],
)
def test_every_sentence_is_true(first):
    wrong = []
    for seed in range(first, first + 40):
        net, data, claims = cases.told(seed)
        texts = [claim.text for claim in claims]
        assert len(texts) > 5 and all(texts)
        assert len(set(texts)) == len(texts)
        assert all(claim.holds(net, data) for claim in claims)
        wrong += [(seed, text) for text in texts if not oracle.is_true(text, net, data)]
    assert wrong == []


def others(net: us.Network, seed: int) -> list[us.Network]:
    """Another start, two outputs swapped, a unit negated."""
    first, last = net.layers[0], net.layers[-1]
    swap = np.arange(last.units)
    swap[[0, 1]] = 1, 0
    sign = np.where(np.arange(first.units) == 0, -1.0, 1.0)
    activations = [layer.activation for layer in net.layers[:-1]] or "relu"
    swapped = cases.changed(last, last.weights[:, swap], last.bias[swap])
    negated = cases.changed(first, sign * first.weights, sign * first.bias)
    return [
        us.Network.initialize(net.sizes, activations, seed + 1),
        us.Network([*net.layers[:-1], swapped]),
        us.Network([negated, *net.layers[1:]]),
    ]


@pytest.mark.slow
def test_what_is_false_of_another_network_does_not_hold_there():
    false = noticed = 0
    for seed in range(48):
        net, data, claims = cases.told(seed)
        for other in others(net, seed):
            for claim in claims:
                if not oracle.is_true(claim.text, other, data):
                    false += 1
                    noticed += not claim.holds(other, data)
    assert false > 2000
    assert noticed == false


@pytest.mark.slow
def test_what_holds_of_another_network_is_true_of_it():
    for seed in range(0, 120, 3):
        net, data, claims = cases.told(seed, "normal")
        for other in others(net, seed):
            for claim in claims:
                if claim.holds(other, data):
                    assert oracle.is_true(claim.text, other, data)


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_lengths_are_nested(seed):
    brief, normal, full = (
        [claim.text for claim in cases.told(seed, length)[2]]
        for length in ("brief", "normal", "full")
    )
    assert set(brief) <= set(normal) <= set(full)
    assert len(brief) < len(full)


@pytest.mark.slow
def test_no_sentence_contradicts_another():
    for seed in range(LAST):
        text = "\n".join(claim.text for claim in cases.told(seed)[2])
        for unit in re.findall(r"Unit \d+(?: of layer \d+)? is dead", text):
            name = unit.removesuffix(" is dead")
            assert f"{name} separates" not in text and f"{name} is on at all" not in text
        for unit in re.findall(r"If only (unit \d+(?: of layer \d+)?) gave 0", text):
            assert f"If {unit} gave 0" not in text


# ---- the lab -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab():
    return us.lab.run()


def facts_of(claims, name, *about):
    found = {
        fact.value
        for claim in claims
        for fact in claim.facts
        if fact.name == name and fact.about == about
    }
    assert len(found) == 1
    return found.pop()


def test_the_lab_is_explained_as_the_lab_does_and_more_exactly(lab):
    said = us.explain(lab, length="full")
    assert facts_of(said, "right") == (100, 100)
    # {c0, c1} from {c2, c3} except for 2 points of c1; {c0, c2} from {c1, c3} except for 5 of c2.
    assert facts_of(said, "on", 0, 0) == (0, 2, 25, 25)
    assert facts_of(said, "on", 0, 1) == (0, 25, 5, 25)
    corners = [facts_of(said, "corner", label) for label in range(4)]
    assert corners == [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    assert facts_of(said, "at_origin", 0)[0] == 25  # class 0 is mapped to (0, 0)
    assert facts_of(said, "gathered", 0, ("0", "0"), ((0, 25),)) == 0
    assert facts_of(said, "highest_classes", 0) == (0,)
    assert [facts_of(said, "patterns_of", 0, label, 3)[0][0] for label in range(4)] == [
        ((), 25),
        ((1,), 23),
        ((0,), 20),
        ((0, 1), 25),
    ]
    assert facts_of(said, "unmoved_by_a_shift") is True
    assert facts_of(said, "strangers", 3)[0] > 0
    assert facts_of(said, "ends")[2] == pytest.approx(lab.loss[-1])
    for claim in us.explain(lab.network, lab.data, length="full").claims:
        assert oracle.is_true(claim.text, lab.network, lab.data)


def test_the_story_of_a_run_is_that_of_its_own_loss(lab):
    claims = us.explain(lab, length="full", advice=False).claims
    said = {claim.text: claim for claim in claims if claim.topic == "How it was trained"}
    loss = lab.loss
    right = np.array([(lab.at(e).predict(lab.data.X) == lab.data.y).sum() for e in range(201)])
    fall = max(range(1, 200), key=lambda e: loss[e - 1] - loss[e])
    since = next(e for e in range(1, 201) if (right[e:] == right[200]).all())
    final = f"{loss[-1]:.4g}".replace("0.03000", "0.03")
    late = f"{100 * (1 - loss[199] / loss[179]):.3g}"
    assert set(said) == {
        f"In 200 epochs the loss went from {loss[0]:.4g} to {final}.",
        f"From epoch {since} on, {right[200]} of 100 points were right, as at the end.",
        f"The loss fell fastest in epoch {fall + 1}, by {loss[fall - 1] - loss[fall]:.3g}.",
        f"The last tenth of the epochs still took {late}% off the loss.",
        "The loss of an epoch is the mean over its batches, each before its own step; over all "
        f"points and after the last step it is {facts_of(claims, 'final_loss'):.4g}.",
    }
    other = us.lab.run(seed=3)
    for claim in said.values():
        assert claim.holds(lab.network, lab.data)
        assert not claim.holds(other.network, lab.data)


def test_a_plateau_and_what_ended_it():
    """The loss stands at 1 from epoch 11 to 60, then unit 0 turns on for c1, and it falls."""
    data = us.Dataset([[1.0], [2.0], [-1.0], [-2.0]], [0, 0, 1, 1])
    run = us.train(data, hidden=(1,), epochs=100, batch_size=4)
    loss = np.concatenate(
        [np.linspace(2, 1, 10), np.linspace(1, 0.999, 50), np.linspace(0.98, 0.1, 40)]
    )
    weights = np.zeros((101, 6), np.float32)  # w, b, two weights out, two biases
    weights[:, 0] = 1.0
    weights[62:, 0] = -1.0
    run = dataclasses.replace(run, loss=loss, weights=weights)
    texts = [claim.text for claim in us.explain(run, length="full").claims]
    (text,) = [text for text in texts if "the loss stayed between" in text]
    start, end = map(int, re.search(r"from epoch (\d+) to (\d+)", text, re.I).groups())
    assert abs(start - 10) <= 1 and abs(end - 60) <= 5
    assert text.endswith(
        f"; unit 0 was on for 2 of 2 points of c0 after epoch {end - 5}, "
        f"and for 0 after epoch {end + 5}."
    )


# ---- one point -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_one_point_is_traced(seed):
    net, data = cases.case(seed)
    i = seed % data.n_points
    said = us.explain(net, data, point=i, length="full")
    w = world(net, data)
    text = str(said)
    right = "right" if w.predicted[i] == w.y[i] else "wrong"
    assert text.startswith(f"One point\n  Point {i} is c{w.y[i]}, and the answer is {right}: at x0")
    assert f"the network says c{w.predicted[i]}." in text
    for layer in range(w.hidden):
        for unit, (z, a) in enumerate(zip(w.z[i][layer], w.a[i][layer], strict=True)):
            where = f" of layer {layer + 1}" if w.hidden > 1 else ""
            found = re.search(
                rf"Unit {unit}{where} has the pre-activation (\S+) there and gives (\S+)\.\n", text
            )
            assert same(found[1], z) and same(found[2], a)
    for label, value in enumerate(w.logits[i]):
        found = re.search(
            rf"The logit of c{label} there is ([-\d.,e+]+?)"
            r"(?: = (.+): a term for each (?:unit|input), then the bias)?\.\n",
            text,
        )
        assert same(found[1], value)
        if found[2]:
            terms = [Decimal(part.strip("()").replace(",", "")) for part in found[2].split(" + ")]
            assert sum(terms) == Decimal(found[1].replace(",", ""))  # as they are printed
            below = w.a[i][-2] if w.hidden else w.X[i]
            exact = [a * row[label] for a, row in zip(below, w.layers[-1][0], strict=True)]
            for told, term in zip(terms, [*exact, w.layers[-1][1][label]], strict=True):
                assert abs(float(told) - term) <= 0.501 * 10.0 ** told.as_tuple().exponent
    for label, chance in enumerate(w.chances(w.logits[i])):
        told = re.search(rf"({SHARE})% for c{label}\b", text)[1]
        assert same_share(told, min(chance, 1 - 1e-16))
    assert all(claim.holds(net, data) for claim in said.claims)
    given = us.explain(net, data, point=data.X[i], length="full")
    told, again = ([claim.text for claim in one.claims] for one in (said, given))
    assert told[1:] == again[1:]
    assert told[0] == again[0] or len(np.unique(data.X, axis=0)) < data.n_points


def test_the_nearest_boundary_of_one_point(lab):
    text = str(us.explain(lab.network, lab.data, point=23))
    margin = us.partition(lab.network, lab.data).margin(lab.data.X[[23]])
    x0, x1 = margin.nearest[0]
    assert (
        f"The nearest point of the decision boundary in the window is ({x0:.3g}, {x1:.3g}), "
        f"{margin.distance[0]:.3g} away, with c{margin.other_class[0]} behind it."
    ) in text


@pytest.mark.parametrize("seed", range(0, 160, 4))
def test_what_would_flip_one_point_does(seed):
    net, data = cases.case(seed)
    i = seed % data.n_points
    said = us.explain(net, data, point=i, length="full")
    for claim in said.claims:
        found = re.fullmatch(
            r"With x(\d+) at (\S+) and the rest as it is, the answer would be c(\d+)\.", claim.text
        )
        if found:
            changed = data.X[[i]].copy()
            changed[0, int(found[1])] = float(found[2].replace(",", ""))
            assert net.predict(changed)[0] == int(found[3]) != net.predict(data.X[[i]])[0]
        found = re.fullmatch(
            r"If unit (\d+)(?: of layer \d+)? gave 0 there, the answer would be c(\d+)\.",
            claim.text,
        )
        if found:
            w = world(net, data)
            then = w.without(w.hidden - 1, int(found[1]))[i]
            assert then == int(found[2]) != w.predicted[i]


def test_a_point_that_is_not_in_the_data_has_no_class_of_its_own(lab):
    said = us.explain(lab, point=[0.25, -0.5], length="brief").claims[0]
    answer = lab.network.predict([[0.25, -0.5]])[0]
    assert said.text == f"At x0 = 0.25, x1 = -0.5 the network says c{answer}."
    at_point = us.explain(lab, point=23).claims[0]
    assert at_point.holds(lab.network, lab.data)
    other = us.Dataset(lab.data.X[::-1], lab.data.y[::-1])
    assert not at_point.holds(lab.network, other)


# ---- sizes, names, refusals, time ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "classes"),
    [
        pytest.param((2, 24, 24, 10), 10, marks=pytest.mark.slow),
        ((3, *[4] * 8, 20), 20),
        ((1, 2), 2),
        ((2, 1, 2), 2),
        pytest.param((7, 24, 3), 3, marks=pytest.mark.slow),
    ],
)
def test_any_shape_is_explained(sizes, classes):
    rng = np.random.default_rng(0)
    data = us.Dataset(
        rng.normal(size=(60, sizes[0])),
        np.arange(60) % classes,
        class_names=[f"c{i}" for i in range(classes)],
    )
    net = us.Network.initialize(sizes, seed=1)
    for claim in us.explain(net, data, length="full").claims:
        assert oracle.is_true(claim.text, net, data)


HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** [x](http://y) `z`",
    "line\nbreak | # - & $",
    "\ue000x\ue001",
    "é",
)


def test_names_are_shown_as_they_are_and_escaped():
    data = us.Dataset(
        np.random.default_rng(1).normal(size=(50, 2)),
        np.arange(50) % 5,
        class_names=HOSTILE,
        feature_names=["<b>", "a*b*c"],
    )
    net = us.Network.initialize([2, 3, 5], seed=1)
    said = us.explain(net, data, length="full")
    page, notes = said.to_html(), said.to_markdown()
    assert "<script>" not in page and html.escape(HOSTILE[0]) in page and "<b>" not in page
    assert HOSTILE[0] in str(said)
    assert r"\*\*bold\*\* \[x\]\(http\://y\)" in notes
    assert "<script>" not in notes
    for claim in said.claims:
        assert "\n" not in claim.text
        assert "\ue000" not in claim.text + claim.markdown
    assert re.findall(r"<(/?\w+)>", page)[:5] == ["p", "/p", "details", "summary", "/summary"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda run: us.explain(3, run.data),
            "net must be a Network, a Run or a fitted model. Got 3 instead. "
            "us.network(model) reads models of Keras, scikit-learn and PyTorch.",
        ),
        (
            lambda run: us.explain(run.network),
            "data must be a Dataset or a Run. Got None instead. us.Dataset(X, y) makes one.",
        ),
        (
            lambda run: us.explain(run, length="long"),
            "length must be one of brief, normal, full. Got 'long' instead.",
        ),
        (
            lambda run: us.explain(run, point=100),
            "point must be a whole number from 0 to 99. Got 100 instead.",
        ),
        (
            lambda run: us.explain(run, point=[1, 2, 3]),
            "point must be a point's number, or its 2 finite numbers. Got [1, 2, 3] instead.",
        ),
        (
            lambda run: us.explain(us.Network.initialize([3, 4]), run.data),
            "data must be points with as many features as the network has inputs, 3. "
            "Got 2 features instead.",
        ),
        (
            lambda run: us.explain(us.Network.initialize([2, 3]), run.data),
            "data must be of at most 3 classes, the network's. Got 4 classes instead.",
        ),
    ],
)
def test_refusals(lab, call, message):
    with pytest.raises(InvalidInput) as caught:
        call(lab)
    assert str(caught.value) == message


def test_neither_the_network_nor_the_data_change(lab):
    def contents():
        arrays = lab.network.to_vector(), lab.data.X, lab.data.y, lab.loss
        return [array.tobytes() for array in arrays]

    before = contents()
    for claim in us.explain(lab, length="full").claims:
        claim.holds(lab.network, lab.data)
    assert contents() == before


def test_claims_hold_again_only_for_fitting_data(lab):
    other = us.Dataset(np.random.default_rng(0).normal(size=(9, 3)), np.arange(9) % 3)
    net = us.Network.initialize([3, 2, 3])
    for claim in us.explain(lab.network, lab.data).claims:
        assert not claim.holds(net, other) or oracle.is_true(claim.text, net, other)
    assert not any(claim.holds(net, lab.data) for claim in us.explain(lab.network, lab.data).claims)


def test_areas_are_of_the_window_that_is_given():
    run = us.lab.run()
    window = ((-3.0, 6.0), (-4.0, 1.5))
    explanation = us.explain(run, window=window, length="full")
    part = us.partition(run.network, window)
    told = dict(
        re.findall(r"The decision region of (c\d) covers ([\d.]+)% of the window", str(explanation))
    )
    assert len(told) == (part.share > 0).sum() > 2
    for name, share in told.items():
        assert float(share) == pytest.approx(100 * part.share[int(name[1])], rel=5e-3)
    assert all(claim.holds(run.network, run.data) for claim in explanation.claims)
    assert str(explanation) != str(us.explain(run, length="full"))
    with pytest.raises(InvalidInput, match=r"^window must be "):
        us.explain(run, window=((1, 0), (0, 1)))
