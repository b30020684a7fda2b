"""The course lab as a program: its numbers, its pictures, its messages."""

import numpy as np
import pytest

import unitscope as us


@pytest.fixture(scope="module")
def run():
    return us.lab.run()


def test_all_200_losses_are_the_printed_ones(run):
    printed = us.lab.printed_losses()
    assert run.loss.shape == printed.shape == (200,)
    assert np.abs(run.loss - printed).max() <= 6e-5


def test_losses_and_final_weights_equal_the_recorded_run(run):
    recorded = us.lab._recorded()
    assert np.abs(run.loss - recorded["loss"]).max() < 1e-6
    final = np.concatenate([recorded[f"final_{name}"].ravel() for name in ("W1", "b1", "W2", "b2")])
    assert np.abs(run.network.to_vector() - final).max() < 1e-4


def test_a_float64_replay_in_plain_numpy_gives_the_same_losses(run):
    """The reference replayed without the kernel: forward, backward and Adam in a dozen lines."""
    data, parameters = us.lab.data(), [part.astype(float) for part in us.lab.initial_weights()]
    means, squares, step, losses = [0.0] * 4, [0.0] * 4, 0, []
    for order in us.lab.batch_order():
        total = 0.0
        for begin in range(0, 100, 32):
            rows = order[begin : begin + 32]
            W1, b1, W2, b2 = parameters
            X, one_hot = data.X[rows], np.eye(4)[data.y[rows]]
            a = np.maximum(X @ W1 + b1, 0)
            p = np.exp(a @ W2 + b2)
            p /= p.sum(axis=1, keepdims=True)
            total -= np.log((p * one_hot).sum(axis=1)).sum()
            d2 = (p - one_hot) / len(rows)
            d1 = d2 @ W2.T * (a > 0)
            step += 1
            for q, g in enumerate((X.T @ d1, d1.sum(0), a.T @ d2, d2.sum(0))):
                means[q] = 0.9 * means[q] + 0.1 * g
                squares[q] = 0.999 * squares[q] + 0.001 * g * g
                rate = 0.01 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                parameters[q] = parameters[q] - rate * means[q] / (np.sqrt(squares[q]) + 1e-7)
        losses.append(total / 100)
    assert np.abs(run.loss - losses).max() < 1e-6


def test_the_units_split_the_classes_as_the_lab_explains(run):
    data = run.data
    on = run.network.activations(data.X)[0] > 0
    assert [int(on[data.y == c, 0].sum()) for c in range(4)] == [0, 2, 25, 25]
    assert [int(on[data.y == c, 1].sum()) for c in range(4)] == [0, 25, 5, 25]


def test_initial_weights_fit_a_keras_model_and_are_the_callers_own(run):
    shapes = [part.shape for part in us.lab.initial_weights()]
    assert shapes == [(2, 2), (2,), (2, 4), (4,)]
    us.lab.initial_weights()[0][:] = 9
    us.lab.batch_order()[:] = 0
    us.lab.printed_losses()[:] = 0
    assert np.abs(us.lab.run().loss - run.loss).max() == 0


def test_batch_order_visits_every_point_once_an_epoch():
    order = us.lab.batch_order()
    assert order.shape == (200, 100)
    assert (np.sort(order, axis=1) == np.arange(100)).all()


def test_a_seed_starts_elsewhere(run):
    one, other = us.lab.run(seed=0), us.lab.run(seed=5)
    assert one.loss[0] != other.loss[0] != run.loss[0]
    limits = [np.sqrt(6 / 4), np.sqrt(6 / 6)]
    for layer, limit in zip(one.at(0).layers, limits, strict=True):
        assert np.abs(layer.weights).max() <= limit
        assert (layer.bias == 0).all()


def test_facts_and_epochs_read_as_in_the_lab(run):
    assert us.lab.facts(run.data) == [
        "unique classes [0 1 2 3]",
        "class representation [3 3 3 0 3 3 3 3 2 0]",
        "shape of X_train: (100, 2), shape of y_train: (100,)",
    ]
    lines = us.lab.epoch_lines(run)
    assert lines[:2] == ["Epoch 1/200", "4/4 [==============================] - loss: 1.8158"]
    assert len(lines) == 400
    assert [float(line.rsplit(" ", 1)[1]) for line in lines[1::2]] == pytest.approx(
        us.lab.printed_losses(), abs=1e-4
    )


@pytest.mark.slow
def test_drawing_writes_ten_files_and_changes_nothing(run, tmp_path):
    before = run.weights.tobytes(), run.data.X.tobytes()
    paths = us.lab.draw(run, tmp_path / "new" / "folder")
    names = ("1_data", "2_decision_boundary", "3_hidden_units", "4_output_units", "5_training")
    assert [path.name for path in paths] == [
        f"{name}{suffix}" for name in names for suffix in (".png", ".svg")
    ]
    for path in paths:
        head = path.read_bytes()[:8]
        assert head == b"\x89PNG\r\n\x1a\n" if path.suffix == ".png" else head.startswith(b"<?xml")
    assert sorted(tmp_path.glob("new/folder/*")) == sorted(paths)
    assert before == (run.weights.tobytes(), run.data.X.tobytes())
