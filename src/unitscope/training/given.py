"""A network that was trained elsewhere, with its data, as a Run of no epochs."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said
from unitscope.kernel.state import State
from unitscope.models.ours import from_ours, run_behind
from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.subject import network_and_data
from unitscope.training.fitted import Fitted
from unitscope.training.run import Run


def run_of(what: Any, data: Any = None, name: str = "run") -> Run:
    """The argument `name` as a Run, which of a network or a model with its data has no epochs.

    `data` is a Dataset or a pair (X, y); a Run has its own. **Raises** `InvalidInput` for what is
    none of these, `UnsupportedModel` for a model that cannot be read.
    """
    run = run_behind(what)
    if not isinstance(run, Run):
        return untrained(*network_and_data(what, data, name=name))
    if data is not None:
        remedy = "us.Scope(run.network, data) shows its network with other data."
        raise refusal("data", "left out with a Run, which has its own", said("some"), remedy)
    return run


def untrained(net: Network, data: Dataset) -> Run:
    """The Run of no epochs that has the network and its data."""
    read = from_ours(net)
    if data.n_classes > net.n_classes:
        rule = f"of at most {net.n_classes} classes, the network's"
        raise refusal("data", rule, said(f"{data.n_classes} classes"))
    functions = tuple(layer.activation for layer in net.layers[:-1])
    activation = functions if len(set(functions)) > 1 else (*functions, "relu")[0]
    recipe = Recipe(net.sizes[1:-1], activation, epochs=0, standardize=False)
    weights = net.to_vector()
    return Run(
        read.dataset(data),
        recipe,
        Network(net.layers),
        weights[None],
        np.zeros(0),
        State.fresh(weights),
        Fitted(read_as=read.understood),
    )
