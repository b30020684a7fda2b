"""A Run or a Classifier of ours as what is read: its last network, and what it knows beside it."""

from __future__ import annotations

from typing import Any

from unitscope.data.dataset import Dataset
from unitscope.data.rows import features_of
from unitscope.models.read import ReadNetwork, line_of
from unitscope.networks import Network


def run_behind(what: Any) -> Any:
    """The Run of a fitted Classifier; anything else as it is."""
    run = getattr(what, "run_", None)
    return run if is_run(run) else what


def is_run(what: Any) -> bool:
    """Whether it is a Run, by what it has: its class is in a later room."""
    if isinstance(what, type):
        return False
    network, data = getattr(what, "network", None), getattr(what, "data", None)
    return isinstance(network, Network) and isinstance(data, Dataset)


def from_ours(what: Any) -> ReadNetwork:
    """The network of a Network, a Run or a fitted Classifier, with the names that are known."""
    run = run_behind(what)
    if isinstance(run, ReadNetwork):
        return run
    if isinstance(run, Network):
        return ReadNetwork(run.layers, line_of("logits", (), (), run.n_classes))
    net, data = run.network, run.data
    return ReadNetwork(
        net.layers,
        line_of("logits", (), (), net.n_classes),
        labels=data.labels,
        class_names=data.class_names,
        feature_names=data.feature_names,
        prepare=lambda rows: features_of(data, rows),
    )
