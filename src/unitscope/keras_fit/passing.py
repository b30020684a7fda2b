"""What passes of a stream while Keras reads it, so that nobody need read it once more.

A `tf.data.Dataset` is given to Keras with a step behind it that notes each batch: it has the same
batches in the same order, as many, and takes no random number. A `DataLoader` of PyTorch notes what
it gives by its class, which is its own again afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from unitscope.keras_fit.heads import KerasOnly

_Batch = tuple[np.ndarray, np.ndarray]


class Passing:
    """The batches of the first epoch, in copies, up to `most` points.

    Keras may begin to read more than once, to see of what shape the batches are; what counts is
    what it read last when the epoch ended.
    """

    def __init__(self, steps: int | None, most: int) -> None:
        self._steps, self._most = steps, most
        self._batches: list[_Batch] = []
        self._points, self._ended, self._failed = 0, False, False

    def begin(self) -> None:
        """Somebody begins to read."""
        if not self._ended:
            self._batches, self._points = [], 0

    def end(self) -> None:
        """The first epoch has been trained."""
        self._ended = True

    def take(self, points: Any, labels: Any) -> None:
        """A batch passes."""
        wanted = self._points < self._most and len(self._batches) != self._steps
        if self._ended or self._failed or not wanted:
            return
        try:
            self._batches.append((np.array(points), np.array(labels)))
            self._points += len(points)
        except Exception:  # arrays of another device, for one: the training is not to end by it
            self._failed = True

    def batches(self) -> list[_Batch] | None:
        """Those that passed; None where they could not be noted."""
        return None if self._failed else self._batches

    def data_set(self, stream: Any) -> Any:
        """A `tf.data.Dataset` that gives what `stream` does. **Raises** `KerasOnly` if no pairs."""
        tensorflow: Any = sys.modules["tensorflow"]
        spec = stream.element_spec
        pair = isinstance(spec, (tuple, list)) and len(spec) > 1
        if not pair or not all(isinstance(part, tensorflow.TensorSpec) for part in spec[:2]):
            raise KerasOnly("a batch of its x is not a pair (x, y)")

        def note(index: Any, points: Any, labels: Any) -> None:
            if index == 0:
                self.begin()
            self.take(points, labels)

        def through(index: Any, batch: Any) -> Any:
            tensorflow.numpy_function(note, (index, *batch[:2]), ())
            return batch

        # TensorFlow puts a prefetch behind a last step that has none itself, as this one has not:
        # a stream that has one would be read one batch further ahead than it is for Keras.
        options = tensorflow.data.Options()
        options.experimental_optimization.inject_prefetch = False
        dataset = tensorflow.data.Dataset
        return dataset.zip((dataset.counter(), stream)).map(through).with_options(options)

    def loader_class(self, own: type) -> type:
        """A class of PyTorch's loaders, whose batches pass here."""
        begin, take, end = self.begin, self.take, self.end

        def iterate(loader: Any) -> Iterator[Any]:
            begin()
            for batch in own.__iter__(loader):  # type: ignore[attr-defined]
                if isinstance(batch, (tuple, list)) and len(batch) > 1:
                    take(*batch[:2])
                yield batch
            end()

        names = {"__iter__": iterate, "__module__": own.__module__, "__doc__": own.__doc__}
        return type(own.__name__, (own,), names)


def is_data_set(stream: Any) -> bool:
    """Whether it is a `tf.data.Dataset`, of which nobody has another device's part."""
    tensorflow: Any = sys.modules.get("tensorflow")
    return tensorflow is not None and isinstance(stream, tensorflow.data.Dataset)


def is_loader(stream: Any) -> bool:
    """Whether it is a `DataLoader` of PyTorch."""
    torch: Any = sys.modules.get("torch.utils.data")
    return torch is not None and isinstance(stream, torch.DataLoader)
