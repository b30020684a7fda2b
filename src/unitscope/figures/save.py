"""Figures as files, PNG, SVG or PDF by suffix; the same figure always gives the same bytes."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.figures import fonts
from unitscope.files import writing
from unitscope.subject import described

# An SVG's maps are smooth images; its lines and text have no dots.
_DOTS_PER_INCH = {".png": 120, ".svg": 72, ".pdf": 72}
_COMPRESSION = 3  # of a PNG: a third of the time of Pillow's 6, a tenth more bytes
# No date and no program version in the file; ids made from a fixed salt; text stays text.
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_SETTINGS: Any = {
    "svg.hashsalt": "unitscope",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # text that can be found and copied
    "savefig.bbox": "standard",
    "savefig.facecolor": "auto",
    "savefig.edgecolor": "auto",
    "savefig.transparent": False,
}


def save(figure: Any, path: str | os.PathLike[str]) -> Path:
    """Write a figure, or the figure of one or more Axes, to `path`, a .png, .svg or .pdf file.

    An existing file is replaced only when the new one is complete. Returns the path. **Raises**
    `InvalidInput` for what has no figure and for other names of files; `CannotWrite`.
    """
    from matplotlib import rc_context

    whole = _whole_figure(figure)
    if not isinstance(path, (str, os.PathLike)) or Path(path).suffix.lower() not in _METADATA:
        raise refusal("path", "a file name that ends in .png, .svg or .pdf", path)
    target = Path(path)
    suffix = target.suffix.lower()
    settings: dict[str, Any] = {
        "format": suffix[1:],
        "dpi": _DOTS_PER_INCH[suffix],
        "metadata": _METADATA[suffix],
    }
    if suffix == ".png":
        settings["pil_kwargs"] = {"compress_level": _COMPRESSION}
    fonts.complete([whole])  # which says once what signs no font has
    with writing(target) as file, rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        whole.savefig(file, **settings)
    return target


def _whole_figure(figure: Any) -> Any:
    from matplotlib.artist import Artist

    parts = list(np.ravel(np.asarray(figure, dtype=object)))
    first = parts[0] if parts else None
    whole = first.get_figure(root=True) if isinstance(first, Artist) else None
    if whole is None:
        got = said("Axes that were removed") if isinstance(first, Artist) else described(figure)
        raise refusal("figure", "a Matplotlib figure or its Axes", got)
    return whole
