"""Grids of recipes."""

from __future__ import annotations

import re

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput

LAB = us.datasets.lab()


def test_every_combination_is_the_sweep_of_its_recipe():
    calls = []
    grid = us.sweep(
        LAB,
        seeds=40,
        epochs=30,
        grid={"hidden": [(2,), (4,)], "learning_rate": [0.01, 0.1]},
        progress=lambda *call: calls.append(call),
    )
    assert grid.varied == tuple(
        {"hidden": (units,), "learning_rate": rate} for units in (2, 4) for rate in (0.01, 0.1)
    )
    assert len(grid) == 4 and list(grid)[2] is grid[2] is grid.sweeps[2]
    assert calls[-1] == (160, 160)
    for found, varied in zip(grid, grid.varied, strict=True):
        alone = us.sweep(LAB, seeds=40, epochs=30, **varied)
        assert found.recipe == alone.recipe
        assert (
            found.losses.tobytes() == alone.losses.tobytes()
            and found.weights.tobytes() == alone.weights.tobytes()
        )
    assert repr(grid) == "SweepGrid(hidden, learning_rate; 4 recipes; 160 runs)"


def test_the_table_says_what_is_so():
    grid = us.sweep(LAB, us.Recipe(epochs=150), seeds=64, grid={"hidden": [(), (2,), (3, 2)]})
    lines = str(grid).split("\n")
    assert re.split(r"  +", lines[0].strip()) == [
        "hidden",
        "seeds",
        "all right",
        "median loss",
        "median accuracy",
    ]
    for line, name, found in zip(lines[1:], ("none", "2", "3-2"), grid, strict=True):
        solved = sum(
            found.network(seed).predict(LAB.X).tolist() == LAB.y.tolist() for seed in range(64)
        )
        assert line.split() == [
            name,
            "64",
            f"{solved / 64:.1%}",
            f"{np.median(found.loss):.4f}",
            f"{np.median(found.accuracy):.1%}",
        ]
    assert len({len(line) for line in lines}) == 1


def test_the_table_leaves_out_what_diverged_and_counts_it():
    rates = {"learning_rate": [0.1, 5, 1e30]}
    grid = us.sweep(LAB, seeds=24, epochs=6, optimizer="sgd", grid=rates)
    head, *lines = [re.split(r"  +", line.strip()) for line in str(grid).split("\n")]
    assert head[-1] == "diverged"
    for cells, found in zip(lines, grid, strict=True):
        sound = ~found.diverged
        assert cells[-1] == str(24 - sound.sum())
        if sound.any():
            middle = np.median(found.loss[sound])
            assert float(cells[3]) == pytest.approx(middle, rel=5e-3, abs=5e-5)
        else:
            assert cells[3] == "-"
    assert 0 < int(lines[1][-1]) < int(lines[2][-1]) == 24


def test_an_interrupt_leaves_recipes_without_seeds():
    def stop(done, of):
        raise KeyboardInterrupt

    grid = us.sweep(
        LAB, seeds=320, epochs=20, threads=1, grid={"l2": [0, 0.1, 0.2, 0.3]}, progress=stop
    )
    assert len(grid[0]) >= 32 and len(grid[3]) == 0
    assert str(grid).split("\n")[-1].split() == ["0.3", "0", "-", "-", "-"]


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (
            {"grid": {}},
            "grid must be settings, each with a list of values. Got {} instead. "
            'Like {"learning_rate": [0.01, 0.1]}.',
        ),
        (
            {"grid": [1]},
            "grid must be settings, each with a list of values. Got [1] instead. "
            'Like {"learning_rate": [0.01, 0.1]}.',
        ),
        (
            {"grid": {"seed": [1, 2]}},
            "grid must be settings other than the seed. Got 'seed' instead. Give seeds= instead.",
        ),
        ({"grid": {"l2": []}}, "grid['l2'] must be a list of at least one value. Got [] instead."),
        ({"grid": {"l2": 0.1}}, "grid['l2'] must be a list of values. Got 0.1 instead."),
        (
            {"grid": {"activation": "relu"}},
            "grid['activation'] must be a list of values. Got 'relu' instead.",
        ),
        ({"grid": {"l2": [0.1, -1]}}, "l2 must be a finite number of at least 0. Got -1 instead."),
        (
            {"grid": {"hidden": [2, (2,)]}},
            "grid must be combinations that differ. Got one twice instead.",
        ),
        (
            {"grid": {"l2": [0.1]}, "l2": 0.1},
            "l2 must be given once. Got it in the grid and beside it instead.",
        ),
        ({"grid": {"epochs": [1, 0]}}, "epochs must be at least 1. Got 0 instead."),
        (
            {"grid": {"l1": range(101), "l2": range(100)}},
            "grid must be at most 10000 combinations. Got 10100 combinations instead.",
        ),
        (
            {"grid": {"l2": range(11)}, "seeds": 1_000_000},
            "grid must be at most 10000000 runs. Got 1000000 seeds of 11 combinations instead.",
        ),
    ],
)
def test_refusals(given_, message):
    with pytest.raises(InvalidInput) as caught:
        us.sweep(LAB, **({"seeds": 3} | given_))
    assert str(caught.value) == message


def test_an_unknown_setting_is_refused_with_those_there_are():
    with pytest.raises(
        InvalidInput, match=r"^grid must be of settings: hidden, .*\. Got 'rate' instead\.$"
    ):
        us.sweep(LAB, seeds=3, grid={"rate": [1]})
