"""Classes whose points weigh more in the loss: as by hand, as in Keras, the same in sweeps."""

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.training.class_weights import class_weights


@pytest.fixture(scope="module")
def uneven():
    """Two clouds that overlap, one of 190 points, one of 10."""
    rng = np.random.default_rng(0)
    X = rng.normal(0, 1.5, (200, 2)) + np.repeat([[0.0, 0.0], [1.5, 1.5]], [190, 10], axis=0)
    return us.Dataset(X, np.repeat(["common", "rare"], [190, 10]))


def test_weights_of_one_change_nothing_and_of_a_whole_number_are_points_given_again(uneven):
    plain = us.train(uneven, epochs=9)
    ones = us.train(uneven, epochs=9, class_weight={"rare": 1.0})
    np.testing.assert_allclose(ones.weights, plain.weights, atol=1e-5)
    rare = np.flatnonzero(uneven.y == 1)
    again = uneven.where(np.r_[np.arange(200), rare, rare])
    batch = dict(batch_size=1000, optimizer="sgd", epochs=5)
    thrice = us.train(again, learning_rate=0.22, **batch)  # a mean over 220 points, not 200
    weighed = us.train(uneven, learning_rate=0.2, class_weight={"rare": 3}, **batch)
    np.testing.assert_allclose(weighed.weights, thrice.weights, atol=1e-5)


def test_a_class_of_weight_0_teaches_nothing(uneven):
    batch = dict(batch_size=1000, optimizer="sgd", learning_rate=0.2, epochs=5)
    none = us.train(uneven, class_weight={"rare": 0.0}, **batch)
    moved = us.Dataset(uneven.X + 2.0 * (uneven.y == 1)[:, None], uneven.y, uneven.class_names)
    again = us.train(moved, class_weight={"rare": 0}, **batch)
    assert again.weights.tobytes() == none.weights.tobytes()


def test_balanced_classes_weigh_the_same_and_the_rare_one_is_found(uneven):
    weights = class_weights(uneven, us.Recipe(class_weight="balanced"))
    np.testing.assert_allclose(weights * uneven.counts, 100.0)
    found = [us.train(uneven, hidden=8, class_weight=one) for one in (None, "balanced")]
    recall = [(run.network.predict(uneven.X)[uneven.y == 1] == 1).mean() for run in found]
    assert recall[0] <= 0.5 < 0.8 <= recall[1]


@pytest.mark.parametrize("hidden", [(), (4,), (70, 20)])
def test_a_sweep_weighs_as_a_training_alone(uneven, hidden):
    setup = dict(hidden=hidden, epochs=6, class_weight={"rare": 5.0, "common": 0.5})
    swept = us.sweep(uneven, seeds=3, **setup)
    for seed in range(3):
        alone = us.train(uneven, seed=seed, **setup)
        np.testing.assert_allclose(swept.losses[seed], alone.loss, rtol=2e-5)
        np.testing.assert_allclose(swept.weights[seed], alone.weights[-1], atol=1e-4)


def test_threads_change_no_bit(uneven):
    setup = dict(hidden=(300, 200), batch_size=128, epochs=1, class_weight="balanced")
    one, two = (us.train(uneven, threads=count, **setup) for count in (1, 2))
    assert one.weights.tobytes() == two.weights.tobytes()


def test_classes_are_named_by_label_name_or_place_and_a_file_keeps_them(uneven, tmp_path):
    for data, given in (
        (us.Dataset(uneven.X, uneven.y + 5), {6: 4}),  # of labels 5 and 6
        (us.Dataset(uneven.X, uneven.y + 5), {"6": 4}),
        (uneven, {"rare": 4}),
        (uneven, {1: 4}),
        (us.Dataset(uneven.X, uneven.y), {np.int64(1): 4}),
        (us.Dataset(uneven.X, uneven.y), {"c1": 4.0}),
    ):
        assert class_weights(data, us.Recipe(class_weight=given)).tolist() == [1.0, 4.0]
    run = us.train(uneven, epochs=3, class_weight={"rare": 4})
    run.save(tmp_path / "run.npz")
    back = us.Run.load(tmp_path / "run.npz")
    assert back == run
    assert us.train(uneven, start=back, epochs=2) == us.train(uneven, start=run, epochs=2)


def test_the_loss_over_all_points_weighs_them(uneven):
    run = us.train(uneven, epochs=9, batch_size=1000, class_weight={"rare": 7.0})
    more = us.train(uneven, start=run, epochs=1)  # of a full batch: the loss before its step
    claims = us.explain(run, length="full").claims
    loss = next(claim for claim in claims if "the last step" in claim.text)
    assert loss.facts[0].value == pytest.approx(more.loss[-1], rel=1e-5)


RULE = 'class_weight must be "balanced", or classes with a number each. Got '
OURS = "class_weight must be of the data's classes: common, rare. Got "


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("even", RULE + "'even' instead."),
        (3.0, RULE + "3.0 instead."),
        ({}, RULE + "{} instead."),
        ({"rare": -1}, "class_weight['rare'] must be a finite number of at least 0. Got -1"),
        ({"rare": "2"}, "class_weight['rare'] must be a finite number of at least 0. Got '2'"),
        ({1.5: 2}, "class_weight's class must be a whole number"),
        ({"odd": 2}, OURS + "'odd' instead."),
        ({2: 2}, OURS + "2 instead."),
    ],
)
def test_what_is_no_weight_or_no_class_is_refused(uneven, given, message):
    with pytest.raises(InvalidInput) as caught:
        us.train(uneven, class_weight=given)
    assert message in str(caught.value)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_it_weighs_stops_and_goes_back_as_keras_does(keras, uneven):
    kept, held = uneven.split(test=0.3, seed=0)
    net = us.Network.initialize((2, 6, 2), "tanh", seed=3)
    layers = [keras.layers.Dense(6, "tanh"), keras.layers.Dense(2)]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.set_weights([part for layer in net.layers for part in (layer.weights, layer.bias)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.3), loss)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    told = model.fit(
        kept.X.astype(np.float32),
        kept.y,
        epochs=40,
        batch_size=32,
        shuffle=False,
        verbose=0,
        class_weight={0: 0.5, 1: 6.0},
        validation_data=(held.X.astype(np.float32), held.y),
        callbacks=[stop],
    ).history
    run = us.train(
        kept,
        start=net,
        batch_order=np.tile(np.arange(kept.n_points), (40, 1)),
        learning_rate=0.3,
        class_weight={"common": 0.5, "rare": 6.0},
        validation=held,
        early_stopping=2,
    )
    assert len(told["loss"]) == len(run.validation.loss)
    assert run.epochs == int(np.argmin(told["val_loss"])) + 1 < len(told["loss"])
    np.testing.assert_allclose(run.loss, told["loss"][: run.epochs], rtol=2e-4)
    np.testing.assert_allclose(run.validation.loss, told["val_loss"], rtol=2e-4)
    expected = np.concatenate([np.ravel(part) for part in model.get_weights()])
    np.testing.assert_allclose(run.weights[-1], expected, atol=2e-4)
