"""What the library raises.

Every refusal is worded alike: NAME must be RULE. Got VALUE instead.
"""

from __future__ import annotations

import math
import numbers
import operator
from typing import Any, cast

from unitscope.visible import on_one_line

__all__ = [
    "CannotWrite",
    "InvalidInput",
    "MissingDependency",
    "TrainingDiverged",
    "UnitscopeError",
    "UnsupportedModel",
]

MOST = 2**63 - 1  # the largest whole number anywhere
_LONGEST_VALUE = 80


class UnitscopeError(Exception):
    """Anything this library refuses or gives up on; the command line shows it as one line."""


class InvalidInput(UnitscopeError, ValueError):
    """An argument or a file that breaks a stated rule.

    `got` is what it has instead, and `remedy` what to do in Python; both stand in the message.
    """

    got = remedy = ""


class UnsupportedModel(UnitscopeError, TypeError):
    """A model that is not a chain of dense layers, with the part that is not."""


class MissingDependency(UnitscopeError, ImportError):
    """An optional library is needed and not installed; the message says how to install it."""


class CannotWrite(UnitscopeError, OSError):
    """A file that cannot be written, with its path and the reason; `errno` is the system's."""

    def __init__(self, message: str, *, number: int | None = None) -> None:
        super().__init__(message)
        self.errno = number


class TrainingDiverged(UnitscopeError, ArithmeticError):
    """Training reached a loss or a weight that is not finite.

    `epoch` is the first bad epoch (counted from 1) and `run` the Run up to the last finite one.
    """

    def __init__(self, message: str, *, epoch: int, run: Any = None) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.run = run


def shown(value: object) -> str:
    """A value as it appears in a message: its repr, on one line of at most 80 characters."""
    if isinstance(value, (str, bytes, list)):
        value = value if isinstance(value, _Said) else value[: 2 * _LONGEST_VALUE]
    text = value if isinstance(value, _Said) else repr(value)
    text = on_one_line(text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


class _Said(str):
    """A description that stands in a message as it is, without quotation marks."""

    __slots__ = ()


def said(description: str) -> str:
    """Mark a description, such as "shape (3,)", so that a refusal shows it unquoted."""
    return _Said(description)


def kind_of(thing: object) -> str:
    """What a thing is, by its class: "an MLPClassifier"; "the class Run itself" of a class."""
    if isinstance(thing, type):
        return f"the class {thing.__name__} itself"
    name = type(thing).__name__
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def refusal(name: str, rule: str, value: object, remedy: str = "") -> InvalidInput:
    """The error for an argument `name` that breaks `rule`; the caller raises it."""
    message = f"{name} must be {rule}. Got {shown(value)} instead."
    refused = InvalidInput(f"{message} {remedy}".rstrip())
    refused.got, refused.remedy = shown(value), remedy
    return refused


def whole_number(name: str, value: object, *, at_least: int, at_most: int = MOST) -> int:
    """`value` as an int, or the refusal that says within which bounds it must be a whole number.

    Whatever they are, it has at most 63 bits: NumPy and compiled code count in no more.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(cast(Any, value))
    except TypeError:
        number = None
    if number is None or not at_least <= number <= at_most:
        bounds = f"of at least {at_least}" if at_most == MOST else f"from {at_least} to {at_most}"
        if number is not None and number > MOST == at_most:
            bounds += " and below 2**63"
        raise refusal(name, f"a whole number {bounds}", value if number is None else number)
    return number


def real_number(
    name: str,
    value: object,
    rule: str,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
) -> float:
    """`value` as a finite float inside the bounds, or the refusal with `rule` in words."""
    if not isinstance(value, float) and (
        isinstance(value, bool) or not isinstance(value, numbers.Real)
    ):
        raise refusal(name, rule, value)
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond the largest float
        raise refusal(name, rule, value) from None
    if (
        not math.isfinite(number)
        or (above is not None and number <= above)
        or (at_least is not None and number < at_least)
        or (below is not None and number >= below)
    ):
        raise refusal(name, rule, value)
    return number


def __dir__() -> list[str]:
    return __all__
