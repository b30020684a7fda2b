"""What is known of a training that `us.fit` did, and of classes that had no point in it."""

from __future__ import annotations

import numpy as np

from unitscope.explanation.facts import measure
from unitscope.explanation.measured import Measured
from unitscope.training.fitted import Fitted
from unitscope.training.run import Run


@measure
def not_trained_on(at: Measured) -> tuple[int, ...]:
    """The classes without a point among those that the run was trained on."""
    return tuple(np.flatnonzero(_run(at).data.counts == 0).tolist())


@measure
def trained_by_keras(at: Measured) -> str | None:
    """Why Keras trained it; None where it did not."""
    return _fitted(at).why


@measure
def minimized(at: Measured) -> str | None:
    """The name of the loss that was minimized; None for the cross-entropy of the classes."""
    return _fitted(at).loss


@measure
def misread(at: Measured) -> str | None:
    """What the loss took the outputs for, where they were the other: logits, probabilities."""
    return _fitted(at).misread


@measure
def on_validation(at: Measured) -> tuple[float | None, float | None]:
    """The last epoch's loss and accuracy on the points that were held out."""
    run, found = _run(at), _fitted(at)
    if run.validation is not None and run.epochs:
        last = run.epochs - 1
        return float(run.validation.loss[last]), float(run.validation.accuracy[last])
    return found.validation_loss, found.validation_accuracy


@measure
def went_back(at: Measured) -> tuple[int, int]:
    """The epoch with the lowest loss on the points held out, and how many were trained.

    Both are 0 where the training was not to stop by that.
    """
    run = _run(at)
    if run.validation is None or run.validation.patience is None:
        return 0, 0
    return run.epochs, len(run.validation.loss)


@measure
def read_as(at: Measured) -> str | None:
    """As what the model was read, of a network that was trained elsewhere."""
    return _fitted(at).read_as


def _fitted(at: Measured) -> Fitted:
    return _run(at).fitted or Fitted()


def _run(at: Measured) -> Run:
    if at.run is None:
        raise ValueError("no run")
    return at.run
