"""What is on the Axes of a picture."""

from __future__ import annotations

import numpy as np


def collection(ax, name):
    """The one artist of `ax` with that gid, or None."""
    found = [
        artist for artist in [*ax.collections, *ax.images, *ax.lines] if artist.get_gid() == name
    ]
    assert len(found) < 2
    return found[0] if found else None


def segments(ax, name):
    lines = collection(ax, name)
    return [] if lines is None else lines.get_segments()


def legend_of(axes):
    first = np.ravel(axes)[0]
    return first.get_legend() or first.figure.legends[0]


def assert_nothing_is_clipped_or_covered(axes):
    """All words lie inside the figure, and the legend beside every panel and colour bar."""
    panels = np.ravel(axes)
    figure = panels[0].figure
    renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
    tight = figure.get_tightbbox(renderer)
    assert min(tight.x0, tight.y0) > -0.01
    assert tight.x1 < figure.get_figwidth() + 0.01
    assert tight.y1 < figure.get_figheight() + 0.01
    legend = legend_of(axes).get_window_extent(renderer)
    for ax in figure.axes:
        assert not legend.overlaps(ax.get_window_extent(renderer))
        if ax.get_gid() == "colour bar":
            assert not legend.overlaps(ax.get_tightbbox(renderer))


def words(ax, name):
    """The texts with that gid, by what they say."""
    return {text.get_text(): text for text in ax.texts if text.get_gid() == name}
