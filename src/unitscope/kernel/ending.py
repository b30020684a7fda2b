"""Training that lasts: who waits for it looks round now and then, and may end it half-way."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

import numpy as np

from unitscope.kernel import layout

_LOOK_SECONDS = 0.1  # between two looks


def looked_after(train: Callable[[], int], numbers: np.ndarray, look: Callable[[], None]) -> int:
    """What `train` gives, in a thread of its own: here, `look` is called now and then meanwhile.

    What it raises, and Ctrl-C in the main thread, ends the training by its `numbers`, before the
    next points go through the network, and is raised when that has come to its end.
    """
    ended: SimpleQueue[tuple[int, BaseException | None]] = SimpleQueue()

    def work() -> None:
        try:
            ended.put((train(), None))
        except BaseException as error:
            ended.put((0, error))

    worker = threading.Thread(target=work)
    try:
        try:
            worker.start()
        except RuntimeError:  # no more threads to be had
            return train()
        while True:
            with contextlib.suppress(Empty):
                result, error = ended.get(timeout=_LOOK_SECONDS)
                break
            look()
    except BaseException:
        numbers[layout.ENDED] = 1
        if worker.is_alive():
            worker.join()
        raise
    worker.join()
    if error is not None:
        raise error
    return result
