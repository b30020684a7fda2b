"""Stuck or not finished: after few epochs, too, it is measured by enough of them."""

from __future__ import annotations

import unitscope as us
from unitscope.sweeps.longer import as_many_more
from unitscope.sweeps.words import reason


def test_few_epochs_are_tried_with_twenty_more():
    lab = us.datasets.lab()
    assert [as_many_more(epochs) for epochs in (1, 19, 20, 200)] == [20, 20, 20, 200]
    assert reason("not finished", 1) == "not finished, 20 more epochs help"
    found = us.sweep(lab, epochs=1, seeds=range(40))
    why = {seed: one for one, seeds in found.stuck().items() for seed in seeds.tolist()}
    longer = us.sweep(lab, epochs=21, seeds=range(40))
    for seed, before, after in zip(range(40), found.accuracy, longer.accuracy, strict=True):
        helps = after == 1 or (after > before and 10 * (after - before) >= 1 - before - 1e-9)
        assert (why[seed] == "not finished") == helps
    assert list(why.values()).count("not finished") > 35
