"""Tests that start Ray run alone, and in one turn."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from turns import Turns, alone, first

fcntl = pytest.importorskip("fcntl")


def item(*marks):
    return SimpleNamespace(
        get_closest_marker=lambda name: next((one for one in marks if one.name == name), None)
    )


RAY, NO_RAY = item(pytest.mark.ray.mark), item(pytest.mark.slow.mark)
ASKS_RAY = item(pytest.mark.ray(starts=False).mark)


def can_enter(shared) -> bool:
    """Whether a test of another process may run beside."""
    with (shared / "room").open("ab") as room:
        try:
            fcntl.flock(room, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_what_starts_ray_is_alone_and_first():
    items = [NO_RAY, RAY, ASKS_RAY, RAY]
    first(items)
    assert items == [RAY, RAY, NO_RAY, ASKS_RAY]
    assert [alone(one) for one in (*items, None)] == [True, True, False, False, False]


def test_the_turn_is_kept_between_two_that_are_alone(tmp_path):
    turns = Turns()
    for test, then, during, after in [
        (NO_RAY, RAY, True, True),
        (RAY, RAY, False, False),
        (RAY, NO_RAY, False, True),
        (RAY, RAY, False, False),
        (NO_RAY, None, True, True),  # where the second one was skipped
        (RAY, None, False, True),
    ]:
        with turns.of(test, then, tmp_path):
            assert can_enter(tmp_path) is during
        assert can_enter(tmp_path) is after


def test_the_turn_ends_where_a_test_fails(tmp_path):
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.of(RAY, None, tmp_path):
        raise ZeroDivisionError
    assert can_enter(tmp_path)
