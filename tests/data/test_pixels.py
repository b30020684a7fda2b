"""Which features' names make points images."""

from __future__ import annotations

import pytest

import unitscope as us
from unitscope.data.pixels import image_shape


def grid(rows, columns, more=""):
    return [f"pixel_{row}_{column}{more}" for row in range(rows) for column in range(columns)]


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        (us.datasets.digits().feature_names, (8, 8)),
        (grid(28, 28), (28, 28)),
        (grid(3, 5), (3, 5)),
        (grid(3, 3, " (standardized)"), (3, 3)),
        ([f"pixel{number}" for number in range(784)], (28, 28)),
        ([f"pixel{number}" for number in range(1, 785)], (28, 28)),
        ([f"pixel{number}" for number in range(10)], None),
        ([f"pixel{number}" for number in range(2, 11)], None),
        (grid(2, 2), None),
        (grid(3, 3)[::-1], None),
        ([*grid(3, 3)[:8], "age"], None),
        ([f"x{number}" for number in range(64)], None),
    ],
)
def test_points_are_images_by_the_names_of_their_features(names, shape):
    assert image_shape(names) == shape
