from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

from unitscope import theme
from unitscope.errors import InvalidInput

# IEC 61966-2-1
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def cielab(color):
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ linear / TO_XYZ.sum(axis=1)
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(a, b):
    """WCAG 2's ratio, 1 to 21."""
    high, low = sorted((theme.luminance(a), theme.luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_tests_own_cielab_is_right():
    np.testing.assert_allclose(cielab("#ffffff"), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(cielab("#ff0000"), [53.24, 80.09, 67.20], atol=0.05)


def test_the_first_six_colours_are_the_labs():
    labs = [to_hex(colormaps["Paired"](index)) for index in (1, 3, 7, 9, 5, 11)]
    assert list(theme.class_colors(6)) == labs


@pytest.mark.parametrize("k", range(2, 27))
def test_colours_are_told_apart(k):
    colors = theme.class_colors(k)
    assert len(colors) == k
    distances = [
        np.linalg.norm(cielab(a) - cielab(b)) for a, b in itertools.combinations(colors, 2)
    ]
    assert min(distances) > 24  # about ten times a difference one can just see


def test_beyond_the_table_colours_still_differ():
    colors = theme.class_colors(100)
    assert len(set(colors)) == 100
    assert colors[:26] == theme.class_colors(26)


def test_markers_are_a_second_cue():
    markers = theme.class_markers(60)
    assert all(a != b for a, b in itertools.pairwise(markers))
    assert len(set(zip(theme.class_colors(60), markers, strict=True))) == 60


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_words_and_lines_stand_out(look):
    assert contrast(look.text, look.background) > 7
    assert contrast(look.muted, look.background) > 4.5
    for curve in look.curves:
        assert contrast(curve, look.background) > 4.5
    for tint in theme.class_tints(26, look):
        assert contrast(look.line, tint) > 3.5


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_neighbouring_tints_differ(look):
    tints = theme.class_tints(8, look)
    assert (
        min(np.linalg.norm(cielab(a) - cielab(b)) for a, b in itertools.combinations(tints, 2)) > 5
    )


def test_contrast_of_black_and_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_mixing_starts_and_ends_at_its_colours():
    assert theme.mixed("#102030", "#ffeedd", 0) == "#102030"
    assert theme.mixed("#102030", "#ffeedd", 1) == "#ffeedd"
    assert theme.mixed("#000000", "#ffffff", 0.5) == "#808080"


def test_an_unknown_theme_is_refused():
    with pytest.raises(
        InvalidInput, match=r"theme must be one of light, dark\. Got 'blue' instead\."
    ):
        theme.theme_named("blue")
