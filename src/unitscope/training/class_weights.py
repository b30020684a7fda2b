"""By what each point's loss is multiplied: the recipe's weights of classes, for a data set."""

from __future__ import annotations

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal
from unitscope.recipe import Recipe


def point_weights(data: Dataset, recipe: Recipe) -> np.ndarray | None:
    """One number for each point, (n,) float64; None where all weigh the same."""
    if recipe.class_weight is None:
        return None
    return class_weights(data, recipe)[data.y]


def class_weights(data: Dataset, recipe: Recipe) -> np.ndarray:
    """The weight of each class, (K,) float64.

    **Raises** `InvalidInput` for a class that the data have not.
    """
    found, given = np.ones(data.n_classes), recipe.class_weight
    if given == "balanced":
        there = data.counts > 0
        found[there] = data.n_points / (there.sum() * data.counts[there])
        return found
    places = {str(place): place for place in range(data.n_classes)}
    names = {name: place for place, name in enumerate(data.class_names)}
    labels = {str(label): place for place, label in enumerate(data.labels.tolist())}
    pairs = dict(given or ())
    # numbers are labels where all are some, as 1, 2 and 3 may be; else they count the classes
    numbers = labels if all(str(key) in labels for key in pairs) else places
    for key, weight in pairs.items():
        place = (names | labels if isinstance(key, str) else numbers).get(str(key))
        if place is None:
            raise refusal(
                "class_weight", "of the data's classes: " + ", ".join(data.class_names), key
            )
        found[place] = weight
    return found
