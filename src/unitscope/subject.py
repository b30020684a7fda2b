"""What pictures, partitions and words are of: a Network, a Run, or a fitted model."""

from __future__ import annotations

import weakref
from contextlib import suppress
from typing import Any, Protocol

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, UnsupportedModel, kind_of, refusal, said
from unitscope.models.ours import from_ours
from unitscope.models.ours import is_run as is_run
from unitscope.models.ours import run_behind as run_behind
from unitscope.models.read import ReadNetwork
from unitscope.models.reading import reader_of, say
from unitscope.models.sampled import ASKED, DOORS, Model, SampledClassifier, can_be_asked, sampled
from unitscope.networks import Network


class _Run(Protocol):
    @property
    def network(self) -> Network: ...
    @property
    def data(self) -> Dataset: ...


class _Classifier(Protocol):
    @property
    def run_(self) -> _Run: ...


class _Model(Protocol):
    """Of scikit-learn or Keras."""

    @property
    def predict(self) -> Any: ...


class _Module(Protocol):
    """Of PyTorch."""

    @property
    def forward(self) -> Any: ...


Subject = Network | SampledClassifier | _Run | _Classifier | _Model | _Module
RULE = "a Network, a Run or a fitted model"
_READ = "us.network(model) reads models of Keras, scikit-learn and PyTorch."
_A_DATASET = "us.Dataset(X, y) makes one."

_told: weakref.WeakValueDictionary[tuple[int, str], Any] = weakref.WeakValueDictionary()


def network_of(name: str, what: Any) -> Network:
    """The argument `name` as a network: itself, that of a Run or a Classifier, its last one.

    A fitted model of another library is read; as what, is said the first time.

    **Raises** `InvalidInput` for anything else, `UnsupportedModel` for a model that cannot be read.
    """
    found = run_behind(what)
    if is_run(found):
        return found.network
    if isinstance(found, Network):
        return found
    read = reader_of(what)
    if read is None:
        order = "The network comes first, then the data."
        remedy = order if isinstance(what, Dataset) else remedy_for(what)
        raise refusal(name, RULE, described(what), remedy)
    net = read(what)
    _say_once(what, net)
    return net


def model_of(name: str, what: Any, points: Any = None) -> Model:
    """The argument `name` as a network, or as a model that is asked point by point.

    `points` say how many inputs it has where it does not know. **Raises** as `network_of`.
    """
    if isinstance(what, SampledClassifier):
        return what
    try:
        return network_of(name, what)
    except (InvalidInput, UnsupportedModel) as error:
        readable = isinstance(error, InvalidInput) and reader_of(what) is not None
        found = None if readable else sampled(what, points)
        if found is None:
            raise
    _say_once(what, found)
    return found


def _say_once(model: Any, net: ReadNetwork | SampledClassifier) -> None:
    """Say as what a model was read, unless that was said of it."""
    key = id(model), net.understood
    if _told.get(key) is model:
        return
    with suppress(TypeError):  # of a class that has no weak references
        _told[key] = model
    say(net)


def network_and_points(net: Any, points: Any, name: str = "net") -> tuple[Network, Any]:
    """The argument `name` as a network, and `points`: of a Run or a Classifier, its points.

    Where `points` is None, they are those of `net`. A Dataset, or a pair (X, y), becomes a Dataset
    of the classes of a model that was read. **Raises** `InvalidInput` as `network_of`.
    """
    found = network_of(name, net)
    return found, _points_for(net, found, points)


def model_and_points(net: Any, points: Any, name: str = "net") -> tuple[Model, Any]:
    """As `network_and_points`, of any model that `model_of` takes."""
    found = model_of(name, net, _rows_of(points))
    return found, _points_for(net, found, points)


def _rows_of(points: Any) -> Any:
    """What is given as points without its labels."""
    run = run_behind(points)
    return run.data if is_run(run) else points[0] if is_pair(points) else points


def _points_for(what: Any, net: Model, points: Any) -> Any:
    run = run_behind(what if points is None else points)
    if is_run(run):
        return _of_model(net, run.data)
    if isinstance(points, Dataset):
        return _of_model(net, points)
    return labelled_points(what, net, *points) if is_pair(points) else points


def network_and_data(
    net: Any, data: Any, y: Any = None, name: str = "net"
) -> tuple[Network, Dataset]:
    """The argument `name` as a network, and its data: as in `network_and_points`, or X with `y`.

    **Raises** `InvalidInput` for anything else.
    """
    found, points = network_and_points(net, _paired(data, y), name)
    return found, _a_dataset(points)


def model_and_data(net: Any, data: Any, y: Any = None, name: str = "net") -> tuple[Model, Dataset]:
    """As `network_and_data`, of any model that `model_of` takes."""
    found, points = model_and_points(net, _paired(data, y), name)
    return found, _a_dataset(points)


def models_and_data(a: Any, b: Any, data: Any) -> tuple[Model, Model, Dataset]:
    """Two models, both read before the data, which become a Dataset of the first's classes.

    **Raises** as `model_and_data`, of the argument `a` or `b`.
    """
    rows = _rows_of(data)
    one, other = model_of("a", a, rows), model_of("b", b, rows)
    return one, other, _a_dataset(_points_for(a, one, data))


def _paired(data: Any, y: Any) -> Any:
    """Points with the labels that are given beside them."""
    if y is None:
        return data
    if isinstance(data, Dataset) or is_run(run_behind(data)):
        raise refusal("y", "left out with data that have labels", described(y))
    if data is None:
        raise refusal("data", "the points of the labels y", None)
    return data, y


def _a_dataset(points: Any) -> Dataset:
    if not isinstance(points, Dataset):
        remedy = remedy_for(points, _A_DATASET)
        raise refusal("data", "a Dataset or a Run", described(points), remedy)
    return points


def labelled_points(what: Any, net: Model, X: Any, y: Any) -> Dataset:
    """Points and their labels as a Dataset, of the classes of a run or a model if it has such."""
    if isinstance(net, (ReadNetwork, SampledClassifier)):
        return net.dataset(X, y)
    return from_ours(what).dataset(X, y) if is_run(run_behind(what)) else Dataset(X, y)


def is_pair(points: Any) -> bool:
    """Whether it is (X, y), and not a window of two ranges."""
    if not isinstance(points, tuple) or len(points) != 2:
        return False
    return hasattr(points[0], "columns") or np.ndim(points[0]) == 2


def _of_model(net: Model, data: Dataset) -> Dataset:
    return net.dataset(data) if isinstance(net, (ReadNetwork, SampledClassifier)) else data


def remedy_for(what: Any, otherwise: str = _READ) -> str:
    """How what is no network and no run comes to one."""
    if is_run(getattr(what, "run", None)):
        return "What us.fit returns has the Run as history.run."
    if type(what).__module__ == "unitscope.classifier":
        return "Its fit(X, y) comes first."
    if can_be_asked(what):
        return DOORS
    return ASKED if callable(getattr(what, "predict", None)) else otherwise


def described(value: object) -> object:
    """A value as a message shows it: short ones as they are, others by what they are."""
    if value is None or isinstance(value, (str, bytes, bool, int, float, complex)):
        return value
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return said(f"an array of shape {shape}")
    return said(kind_of(value))
