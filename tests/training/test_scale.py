"""Features that are standardized for training: folded back to the bit, and never the toys'."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.data.scaling import Scaling, Spread
from unitscope.explanation.trials import trials


@pytest.fixture(scope="module")
def wine():
    return us.datasets.wine()


@pytest.fixture(scope="module")
def run(wine):
    return us.train(wine, epochs=60)


def scaled(factor, offset=0.0):
    """The lab's points with the second feature in another unit."""
    lab = us.datasets.lab()
    return us.Dataset(lab.X * [1.0, factor] + [0.0, offset], lab.y)


def test_training_is_that_on_standardized_points_and_the_network_in_their_own_units(wine, run):
    by_hand = us.train(wine.standardized(), epochs=60, standardize=False)
    assert run.recipe.standardize is True
    assert run.state == by_hand.state
    assert run.loss.tobytes() == by_hand.loss.tobytes()
    for epoch in (0, 1, 30, 60):
        ours = run.at(epoch).logits(wine.X)
        theirs = by_hand.at(epoch).logits(wine.standardized().X)
        assert np.abs(ours - theirs).max() < 1e-12


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), power=st.integers(-12, 12), away=st.sampled_from([0, 1, 300]))
def test_folding_moves_no_logit_and_unfolding_is_the_way_back(seed, power, away):
    rng = np.random.default_rng(seed)
    unit = 10.0 ** rng.integers(-abs(power), abs(power) + 1, 3)
    X = (rng.normal(size=(30, 3)) + away) * unit
    scaling = Spread.of(X).scaling
    net = us.Network.initialize([3, 4, 2], "tanh", seed)
    (row,) = scaling.folded(net.to_vector()[None].astype(np.float32), 4)
    start = net.to_vector().astype(np.float32)
    folded, there = net.with_vector(row), net.with_vector(start)
    np.testing.assert_allclose(folded.logits(X), there.logits(scaling(X)), atol=1e-11, rtol=1e-9)
    assert scaling.unfolded(row[None], 4)[0].astype(np.float32).tobytes() == start.tobytes()


def test_a_run_goes_on_as_a_longer_one_would(wine, run):
    part = us.train(wine, epochs=25)
    joined = us.train(wine, start=part, epochs=35)
    assert joined.weights.tobytes() == run.weights.tobytes()
    assert joined.state == run.state
    again = us.train(wine, start=run.at(0), epochs=60)
    assert again.weights.tobytes() == run.weights.tobytes()


@pytest.mark.parametrize(
    ("data", "done"),
    [
        (scaled(1.0), False),
        (scaled(1.5, 3.0), False),
        (scaled(0.01), True),
        (scaled(100.0), True),
        (scaled(1.0, 1e3), True),
        (us.Dataset(scaled(1.0).X * 1e-3, scaled(1.0).y), True),
        (us.Dataset(scaled(1.0).X * 1e200, scaled(1.0).y), True),
        (us.Dataset(scaled(0.0, 7e5).X, scaled(1.0).y), False),  # a feature that does not vary
        (us.datasets.iris(), False),
        (us.datasets.digits().where(np.arange(100)), True),
        (us.datasets.blobs(noise=300.0), False),
        (us.datasets.blobs(noise=300.0).split()[1], False),
        (us.datasets.moons(noise=0.3).where([0, 1, 2, 3]), False),
    ],
)
def test_auto_standardizes_what_needs_it_and_no_toy(data, done):
    run = us.train(data, epochs=1)
    assert run.recipe.standardize is done
    assert (run.scaling is not None) is done
    assert ("standardized for training" in repr(run)) is done
    if not done:
        assert (
            run.weights.tobytes() == us.train(data, epochs=1, standardize=False).weights.tobytes()
        )
    asked = us.train(data, epochs=1, standardize=True)
    assert asked.scaling == data.spread.scaling
    assert np.isfinite(asked.network.logits(data.X)).all()


def test_the_scale_of_the_toys_is_theirs_and_that_of_tables_is_not():
    for name in us.datasets.names():
        assert us.datasets.load(name).fixed_scale is (
            name not in ("iris", "wine", "digits", "animals")
        )
    assert us.datasets.lab() == us.Dataset(us.datasets.lab().X, us.datasets.lab().y)
    assert not us.datasets.lab().standardized().fixed_scale


def test_real_units_are_learned_that_were_not(wine):
    """Unscaled, proline's hundreds drown all else; scaled, most seeds learn the wines."""
    plain = us.sweep(wine, seeds=16, standardize=False)
    done = us.sweep(wine, seeds=16)
    assert np.median(plain.accuracy) < 0.75 < 0.95 < np.median(done.accuracy)
    assert plain.recipe.standardize is False
    assert done.recipe.standardize is True
    assert "features standardized" in repr(done)


def test_a_sweeps_networks_are_in_the_datas_own_units(wine, tmp_path):
    done = us.sweep(wine, seeds=[3, 5], epochs=40, folder=tmp_path / "kept")
    for seed in (3, 5):
        alone = done.run(seed)
        assert alone == us.train(wine, seed=seed, epochs=40)
        np.testing.assert_allclose(
            done.network(seed).logits(wine.X), alone.network.logits(wine.X), atol=1e-3
        )
    done.save(tmp_path / "sweep.npz")
    assert us.Sweep.load(tmp_path / "sweep.npz") == done == us.Sweep.load(tmp_path / "kept")
    grown = us.sweep(wine, seeds=[3, 5, 6], epochs=40, folder=tmp_path / "kept", resume=True)
    assert grown.weights.dtype == np.float64
    assert len(grown) == 3


def test_a_grid_knows_what_auto_comes_to(wine):
    grid = us.sweep(wine, seeds=2, epochs=2, grid={"standardize": [True, False]})
    assert [one.recipe.standardize for one in grid] == [True, False]
    with pytest.raises(us.errors.InvalidInput, match="combinations that differ"):
        us.sweep(wine, seeds=2, epochs=2, grid={"standardize": ["auto", True]})


def test_a_file_keeps_the_scale_and_the_training_goes_on(wine, run, tmp_path):
    run.save(tmp_path / "run.npz")
    back = us.Run.load(tmp_path / "run.npz")
    assert back == run
    assert back.scaling == run.scaling
    assert us.train(wine, start=back, epochs=3) == us.train(wine, start=run, epochs=3)
    us.train(us.datasets.lab(), epochs=1).save(tmp_path / "lab.npz")
    assert us.Run.load(tmp_path / "lab.npz").data.fixed_scale


def test_trials_after_a_run_are_trained_at_its_scale(wine, run):
    short = us.train(wine, epochs=8)
    tried = {trial.setup.kind: trial for trial in trials(short, seconds=1.0)}
    assert "scaled features" not in tried
    more = tried["more epochs"].setup.recipe.epochs
    longer = us.train(wine, epochs=8 + more)
    right = int((longer.network.predict(wine.X) == wine.y).sum())
    assert tried["more epochs"].right == (right,)
    if "other starts" in tried:
        seeds = tried["other starts"].setup.seeds[:2]
        alone = [us.train(wine, epochs=8, seed=seed) for seed in seeds]
        found = [int((one.network.predict(wine.X) == wine.y).sum()) for one in alone]
        assert list(tried["other starts"].right[:2]) == found


def test_penalties_are_of_the_weights_that_were_trained(wine):
    run = us.train(wine, epochs=20, l2=(0.01, 0.0), batch_size=1000)
    more = us.train(wine, start=run, epochs=1)  # of a full batch: the loss before its step
    claim = next(
        one for one in us.explain(run, length="full").claims if "the last step" in one.text
    )
    assert claim.facts[0].value == pytest.approx(more.loss[-1], rel=1e-5)


def test_the_words_say_so_and_do_not_blame_the_units(wine, run):
    text = str(us.explain(run))
    line = "The features were standardized for training; the network takes them in their own units."
    assert line in text
    assert "differ in size" not in text
    assert line not in str(us.explain(us.train(us.datasets.lab(), epochs=20)))


def test_what_is_no_choice_or_another_scale_is_refused(wine, run):
    with pytest.raises(us.errors.InvalidInput, match='standardize must be True, False or "auto"'):
        us.train(wine, standardize="yes")
    with pytest.raises(us.errors.InvalidInput, match="True, as in the run that goes on"):
        us.train(wine, start=run, standardize=False)
    plain = us.train(wine, epochs=1, standardize=False)
    with pytest.raises(us.errors.InvalidInput, match="False, as in the run that goes on"):
        us.train(wine, start=plain, standardize=True)
    broken = dataclasses.replace(run, scaling=Scaling(run.scaling.mean, -run.scaling.deviation))
    with pytest.raises(us.errors.InvalidInput, match="deviation must be above 0"):
        us.Run.load(_file_of(broken))


def _file_of(run):
    import io

    file = io.BytesIO()
    run.save(file)
    file.seek(0)
    return file
