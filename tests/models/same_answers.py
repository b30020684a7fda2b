"""When a network's answers are those of the model that it was read from."""

from __future__ import annotations

import numpy as np

RELATIVE = 1e-5


def assert_close(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Scores of the same points, equal to 1e-5 of the largest."""
    theirs = np.asarray(theirs, dtype=np.float64)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= RELATIVE * max(1.0, np.abs(theirs).max())


def assert_same_classes(
    ours: np.ndarray, theirs: np.ndarray, logits: np.ndarray, relative: float = RELATIVE
) -> None:
    """Classes of the same points; where two logits are equal but for rounding, either is right."""
    ranked = np.sort(logits, axis=1)
    sure = ranked[:, -1] - ranked[:, -2] > relative * max(1.0, np.abs(logits).max())
    assert sure.mean() > 0.5
    assert (ours == theirs)[sure].all()
