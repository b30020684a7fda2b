"""Labels that model.fit takes on no backend are refused first, with code that makes others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from fit_cases import D, K, N, X, Y, layers  # noqa: E402

import unitscope as us  # noqa: E402
from unitscope.keras_fit.data import fit_data  # noqa: E402
from unitscope.keras_fit.labels import Form, check_labels  # noqa: E402

ROWS, TEXT = np.eye(K)[Y], np.array(["ant", "bee", "cat", "dog"])[Y]
TWO = np.array(["no", "yes"])[Y % 2]
SPARSE, ONE_HOT, BINARY = (
    getattr(keras.losses, f"{name}Crossentropy")(from_logits=True)
    for name in ("SparseCategorical", "Categorical", "Binary")
)
NUMBERED = "names, y = np.unique(y, return_inverse=True)"


def _made(units: int, loss: Any) -> Any:
    model = keras.Sequential([keras.Input((D,)), layers.Dense(units)])
    model.compile(keras.optimizers.SGD(0.1), loss)
    return model


@pytest.mark.parametrize(
    ("y", "units", "loss", "got", "code"),
    [
        (TEXT, K, SPARSE, f"text, as {str(TEXT[0])!r} at row 0", NUMBERED),
        (TEXT.astype(object), K, SPARSE, f"text, as {str(TEXT[0])!r}", NUMBERED),
        (TEXT.astype("S"), K, SPARSE, "text", NUMBERED),
        (TEXT[:, None], K, SPARSE, "text", NUMBERED),
        (TEXT, 2, SPARSE, "text", f"{NUMBERED}; units = 4"),
        (TEXT, K, ONE_HOT, "text", f"{NUMBERED}; y = np.eye(4)[y]"),
        (ROWS.astype(str), K, ONE_HOT, "text", "y = y.astype(float)"),
        (TWO, 1, BINARY, "text", NUMBERED),
        (TEXT, 1, BINARY, "text", f"{NUMBERED}; units, loss = 4, SPARSE"),
        (ROWS, K, SPARSE, f"shape ({N}, 4)", "y = np.argmax(y, axis=1)"),
        (ROWS > 0, K, SPARSE, f"shape ({N}, 4)", "loss = ONE_HOT"),
        (ROWS, 3, SPARSE, f"shape ({N}, 4)", "units, loss = 4, ONE_HOT"),
        (Y, K, ONE_HOT, f"shape ({N},)", "y = np.eye(4)[np.ravel(y).astype(int)]"),
        (Y[:, None].astype(float), K, ONE_HOT, "shape", "y = np.eye(4)[np.ravel(y).astype(int)]"),
        (Y, K, ONE_HOT, f"shape ({N},)", "loss = SPARSE"),
        (ROWS, 3, ONE_HOT, f"shape ({N}, 4)", "units = 4"),
        (np.eye(2)[Y % 2], 1, BINARY, f"shape ({N}, 2)", "y = np.argmax(y, axis=1)"),
        (ROWS, 1, BINARY, f"shape ({N}, 4)", "units, loss = 4, ONE_HOT"),
    ],
)
def test_labels_that_keras_takes_on_no_backend(
    y: Any, units: int, loss: Any, got: str, code: str
) -> None:
    model = _made(units, loss)
    before = model.get_weights()
    with pytest.raises(us.errors.InvalidInput) as refused:
        us.fit(model, X, y, verbose=0)
    said = str(refused.value)
    assert said.startswith("y must be ") and f"Got {got}" in said
    assert all(map(np.array_equal, before, model.get_weights()))
    with pytest.raises((ValueError, TypeError)):
        model.fit(X, y, verbose=0)
    # What it says is done: the code as it stands there, units and losses by their names.
    names = {"np": np, "y": y, "units": units, "loss": loss, "SPARSE": SPARSE, "ONE_HOT": ONE_HOT}
    exec(code, names)
    for part in code.split("; "):
        if part.startswith(("y = ", "names, ")):
            assert part.removeprefix("y = ") in said
    if names["units"] != units:
        assert f"last layer of {names['units']} units" in said
    if names["loss"] is not loss:
        kind = "sparse" if names["loss"] is SPARSE else " CategoricalCrossentropy"
        assert kind.lower() in said.lower()
    history = us.fit(_made(names["units"], names["loss"]), X, names["y"], verbose=0)
    assert history.why is None and len(history.run.data.class_names) >= 2


def test_labels_to_validate_with_are_numbered_as_those_to_train_on() -> None:
    form = Form(D, K)
    with pytest.raises(us.errors.InvalidInput, match=r"^validation_data\[1\] .*as y: np.searchs"):
        fit_data(X, Y, form, validation_data=(X, TEXT), refusing=True)
    names, y = np.unique(TEXT, return_inverse=True)
    data = fit_data(X, y, form, validation_data=(X, np.searchsorted(names, TEXT)), refusing=True)
    assert data.validation is not None and np.array_equal(data.validation[1], y)


@pytest.mark.parametrize(
    ("y", "form"),
    [
        (Y > 1, Form(D, K)),
        (Y[:, None, None], Form(D, K)),
        (Y + 0.5, Form(D, K)),
        (Y + 1j, Form(D, K)),
        (np.append(TEXT[1:].astype(object), None), Form(D, K)),
        (Y[None], Form(D, K)),
        (0.9 * ROWS, Form(D, K, one_hot=True)),
        (2 * Y - 1, Form(D, 2, binary=True)),
        (Y.tolist(), Form(D, K)),
        (None, Form(D, K)),
    ],
)
def test_others_are_left_to_the_kernel_or_to_keras(y: Any, form: Form) -> None:
    check_labels("y", y, N, form)


@pytest.mark.parametrize("y", [Y > 0, (Y > 0)[:, None], Y.astype(np.float32), Y.astype(np.float64)])
def test_class_numbers_of_any_type_are_trained(y: Any) -> None:
    plain, other = (
        us.fit(model, X, labels, epochs=3, verbose=0, shuffle=False)
        for labels in (y.astype(int), y)
        for model in [_made(K, SPARSE)]
        if model.set_weights([np.eye(D, K), np.zeros(K)]) is None
    )
    assert other.why is None and other.history == plain.history
    assert np.array_equal(other.run.weights, plain.run.weights)
    theirs = _made(K, SPARSE)
    theirs.set_weights([np.eye(D, K), np.zeros(K)])
    expected = theirs.fit(X, y, epochs=3, verbose=0, shuffle=False).history
    np.testing.assert_allclose(other.history["loss"], expected["loss"], rtol=1e-5)


def test_without_an_epoch_nothing_is_refused_that_keras_takes() -> None:
    for y in (Y[:0], Y + 9):
        points = X[: len(y)]
        outcomes = []
        for fit in (us.fit, keras.Model.fit):
            try:
                history = fit(_made(K, SPARSE), points, y, epochs=0, verbose=0)
                outcomes.append((history.history, history.epoch))
            except Exception as error:
                outcomes.append((type(error), None))
        assert outcomes[0] == outcomes[1]


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_no_points_to_validate_with_are_left_to_keras() -> None:
    found = us.fit(_made(K, SPARSE), X, Y, validation_data=(X[:0], Y[:0]), verbose=0)
    assert "validation_data has no points" in found.why and found.run.epochs == 1
