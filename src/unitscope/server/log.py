"""The server's log: of each kind of fault one line a second, so that no client can fill a disk."""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SECONDS = 1.0
_LOGGERS = ("uvicorn.error", "uvicorn.access", "asyncio")
_MOST_KINDS = 200
_NUMBER = re.compile(r"0x[0-9a-f]+|[0-9]+")
_TOKEN = re.compile(r"(token=)[^&\s\"']+")


@dataclass
class _Kind:
    """When a kind of fault was last written, and how often it came since."""

    written: float
    unwritten: int = 0


class OneLineASecond(logging.Filter):
    """Lets one record of a kind pass a second, with how many were left out before it.

    A kind is the place of an error and its type, or a message without its numbers. The first error
    of a kind comes with its traceback, later ones in one line. What is no warning passes. No token
    does.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: OrderedDict[object, _Kind] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written; its text becomes one line."""
        if record.levelno < logging.WARNING:
            _forget_tokens(record)
            return True
        text = _TOKEN.sub(r"\1…", " ".join(record.getMessage().split()))
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, UnicodeDecodeError) and text.startswith("Invalid UTF-8"):
            return False  # uvicorn's, of a client's text: no fault, and its connection ends
        kind = self._kinds.get(key := (record.name, record.levelno, _kind_of(text, error)))
        now = self._clock()
        if kind is not None and now - kind.written < SECONDS:
            kind.unwritten += 1
            return False
        if error is not None and kind is not None:
            record.exc_info, record.exc_text = None, None
            text = f"{text} {type(error).__name__}"
        if kind is not None and kind.unwritten:
            text = f"{text} (and {kind.unwritten:,} more like it)"
        record.msg, record.args = text, None
        record.__dict__.pop("color_message", None)
        self._kinds[key] = _Kind(now)
        self._kinds.move_to_end(key)
        if len(self._kinds) > _MOST_KINDS:
            self._kinds.popitem(last=False)
        return True


def _forget_tokens(record: logging.LogRecord) -> None:
    if isinstance(record.args, tuple):
        record.args = tuple(
            _TOKEN.sub(r"\1…", one) if isinstance(one, str) else one for one in record.args
        )


def _kind_of(text: str, error: BaseException | None) -> object:
    if error is None:
        return _NUMBER.sub("#", text)[:200]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = (trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else None
    return type(error).__name__, where


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Have the server's loggers write so."""
    rule, loggers = OneLineASecond(), [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(rule)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(rule)
