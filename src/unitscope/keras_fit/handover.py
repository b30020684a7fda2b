"""A fit that the kernel began and Keras ends: a callback changed what the kernel cannot follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unitscope.keras_fit.plan import KerasOnly


class ChangedMidway(KerasOnly):
    """A callback changed the model before `epoch`; `events` are the callbacks, which have begun."""

    def __init__(self, epoch: int, events: Any) -> None:
        super().__init__(f"a callback changed the model before epoch {epoch + 1}")
        self.epoch, self.events = epoch, events


def end_with_keras(
    model: Any, X: Any, y: Any, arguments: Mapping[str, Any], why: ChangedMidway
) -> Any:
    """Keras trains the remaining epochs into the same History, whose `.run` is None."""
    events, stopped = why.events, model.stop_training
    begin = events.on_epoch_begin

    def on_epoch_begin(epoch: int, logs: Any = None) -> None:
        if epoch == why.epoch:  # it has been called for this one
            model.stop_training = stopped
        else:
            begin(epoch, logs)

    events.on_train_begin = lambda logs=None: None
    events.on_epoch_begin = on_epoch_begin
    history = model.history
    model.fit(X, y, callbacks=events, **{**arguments, "initial_epoch": why.epoch})
    history.run, history.why = None, f"{why}; no run was recorded"
    return history
