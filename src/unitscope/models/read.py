"""ReadNetwork: the Network of a model that was fitted elsewhere, and what else the model knows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from unitscope import network_file
from unitscope.data.classes import encoded
from unitscope.data.dataset import Dataset
from unitscope.data.stored import labels_to_json
from unitscope.errors import refusal
from unitscope.models.rows import Prepare, dataset_of, points_of
from unitscope.networks import Dense, Network
from unitscope.values import equal, hashable

_LEFT_OUT = "its own steps before the network are not in the file"


class Flat:
    """The step of a model that takes points of any shape as rows of numbers."""

    name = "flat"

    def __call__(self, rows: Any) -> np.ndarray:
        """Points (n, ...) as (n, d)."""
        array = np.asarray(rows, dtype=np.float64)
        return array.reshape(len(array), -1)


FLAT = Flat()


@dataclasses.dataclass(frozen=True, init=False, eq=False)
class ReadNetwork(Network):
    """A Network that was read from a model of another library, exact in its decisions.

    - `class_names`: K names, and `labels`, (K,), what the model itself answers; None where it knows
      its classes by their places only.
    - `feature_names`: d names of what the network takes; None where the model knows none.
    - `understood`: in one line, as what the model was read.
    - `prepare`: the model's own steps that no network can do, such as one-hot encoding: rows as the
      model takes them to points (n, d) as the network does; None where there are none.

    It is equal to any Network of the same layers.
    """

    class_names: tuple[str, ...] | None
    labels: np.ndarray | None
    feature_names: tuple[str, ...] | None
    understood: str
    prepare: Prepare | None

    def __init__(
        self,
        layers: Sequence[Dense],
        understood: str,
        *,
        labels: Any = None,
        class_names: Sequence[str] | None = None,
        feature_names: Sequence[str] | None = None,
        prepare: Prepare | None = None,
    ) -> None:
        super().__init__(layers)
        names = None
        if labels is not None:
            labels = np.array(labels)
            if len(labels) != self.n_classes:
                rule = f"of as many classes as it has outputs, {self.n_classes}"
                raise refusal("model", rule, len(labels))
            names = names_of(labels) if class_names is None else tuple(class_names)
            labels.setflags(write=False)
        features = None if feature_names is None else _distinct(feature_names)
        if features is not None and len(features) != self.n_features:
            rule = f"of as many features' names as it has inputs, {self.n_features}"
            raise refusal("model", rule, len(features))
        vars(self).update(
            class_names=names,
            labels=labels,
            feature_names=features,
            understood=understood,
            prepare=prepare,
        )

    def points(self, X: Any) -> np.ndarray:
        """Rows as the model takes them, as points (n, d) that the network takes.

        **Raises** `InvalidInput` where the model's own steps refuse them.
        """
        return points_of(self, X)

    def dataset(self, X: Any, y: Any = None) -> Dataset:
        """Rows and their labels as a Dataset of the network's features and the model's classes.

        **Arguments**

        - `X`: rows as the model takes them, an array or a data frame; or a Dataset, whose features
          are found by their names where it has all that the model knows, else by their places.
        - `y`: one label a row, as the model was fitted to; a Dataset has its own.

        **Raises** `InvalidInput` for what the model cannot take, and for labels of no class of it.
        """
        return dataset_of(self, X, y)

    def _about(self, classes: list[str] | None, features: list[str] | None) -> dict[str, Any]:
        """With the labels and names that the model knows where none are given.

        `understood` says of steps that are not written.
        """
        labels = self.labels if classes is None else np.array(classes)
        if features is None:
            features = network_file.names("feature_names", self.feature_names, self.n_features)
        understood = self.understood
        flat = isinstance(self.prepare, Flat)
        if self.prepare is not None and not flat and _LEFT_OUT not in understood:
            understood = f"{understood}; {_LEFT_OUT}"
        return {
            "labels": None if labels is None else labels_to_json(labels),
            "feature_names": features,
            "understood": understood,
            "prepare": FLAT.name if flat else None,
        }

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        return self is other or equal(self.layers, other.layers)

    def __hash__(self) -> int:
        return hash((Network, hashable((self.layers,))))

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}; read as {self.understood})"


def _distinct(names: Sequence[Any]) -> tuple[str, ...]:
    """Names, of which steps may have made one twice: the second is called "name (2)"."""
    found: dict[str, None] = {}
    for name in map(str, names):
        number, own = 1, name
        while own in found:
            number += 1
            own = f"{name} ({number})"
        found[own] = None
    return tuple(found)


def names_of(labels: np.ndarray) -> tuple[str, ...]:
    """The names of classes, of their labels in the model's order: as a Dataset has them."""
    order, names, _ = encoded(labels, len(labels), None)
    return tuple(names[number] for number in order.tolist())


def line_of(
    scores: str, folded: Sequence[str], applied: Sequence[str], classes: int, also: str = ""
) -> str:
    """As what a model was read, in one line.

    `scores`: what the network's outputs are; `folded`: steps that are in its layers; `applied`:
    those that are done to the data before.
    """
    parts = [scores]
    if folded:
        parts.append(f"{', '.join(dict.fromkeys(folded))} folded in")
    if applied:
        left = ", ".join(applied)
        parts.append(f"{left} applied to the data before: the network takes the features made so")
    parts += [also] if also else []
    return "; ".join([*parts, f"{classes} classes"])
