"""Where the course lab's own weights and batch order fit, a training starts from them."""

from __future__ import annotations

import functools

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.network import Dense, Network
from unitscope.recipe import Recipe


def fits_course(data: Dataset, recipe: Recipe) -> bool:
    """Whether they fit: the lab's network and number of points, at most its epochs."""
    return (
        data.X.shape == (100, 2)
        and data.n_classes == 4
        and recipe.hidden == (2,)
        and recipe.activation == "relu"
        and recipe.batch_size == 32
        and recipe.epochs <= 200
    )


@functools.cache
def course_start() -> tuple[Network, np.ndarray]:
    """The lab's initial network, and its order of points in every epoch, (200, 100)."""
    from unitscope import lab

    W1, b1, W2, b2 = lab.initial_weights()
    return Network([Dense(W1, b1, "relu"), Dense(W2, b2)]), lab.batch_order()
