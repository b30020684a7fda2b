"""Points held out of a training: how they fare epoch by epoch, and when they say to stop."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.stored import names_from_json
from unitscope.errors import InvalidInput, real_number, refusal, said, whole_number
from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.training.curves import curves, penalties
from unitscope.values import Value

ARRAYS = ("validation_X", "validation_y", "validation_loss", "validation_accuracy")
_RULE = "a share above 0 and below 1, or a Dataset"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Validation(Value):
    """How points that a network was not trained on fared after each epoch.

    - `data`: those points.
    - `loss`: their mean cross-entropy with the recipe's penalties, as Keras's `val_loss`, and
      `accuracy`: the share that is right; after each epoch, (epochs,). Where a training was stopped
      early, both have the epochs after the best one, too, which the Run has not.
    - `patience`: after how many epochs without a lower loss it was to stop; None where never.
    """

    data: Dataset
    loss: np.ndarray
    accuracy: np.ndarray
    patience: int | None = None

    def __repr__(self) -> str:
        return f"Validation({self.data.n_points} points; {len(self.loss)} epochs)"

    def arrays(self) -> dict[str, np.ndarray]:
        """What a file keeps of it, with `patience`."""
        return dict(zip(ARRAYS, (self.data.X, self.data.y, self.loss, self.accuracy), strict=True))

    @classmethod
    def read(
        cls, about: Mapping[str, Any], arrays: Mapping[str, np.ndarray], epochs: int
    ) -> Validation | None:
        """What a file has of it, checked; None where it has nothing. `epochs`: the run's."""
        if ARRAYS[0] not in arrays:
            return None
        X, y, loss, accuracy = (arrays[name] for name in ARRAYS)
        for name, values in (("validation_loss", loss), ("validation_accuracy", accuracy)):
            known = values.dtype.kind == "f" and values.ndim == 1 and len(values) == len(loss)
            if not known or len(values) < epochs:
                rule = f"numbers of at least {epochs} epochs"
                raise refusal(name, rule, said(f"{values.dtype} of shape {values.shape}"))
        patience = about.get("patience")
        if patience is not None:
            whole_number("patience", patience, at_least=1)
        data = names_from_json(X, y, dict(about))
        return cls(data, loss.astype(np.float64), accuracy.astype(np.float64), patience)


def parted(
    data: Dataset, validation: float | Dataset | None, seed: int
) -> tuple[Dataset, Dataset | None]:
    """The points to train on, and those that are held out.

    **Raises** `InvalidInput` where they do not go together.
    """
    if validation is None:
        return data, None
    if not isinstance(validation, Dataset):
        real_number("validation", validation, _RULE, above=0.0, below=1.0)
        try:
            return data.split(test=float(validation), seed=seed)
        except InvalidInput:
            rule = "a share that leaves points on both sides"
            raise refusal("validation", rule, validation) from None
    for name in ("feature_names", "class_names"):
        ours, theirs = getattr(data, name), getattr(validation, name)
        if ours != theirs:
            rule = f"of the same {name.replace('_', ' ')} as the data: {', '.join(ours)}"
            raise refusal("validation", rule, said(", ".join(theirs)))
    return data, validation


def checked_patience(early_stopping: Any, held_out: Dataset | None) -> int | None:
    """After how many epochs without a lower loss to stop; None for never."""
    if early_stopping is None:
        return None
    patience = whole_number("early_stopping", early_stopping, at_least=1)
    if held_out is None:
        raise InvalidInput(
            "validation must be given with early_stopping. Got None instead. "
            "validation=0.2 holds out a fifth of the points."
        )
    return patience


class Watch:
    """Follows a training on the points that are held out.

    It stops, and which epoch is the best, as Keras's
    `EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True)` has it.

    - `points`: X, as the network takes them that is trained, and y.
    """

    def __init__(
        self,
        points: tuple[np.ndarray, np.ndarray],
        shape: Network,
        recipe: Recipe,
        patience: int | None,
    ) -> None:
        self._points, self._shape, self._recipe, self._patience = points, shape, recipe, patience
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self.best = 0  # the epoch, counted from 1, of one that may stop
        self._waited = 0

    @property
    def patient(self) -> bool:
        """Whether it may stop the training."""
        return self._patience is not None

    def stops(self, weights: np.ndarray) -> bool:
        """Look at the weights after the next epochs, (rows, P): whether one of them is the last."""
        loss, accuracy = curves(self._shape, weights, *self._points)
        loss += penalties(self._shape, weights, self._recipe)
        if self._patience is None:
            self.losses += loss.tolist()
            self.accuracies += accuracy.tolist()
            return False
        for value, share in zip(loss.tolist(), accuracy.tolist(), strict=True):
            self.losses.append(value)
            self.accuracies.append(share)
            self._waited += 1
            # the first is the best so far, whatever it is
            if not self.best or value < self.losses[self.best - 1]:
                self.best, self._waited = len(self.losses), 0
            elif self._waited >= self._patience:
                return True
        return False
