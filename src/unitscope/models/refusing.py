"""What is odd about another library's model is a refusal in words, whatever Python raises at it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from unitscope.errors import UnitscopeError, kind_of, refusal, said, shown

Reader = TypeVar("Reader", bound=Callable[..., Any])


def in_words(reader: Reader) -> Reader:
    """A reader of models that raises nothing but our errors, and that there is no memory."""

    @functools.wraps(reader)
    def read(model: Any, **named: Any) -> Any:
        try:
            return reader(model, **named)
        except (UnitscopeError, MemoryError, ImportError):
            raise
        except Exception as error:  # of what it has been given since it was fitted
            why = shown(said(f"{type(error).__name__}: {error}"))
            rule = "a fitted model as its library leaves it"
            raise refusal("model", rule, said(kind_of(model)), f"{why}.") from error

    return cast("Reader", read)
