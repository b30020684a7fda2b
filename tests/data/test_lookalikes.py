"""What looks like a real table is read as a reader of it would, and then trains."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import unitscope as us

sys.path.insert(0, str(Path(__file__).parent))
from lookalikes import LOOKS, table


@pytest.mark.parametrize("name", LOOKS)
def test_it_is_read_as_it_is_meant(name):
    look, content = LOOKS[name], table(LOOKS[name])
    data = us.read_table(content, target=look.target, **look.read)
    whole = pd.read_csv(io.BytesIO(content))
    kept = whole.dropna() if look.read else whole
    assert data.n_points == len(kept) and (len(kept) < len(whole)) == bool(look.missing)
    assert data.n_features == look.features
    numbered = [f"c{label}" if label.isdigit() else label for label in sorted(look.classes)]
    assert data.class_names == tuple(numbered)
    again = data.frame()
    for column in (*look.numbers, *look.texts):
        np.testing.assert_array_equal(again[column], kept[column])
    assert us.read_table(again, target=look.target) == data


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "digits"])
def test_a_few_units_tell_its_classes_better_than_the_largest_class(name):
    look = LOOKS[name]
    data = us.read_table(table(look), target=look.target, **look.read)
    train, test = data.split(test=0.2, seed=0)
    run = us.train(train, hidden=(8,), epochs=300)
    largest = np.bincount(test.y).max() / test.n_points
    assert run.score(test) >= min(0.85, largest + 0.2)
    assert run.score(test.frame()) == run.score(test)
