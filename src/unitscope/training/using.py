"""A trained network on new rows: labels in, labels out."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.rows import features_of, labelled
from unitscope.networks import Network
from unitscope.training.report import Report

_AT_ONCE = 2**22  # numbers of the widest layer, of rows that are looked at together


def predicted(net: Network, data: Dataset, rows: Any) -> np.ndarray:
    """The label of each row, (n,), of the dtype of the labels of `data`."""
    return data.labels[_classes(net, features_of(data, rows))]


def probabilities(net: Network, data: Dataset, rows: Any) -> np.ndarray:
    """The probability of each class of `data` for each row, (n, K)."""
    X = features_of(data, rows)
    return np.concatenate([net.probabilities(part) for part in _parts(net, X)])


def reported(net: Network, data: Dataset, rows: Any, y: Any) -> Report:
    """What the network makes of rows with their labels; without rows, of the points of `data`."""
    own = rows is None or rows is data
    X, actual = labelled(data, data if rows is None else rows, y)
    confusion = np.zeros((data.n_classes, data.n_classes), np.int64)
    np.add.at(confusion, (actual, _classes(net, X)), 1)
    return Report(data.class_names, data.labels, confusion, own and y is None)


def _classes(net: Network, X: np.ndarray) -> np.ndarray:
    return np.concatenate([net.predict(part) for part in _parts(net, X)])


def _parts(net: Network, X: np.ndarray) -> list[np.ndarray]:
    size = max(1, _AT_ONCE // max(net.sizes))
    return [X[at : at + size] for at in range(0, len(X), size)]
