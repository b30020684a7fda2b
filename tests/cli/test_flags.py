"""What the library says of settings, in the words of flags."""

from __future__ import annotations

import pytest

from unitscope.cli.flags import in_flags

SETTINGS = ("hidden", "learning_rate", "seeds", "epochs", "out", "resume")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("hidden[0] must be 1. Got 0 instead.", "--hidden must be 1. Got 0 instead."),
        ("learning_rate must be 1. Got 0 instead.", "--learning-rate must be 1. Got 0 instead."),
        (
            "folder must be new. Got 'seeds=3' instead. resume=True (--resume) goes on.",
            "--out must be new. Got 'seeds=3' instead. --resume goes on.",
        ),
        (
            "folder must be it. Got one with hidden=(3, 3), learning_rate=0.1, epochs=2 instead.",
            "--out must be it. Got one with --hidden 3 3, --learning-rate 0.1, --epochs 2 instead.",
        ),
        ("What would fit: seeds=3, or hidden=(2,).", "What would fit: --seeds 3, or --hidden 2."),
        (
            "X must be of shape (n=3). Got (4,) instead.",
            "X must be of shape (n=3). Got (4,) instead.",
        ),
        (
            "epochs must be 1, or a Dataset. Got ', or a Dataset' instead.",
            "--epochs must be 1. Got ', or a Dataset' instead.",
        ),
        (
            "x must be y. Got 1 instead. Give hidden=[...]; epochs= says it, seeds=[...] others.",
            "x must be y. Got 1 instead. Give --hidden; --epochs says it, --seeds others.",
        ),
        ("X must be 1. Got sep= instead.", "X must be 1. Got sep= instead."),
        ("The workers must answer. Got x=1 instead.", "The workers must answer. Got x=1 instead."),
    ],
)
def test_settings_become_flags(message, said):
    assert in_flags(message, SETTINGS) == said


def test_an_argument_without_a_flag_is_called_as_in_the_help():
    message = "text must be words. Got '' instead."
    said = "TEXT must be words. Got '' instead."
    assert in_flags(message, (*SETTINGS, "text"), {"text": "TEXT"}) == said
