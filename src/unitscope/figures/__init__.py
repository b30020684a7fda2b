"""Matplotlib pictures, one a file: draw(obj, *, ax=None) -> Axes; they compute nothing about the model."""
