"""The server's log: no client can fill a disk with it."""

from __future__ import annotations

import logging

from unitscope.server import log


def record(message: str, *args, error: Exception | None = None, level=logging.WARNING):
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("uvicorn.error", level, "file.py", 1, message, args, info)


def raised(kind: type[Exception]) -> Exception:
    try:
        raise kind("no")
    except kind as error:
        return error


def test_of_each_kind_of_fault_one_line_a_second_is_written():
    now = [0.0]
    rule = log.OneLineASecond(lambda: now[0])
    first = record("Bad %d from %s", 1, "0x7f")
    assert rule.filter(first) and first.getMessage() == "Bad 1 from 0x7f"
    assert not any(rule.filter(record("Bad %d from %s", k, "0x99")) for k in range(5))
    assert rule.filter(record("Another"))
    now[0] = 1.5
    later = record("Bad %d from %s", 9, "0x1")
    assert rule.filter(later)
    assert later.getMessage() == "Bad 9 from 0x1 (and 5 more like it)"
    info = record("of no fault", level=logging.INFO)
    assert rule.filter(info) and rule.filter(record("of no fault", level=logging.INFO))


def test_a_traceback_is_written_once_and_later_one_line():
    now = [0.0]
    rule = log.OneLineASecond(lambda: now[0])
    error = raised(ZeroDivisionError)
    first, second = record("It failed\n", error=error), record("It failed\n", error=error)
    assert rule.filter(first) and first.exc_info
    assert not rule.filter(second)
    assert rule.filter(record("It failed", error=raised(KeyError)))
    now[0] = 2.0
    third = record("It failed\n", error=error)
    assert rule.filter(third) and third.exc_info is None
    assert third.getMessage() == "It failed ZeroDivisionError (and 1 more like it)"
    bad = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    assert not rule.filter(record("Invalid UTF-8 sequence received from client.", error=bad))
    assert rule.filter(record("A request failed", error=bad))


def test_kinds_of_faults_are_forgotten_rather_than_kept_for_ever():
    rule = log.OneLineASecond(lambda: 0.0)
    for k in range(1000):
        rule.filter(record("".join("xy"[k >> bit & 1] for bit in range(10))))
    assert len(rule._kinds) <= 200
