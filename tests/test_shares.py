"""A share in percent never says all or none of what is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unitscope.shares import percent, share_told


@pytest.mark.parametrize(
    ("share", "one", "none"),
    [
        (0, "0.0%", "0%"),
        (1e-9, "<0.1%", "<1%"),
        (0.0009, "<0.1%", "<1%"),
        (0.001, "0.1%", "<1%"),
        (0.5, "50.0%", "50%"),
        (0.4321, "43.2%", "43%"),
        (0.9949, "99.5%", ">99%"),
        (0.999, "99.9%", ">99%"),
        (2999 / 3000, ">99.9%", ">99%"),
        (1 - 1e-12, ">99.9%", ">99%"),
        (1, "100.0%", "100%"),
        (math.nan, "-", "-"),
    ],
)
def test_shares_are_all_or_none_only_where_they_are(share, one, none):
    assert (percent(share), percent(share, 0)) == (one, none)


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_what_is_printed_is_true(counts):
    right, n = counts
    for decimals in (0, 1, 2):
        text = percent(right / n, decimals)
        shown, share = float(text.strip("<>%")), 100 * right / n
        if text[0] == ">":
            assert shown < share < 100
        elif text[0] == "<":
            assert 0 < share < shown
        else:
            assert abs(shown - share) <= 0.5001 * 10.0**-decimals
            assert (shown == 100) == (right == n)
            assert (shown == 0) == (right == 0)


@given(st.floats(0, 1), st.integers(2, 4))
def test_a_share_is_told_as_itself_or_as_over_or_under_what_it_is(share, digits):
    told = share_told(share, digits)
    if isinstance(told, float):
        assert told == share
        assert float(f"{share:.{digits}g}") < 1 or share == 1
    else:
        assert told[1] < share < 1 if told[0] == "over" else 0 < share < told[1]
