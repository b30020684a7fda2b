"""Facts: measured values, each with the name of what measures it again. No English here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.looking import look

DIGITS = 3  # significant digits of a printed number
_RELATIVE = 1e-6  # numbers this close count as one, even where they are printed differently

MEASURES: dict[str, Callable[..., Any]] = {}


def measure(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register `function(measured, *about)` as a measure under its own name.

    `measured` is a Measured, or anything else that keeps what is `known` of it.
    """
    assert function.__name__ not in MEASURES, f"two measures called {function.__name__}"
    MEASURES[function.__name__] = function
    return function


@dataclass(frozen=True)
class Fact:
    """One measured value.

    - `name`, `about`: MEASURES[name](measured, *about) measures it.
    - `value`: whole numbers, strings and bools, which must come out the same; floats, which must
      print the same to `digits` significant digits or agree to 1e-6; and tuples of these.
    """

    name: str
    about: tuple[Any, ...]
    value: Any
    digits: int = DIGITS

    def holds(self, at: Any) -> bool:
        """Whether it is true of another network or other data, too."""
        try:
            now = value_of(at, self.name, *self.about)
        except (IndexError, KeyError, ValueError):  # no such unit, layer, class or point
            return False
        return agree(self.value, now, self.digits)


def fact(at: Any, name: str, *about: Any, digits: int = DIGITS) -> Fact:
    """Measure it now."""
    return Fact(name, about, value_of(at, name, *about), digits)


def value_of(at: Any, name: str, *about: Any) -> Any:
    """What MEASURES[name] gives; measured once, then remembered."""
    key = (name, *about)
    if key not in at.known:
        look()
        at.known[key] = plain(MEASURES[name](at, *about))
    return at.known[key]


def plain(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's numbers and tuples."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return tuple(plain(part) for part in value)
    return value.item() if isinstance(value, np.generic) else value


def printed(value: float, digits: int = DIGITS) -> str:
    """A number to so many significant digits, without an exponent from 0.0001 to 999,999."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0:
        return "0"
    if not 1e-4 <= abs(rounded) < 1e6:
        return f"{rounded:.{digits}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def agree(one: Any, other: Any, digits: int) -> bool:
    """Whether two values are the same, floats as they are printed."""
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(agree(a, b, digits) for a, b in pairs)
    if isinstance(one, float):
        close = abs(one - other) <= _RELATIVE * max(abs(one), abs(other))
        return close or printed(one, digits) == printed(other, digits)
    return bool(one == other)
