"""Data too large to keep: what goes to Keras for its size, and what the run then holds of it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import unitscope as us  # noqa: E402
from patience import eventually  # noqa: E402
from unitscope.errors import InvalidInput  # noqa: E402
from unitscope.keras_fit import data as fit_data  # noqa: E402
from unitscope.keras_fit import devices as fit_devices  # noqa: E402
from unitscope.keras_fit import sample as fit_sample  # noqa: E402
from unitscope.keras_fit.data import TooLarge, check_size, memory  # noqa: E402
from unitscope.keras_fit.plan import KerasOnly  # noqa: E402

N, D, K, BATCH = 60, 3, 4, 20
RNG = np.random.default_rng(5)
X = RNG.normal(size=(N, D))
Y = RNG.integers(0, K, N)


def made() -> Any:
    model = keras.Sequential(
        [keras.Input((D,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(K)]
    )
    rng = np.random.default_rng(0)
    model.set_weights(
        [rng.normal(0.0, 0.5, part.shape).astype(np.float32) for part in model.get_weights()]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


class Batches(keras.utils.PyDataset):
    def __init__(self) -> None:
        super().__init__()
        self.reads: list[int] = []

    def __len__(self) -> int:
        return N // BATCH

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        self.reads.append(index)
        return X[index * BATCH : (index + 1) * BATCH], Y[index * BATCH : (index + 1) * BATCH]


class Unread:
    """An array that must not be read: more points than any memory holds."""

    shape = (10**10, 20)

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise AssertionError("was read")


def test_ten_billion_points_go_to_keras_unread() -> None:
    with pytest.raises(
        TooLarge,
        match=r"^10,000,000,000 points in 3 epochs take 2880\.0 GB in the kernel, above 4\.3",
    ):
        check_size(Unread(), 3)
    check_size(X, 1000)


def test_every_epoch_takes_its_order() -> None:
    assert memory(X, 5) - memory(X, 0) == 5 * N * np.int32().nbytes
    assert memory([X], 5) == memory(np.zeros(3), 5) == 0  # no table: nothing can be said of it


@pytest.mark.parametrize("split", [0.0, 0.25])
def test_a_large_array_is_trained_by_keras_and_sampled(
    split: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_data, "LARGEST_DATA", 100)
    monkeypatch.setattr(fit_sample, "LARGEST_DATA", 100)
    monkeypatch.setattr(fit_sample, "POINTS_KEPT", 5)
    model, plain = made(), made()
    options: dict[str, Any] = {
        "epochs": 2,
        "shuffle": False,
        "verbose": 0,
        "validation_split": split,
    }
    history = us.fit(model, X, Y, **options)
    assert history.history == plain.fit(X, Y, **options).history
    assert history.why.startswith("60 points in 2 epochs take 0.0 GB") and history.why.endswith(
        "keeps 5 points"
    )
    rows = [0, 11, 22, 33, 44] if split else [0, 14, 29, 44, 59]
    assert np.array_equal(history.run.data.X, X[rows]) and np.array_equal(
        history.run.data.y, Y[rows]
    )
    assert history.run.epochs == 2 and history.run.data.n_classes == K


def test_a_large_data_frame_is_sampled_with_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")
    monkeypatch.setattr(fit_sample, "LARGEST_DATA", 100)
    monkeypatch.setattr(fit_sample, "POINTS_KEPT", 2)
    sample = fit_sample.Sample(pandas.DataFrame(X, columns=["a", "b", "c"]), pandas.Series(Y))
    data, partial = sample.points(D, K, 0.0)
    assert partial and data.feature_names == ["a", "b", "c"]
    assert np.array_equal(data.X, X[[0, -1]]) and np.array_equal(data.y, Y[[0, -1]])


def test_a_pydataset_is_read_as_often_as_by_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_sample, "POINTS_KEPT", 30)
    batches, theirs = Batches(), Batches()
    history = us.fit(made(), batches, epochs=2, shuffle=False, verbose=0)
    made().fit(theirs, epochs=2, shuffle=False, verbose=0)
    assert batches.reads == theirs.reads and type(batches) is Batches
    assert np.array_equal(history.run.data.X, X[:30]) and np.array_equal(history.run.data.y, Y[:30])
    assert history.why == "its x is of type Batches; the run keeps 30 points"
    direct = us.fit(made(), X, Y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0)
    assert np.abs(history.run.weights - direct.run.weights).max() < 1e-5


def test_a_generator_is_noted_as_it_passes() -> None:
    def generated() -> Any:
        for start in (0, BATCH, 2 * BATCH) * 2:
            yield X[start : start + BATCH], np.eye(K)[Y[start : start + BATCH]]

    model = made()
    model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
    history = us.fit(model, generated(), steps_per_epoch=3, epochs=2, verbose=0, shuffle=False)
    data = history.run.data  # of one epoch
    assert np.array_equal(data.X, X) and np.array_equal(data.y, Y)


def test_a_pydataset_is_noted_whole_and_in_copies() -> None:
    class Reusing(Batches):
        buffer = np.empty((BATCH, D))

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            points, labels = super().__getitem__(index)
            self.buffer[:] = points
            return self.buffer, labels

    batches = Reusing()
    history = us.fit(made(), batches, epochs=2, verbose=0)  # in a shuffled order
    assert np.array_equal(history.run.data.X, X) and np.array_equal(history.run.data.y, Y)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_tf_dataset_sees_the_order_that_it_has_without_us() -> None:
    tf = pytest.importorskip("tensorflow")

    reads: list[list[int]] = []

    def shuffled() -> Any:
        own: list[int] = []
        reads.append(own)

        def points() -> Any:
            for row in range(N):
                own.append(row)
                yield X[row], Y[row]

        spec = tf.TensorSpec((D,), tf.float64), tf.TensorSpec((), tf.int64)
        stream = tf.data.Dataset.from_generator(points, output_signature=spec)
        stream = stream.apply(tf.data.experimental.assert_cardinality(N))
        return stream.shuffle(N, seed=1).batch(BATCH).prefetch(1)

    options: dict[str, Any] = {"epochs": 3, "verbose": 0, "shuffle": False}
    history = us.fit(made(), shuffled(), **options)
    assert history.history == made().fit(shuffled(), **options).history
    assert reads[0] == reads[1]  # no more often than by Keras
    assert history.run.data.n_points == N
    assert {tuple(row) for row in history.run.data.X.tolist()} == {tuple(row) for row in X.tolist()}


@pytest.mark.tensorflow
def test_what_passes_of_a_tf_dataset_is_its_first_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    tf = pytest.importorskip("tensorflow")
    monkeypatch.setattr(fit_sample, "POINTS_KEPT", 50)
    stream = tf.data.Dataset.from_tensor_slices((X, Y)).batch(BATCH)
    sample = fit_sample.Sample(stream, None)
    next(iter(sample.X))  # Keras looks first
    for batch, own in zip(sample.X, stream, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(batch, own, strict=True))
    sample.epoch_ended()
    list(sample.X)
    data, partial = sample.points(D, K, 0.0)
    assert partial and np.array_equal(data.X, X[:50]) and np.array_equal(data.y, Y[:50])
    for odd in (stream.map(lambda points, _: points), stream.map(lambda p, y: ({"p": p}, y))):
        sample = fit_sample.Sample(odd, None)
        assert sample.X is odd
        with pytest.raises(KerasOnly, match="not a pair"):
            sample.points(D, K, 0.0)


@pytest.mark.tensorflow
@pytest.mark.parametrize("last", ["prefetch", "map", "generator"])
def test_an_endless_stream_is_read_no_further_ahead(last: str) -> None:
    tf = pytest.importorskip("tensorflow")

    def reads(given: Callable[[Any], Any]) -> list[int]:
        own: list[int] = []

        def batches() -> Any:
            for number in itertools.count():
                own.append(number)
                yield X[:BATCH], Y[:BATCH]

        spec = tf.TensorSpec((None, D), tf.float64), tf.TensorSpec((None,), tf.int64)
        stream = tf.data.Dataset.from_generator(batches, output_signature=spec)
        if last == "prefetch":
            stream = stream.prefetch(1)
        elif last == "map":
            stream = stream.map(lambda points, labels: (points * 2, labels))
        batch = iter(given(stream))
        for _ in range(3):
            next(batch)
        ahead.append(batch)  # an iterator that is dropped reads no further
        return own

    ahead: list[Any] = []
    as_it_is = reads(lambda stream: stream)
    noted = reads(lambda stream: fit_sample.Sample(stream, None, 3).X)
    eventually(lambda: len(as_it_is) >= (5 if last == "map" else 4))
    eventually(lambda: len(noted) >= 3)
    time.sleep(0.3)  # for what should not be read
    assert len(noted) <= len(as_it_is)


@pytest.mark.torch
@pytest.mark.slow
def test_a_loader_is_read_as_often_as_by_keras() -> None:
    torch = pytest.importorskip("torch.utils.data")

    class Rows(torch.Dataset):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            self.reads: list[int] = []

        def __len__(self) -> int:
            return N

        def __getitem__(self, row: int) -> tuple[np.ndarray, int]:
            self.reads.append(row)
            return X[row], int(Y[row])

    found, expected = Rows(), Rows()
    loader = torch.DataLoader(found, BATCH)
    options: dict[str, Any] = {"epochs": 2, "verbose": 0, "shuffle": False}
    history = us.fit(made(), loader, **options, validation_data=loader)
    other = torch.DataLoader(expected, BATCH)
    assert history.history == made().fit(other, **options, validation_data=other).history
    assert found.reads == expected.reads and type(loader) is torch.DataLoader
    assert np.array_equal(history.run.data.X, X) and np.array_equal(history.run.data.y, Y)


def test_data_that_fail_after_the_training_lose_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit_sample._Noted, "begin", lambda _: False)  # read afterwards

    class Gone(Batches):
        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            if len(self.reads) >= 7:  # one to build, six to train
                raise OSError("the files are gone")
            return super().__getitem__(index)

    history = us.fit(made(), Gone(), epochs=2, verbose=0)
    assert history.run is None and len(history.history["loss"]) == 2
    assert history.why == "its x is of type Gone; no run was recorded: the files are gone"


def test_advice_names_the_devices_that_stay_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    jax = pytest.importorskip("jax")
    if keras.backend.backend() != "jax":
        pytest.skip("the devices are JAX's")
    assert fit_devices.unused_devices(made()) == "" or jax.device_count() > 1
    monkeypatch.setattr(jax, "device_count", lambda: 8)
    assert "on one of 8 devices" in fit_devices.unused_devices(made())


@pytest.mark.parametrize(
    ("load", "rule"),
    [
        ([96, 32, 0, 1, 3, 0], None),
        ([8, 32, 0, 32, 1, 0], None),
        ([0, 32, 0, 32, -1, 0], None),
        (
            [101, 32, 0, 32, 4, 0],
            r"^x must be .* 4 devices\. Got 101 points in batches of 32, the last of 5 .*out 1, or",
        ),
        ([96, 32, 33, 32, 3, 2], "^validation_data must be .* Got 33 points"),
        ([96, 30, 0, 30, 4, 0], "^batch_size must be a multiple of the 4 devices"),
    ],
)
def test_batches_must_divide_among_the_devices(load: list[int], rule: str | None) -> None:
    if rule is None:
        fit_devices._check_load(np.array(load), 4)
    else:
        with pytest.raises(InvalidInput, match=rule):
            fit_devices._check_load(np.array(load), 4)
