"""What a fit knows beside its numbers reaches the words."""

from __future__ import annotations

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from fit_cases import K, N, X, Y, layers, made  # noqa: E402

import unitscope as us  # noqa: E402
from unitscope.explanation.explain import explain  # noqa: E402
from unitscope.explanation.grammar import Teller  # noqa: E402
from unitscope.explanation.measured import Measured  # noqa: E402
from unitscope.explanation.prose.fitted import fitted  # noqa: E402
from unitscope.explanation.trials import trials  # noqa: E402

LOSSES = keras.losses


def told(history):
    """What is said; every sentence holds."""
    run = history.run
    claims = list(fitted(Teller(Measured(run.network, run.data, run), 2)))
    assert all(claim.holds(run.network, run.data) for claim in claims)
    assert not any(claim.holds(run.at(0), run.data) for claim in claims)
    words = [claim.text for claim in claims]
    assert set(words) <= {claim.text for claim in explain(run, length="full").claims}
    return words


def fit(model, y=Y, **options):
    return us.fit(model, X, y, epochs=3, verbose=0, **options)


def test_what_the_kernel_trains_without_more_ado_says_nothing():
    assert told(fit(made())) == []


def test_a_softmax_that_is_applied_twice_is_said():
    history = fit(made(last=layers.Dense(K, "softmax")))
    assert told(history) == [
        "Its loss took the outputs for logits, but the model ends in a softmax: softmax was "
        "applied twice.",
        "It was trained by Keras itself, because its loss is computed from logits, but the model "
        "ends in a softmax.",
    ]
    assert history.run.fitted.misread == "logits"


@pytest.mark.parametrize(
    "loss", ["sparse_categorical_crossentropy", LOSSES.SparseCategoricalCrossentropy()]
)
def test_logits_that_are_taken_for_probabilities_are_said(loss):
    # Cross-entropy of what may be negative is not finite: a last layer that is never negative.
    words = told(fit(made(loss=loss)))
    assert words[0] == (
        "Its loss took the outputs for probabilities, but the model ends without a softmax: "
        "they are logits."
    )


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mse", "mse"),
        (LOSSES.MeanSquaredError(), "mean_squared_error"),
        (
            LOSSES.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
            "categorical_crossentropy with label_smoothing=0.1",
        ),
    ],
)
def test_another_loss_is_named(loss, name):
    history = fit(made(loss=loss), np.eye(K)[Y])
    if history.run is None:
        pytest.skip("no run was recorded")
    assert (
        f"The loss that was minimized, and that is told by epoch, is {name}, not the mean of -ln "
        "of each point's own probability."
    ) in told(history)


@pytest.mark.parametrize("last", [None, "sigmoid"])
def test_one_output_that_keras_trains_is_two_classes(last):
    labels = (Y > 1).astype(float)[:, None]
    loss = LOSSES.BinaryCrossentropy(from_logits=last is None)
    model = made(last=layers.Dense(1, last), loss=loss, metrics=(), run_eagerly=True)
    history = fit(model, labels)
    run = history.run
    assert history.why == "the model was compiled with run_eagerly"
    assert run.network.n_classes == run.data.n_classes == 2 and run.recipe.one_logit
    assert np.array_equal(run.data.y, labels[:, 0])
    outputs = keras.ops.convert_to_numpy(model(X.astype(np.float32)))[:, 0]
    found = run.network.probabilities(X) if last else run.network.logits(X)
    np.testing.assert_allclose(found[:, 1], outputs, atol=1e-5)
    assert all((run.at(epoch).layers[-1].weights[:, 0] == 0).all() for epoch in range(4))
    (words,) = told(history)
    assert words.startswith("It was trained by Keras itself")


def test_one_output_that_is_no_logit_has_no_run():
    model = made(last=layers.Dense(1), loss="mse", metrics=(), run_eagerly=True)
    history = fit(model, X[:, :1])
    assert history.run is None
    assert history.why.endswith("its one output is a number, no logit of two classes")


def test_validation_points_are_told_as_keras_measured_them():
    history = fit(made(), validation_split=0.25)
    loss, right = (history.history[name][-1] for name in ("val_loss", "val_accuracy"))
    (words,) = told(history)
    assert f"the loss is {loss:.4g} and" in words
    assert words.startswith("On the validation points, which it was not trained on, ")
    assert history.run.fitted.validation_accuracy == right
    assert history.run.data.n_points == 0.75 * N


def test_a_class_without_a_training_point_is_said():
    (words,) = told(fit(made(), np.minimum(Y, K - 2)))
    assert words == "No training point is of c3: nothing was learned of it but to avoid it."
    both = told(fit(made(), np.minimum(Y, K - 3)))
    assert both == [
        "No training point is of c2 and c3: nothing was learned of them but to avoid them."
    ]


def test_nothing_is_tried_of_what_keras_trained():
    history = fit(made(layers.Dropout(0.1)))
    assert trials(history.run) == ()
    assert told(history)[0].startswith("It was trained by Keras itself, because ")


def test_it_is_kept_in_the_run_s_file(tmp_path):
    run = fit(made(last=layers.Dense(K, "softmax")), validation_split=0.25).run
    run.save(tmp_path / "run.npz")
    again = us.Run.load(tmp_path / "run.npz")
    assert again.fitted == run.fitted and again == run
