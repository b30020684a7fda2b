"""The callbacks of a fit in the kernel: called as Keras does, and which of them look at the model.

Weights go into the model only for those who look. That is every callback that is not Keras's own:
what it reads, by whatever way, is there before it is called. Of Keras's own it is known that they
reach the model by their attribute `model` only; some get one there that notes when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from unitscope.keras_fit.interrupts import Interrupts
from unitscope.models.keras import keras_package, kind

# What these ask the model for without looking at its weights.
_PLAIN = ("stop_training", "history", "metrics", "jax_state_sync")
_ASKED = {
    "History": _PLAIN,
    "CSVLogger": _PLAIN,
    "EarlyStopping": _PLAIN,
    "ModelCheckpoint": _PLAIN,
    "ReduceLROnPlateau": (*_PLAIN, "optimizer"),  # whose learning rate it reads and sets
}
# Called with what the model is asked for; what it returns is given instead, unless that is None.
_Look = Callable[[str], Any]
_EPOCH_HOOKS = ("on_epoch_begin", "on_epoch_end")


class Events:
    """The callbacks of one fit, a History among them.

    `looking`: whether the model must be up to date before each call at an epoch's begin and end;
    `rating`: whether one may set the learning rate without looking at anything else; `bare`:
    whether there is nobody but the History.
    """

    def __init__(
        self,
        model: Any,
        callbacks: Iterable[Any],
        params: Mapping[str, Any],
        interrupts: Interrupts,
        look: _Look,
    ) -> None:
        package = keras_package(model)
        self._sorted = package.__name__ == "keras"  # Keras 3 sorts what it logs
        self._model, self._interrupts = model, interrupts
        self._package, self._params = package, dict(params)
        self._base = package.callbacks.Callback
        self._quickened: list[tuple[Any, Any]] = []
        self._callbacks = list(callbacks)
        histories = [c for c in self._callbacks if isinstance(c, package.callbacks.History)]
        if not histories:
            histories.append(package.callbacks.History())
            self._callbacks.append(histories[0])
        self.history = histories[-1]
        if not hasattr(self.history, "epoch"):  # which it gets when the training begins, if it does
            self.history.epoch = []
        model.history = self.history
        self._own = [c for c in self._callbacks if _is_own(c, package)]
        others = [c for c in self._callbacks if not any(c is own for own in self._own)]
        self.looking = any(_overrides(c, package) for c in others)
        self.rating = any(kind(c, package) == "ReduceLROnPlateau" for c in self._own)
        self.bare = all(kind(c, package) == "History" for c in self._own) and not others
        self._set_up(package, look)

    def _set_up(self, package: ModuleType, look: _Look) -> None:
        watched = {
            id(c): _Watched(self._model, _ASKED[kind(c, package)], look)
            for c in self._own
            if not self.looking
        }
        for callback in self._callbacks:
            callback.set_model(watched.get(id(callback), self._model))
        for callback in self._callbacks:
            callback.set_params(self._params)

    def train_begin(self) -> None:
        """Before the first epoch."""
        self._call("on_train_begin", {})

    def epoch_begin(self, epoch: int) -> None:
        """Before an epoch, counted from 0."""
        if not self.bare:
            self._call("on_epoch_begin", epoch, {})

    def epoch_end(self, epoch: int, logs: Mapping[str, float]) -> dict[str, float]:
        """After an epoch; the logs as the callbacks left them."""
        told = self._told(logs)
        try:
            self._call("on_epoch_end", epoch, told)
        except KeyboardInterrupt:  # the epoch has been trained, so that the History is to have it
            if epoch not in self.history.epoch[-1:]:
                self.history.on_epoch_end(epoch, told)
            raise
        if not self._quickened:  # by now they have chosen how they compare
            self._quickened = list(self._with_quick_comparisons())
        return told

    def _with_quick_comparisons(self) -> Iterator[tuple[Any, Any]]:
        """Have Keras's own callbacks compare numbers without the backend, which takes 0.2 ms.

        Each of them with what it compared by before.
        """
        ops: Any = getattr(self._package, "ops", None)  # Keras 2 compares by NumPy
        for callback in self._own:
            before = getattr(callback, "monitor_op", None)
            if before is not None and ops and before in (ops.less, ops.greater):
                callback.monitor_op = _Comparison(before, less=before is ops.less)
                yield callback, before

    def epochs_end(self, first: int, columns: Mapping[str, list[float]]) -> None:
        """After several epochs of which only the History is told, a column for each value."""
        self._fill_history(range(first, first + len(columns["loss"])), self._told(columns))

    def _fill_history(self, epochs: Iterable[int], columns: Mapping[str, Iterable[float]]) -> None:
        self.history.epoch.extend(epochs)
        for name, values in columns.items():
            self.history.history.setdefault(name, []).extend(values)

    def _tell_history(self, hook: str, *arguments: Any) -> None:
        """Call a hook of a History that is Keras's own."""
        if hook != "on_epoch_end":
            getattr(self.history, hook)(*arguments)
            return
        epoch, logs = arguments
        self._fill_history([epoch], {name: [value] for name, value in logs.items()})
        if self._model.history is not self.history:  # to set it costs Keras more than all of this
            self._model.history = self.history

    def train_end(self, logs: Mapping[str, float]) -> None:
        """After the last epoch."""
        self._call("on_train_end", self._told(logs))

    def handed_over(self) -> Any:
        """Keras's own list of these callbacks, as it is once the training has begun."""
        listed = self._package.callbacks.CallbackList(
            self._callbacks, model=self._model, **self._params
        )
        callbacks, listed.callbacks = listed.callbacks, []
        listed.on_train_begin()  # which none of them is told again
        listed.callbacks = callbacks
        return listed

    def leave(self) -> None:
        """Give all callbacks the model itself, and what they compared by."""
        for callback in self._own:
            callback.set_model(self._model)
        for callback, comparison in self._quickened:
            if isinstance(callback.monitor_op, _Comparison):
                callback.monitor_op = comparison

    def _told(self, logs: Mapping[str, Any]) -> dict[str, Any]:
        return dict(sorted(logs.items()) if self._sorted else logs)

    def _call(self, hook: str, *arguments: Any) -> None:
        for callback in self._callbacks:
            own = any(callback is one for one in self._own)
            if own and getattr(type(callback), hook) is getattr(self._base, hook):
                continue  # it has nothing to do then
            if own and callback is self.history:
                self._tell_history(hook, *arguments)  # quick, and not to stop half-way
            else:
                self._interrupts.call(getattr(callback, hook), *arguments)


def _is_own(callback: Any, package: ModuleType) -> bool:
    """Whether it is one of Keras's own that are known here, with no method replaced."""
    if kind(callback, package) not in _ASKED:
        return False
    return not any(callable(getattr(type(callback), name, None)) for name in vars(callback))


def _overrides(callback: Any, package: ModuleType) -> bool:
    base = package.callbacks.Callback
    return any(
        hook in vars(callback) or getattr(type(callback), hook) is not getattr(base, hook)
        for hook in _EPOCH_HOOKS
    )


class _Comparison:
    """Keras's `less` or `greater`: two floats as the backend compares them, in float32."""

    def __init__(self, ops: Any, *, less: bool) -> None:
        self._ops, self._less = ops, less

    def __call__(self, one: Any, other: Any) -> Any:
        if type(one) is not float or type(other) is not float:
            return self._ops(one, other)
        with np.errstate(over="ignore"):
            first, second = np.float32(one), np.float32(other)
        return first < second if self._less else first > second


class _Watched:
    """A model that calls `look` before it gives anything but what is in `plain`."""

    def __init__(self, model: Any, plain: tuple[str, ...], look: _Look) -> None:
        vars(self).update(_model=model, _plain=plain, _look=look)

    def __getattr__(self, name: str) -> Any:
        found = None if name in self._plain else self._look(name)
        return getattr(self._model, name) if found is None else found

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._plain:
            self._look("")
        setattr(self._model, name, value)
