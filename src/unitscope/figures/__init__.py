"""Matplotlib pictures, a file each, that draw what was computed: draw(obj, *, ax=None) -> Axes."""
