"""The files made of a run: one offline page, runnable code, a run file."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal
from unitscope.network import Network
from unitscope.training.run import Run

KINDS = ("html", "keras", "numpy", "run")


def file_of(
    what: object,
    run: Run,
    net: Network | None = None,
    *,
    course: bool = False,
    data: Dataset | None = None,
    held_out: np.ndarray | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> tuple[str, str, bytes]:
    """A file as (name, media type, content): "html", "keras", "numpy" or "run".

    - `net`: for code, a network other than the run's last: an earlier epoch's, or one with weights
      changed by hand.
    - `data`, `held_out`: for the page, all points, and which were held out from the run, (n,) bool.
    - `checkpoint`: called between pieces of a page's work; what it raises ends it.
    """
    from unitscope.export.code import code_text
    from unitscope.export.page import page_text

    if what == "html":
        text = page_text(run, course=course, data=data, held_out=held_out, checkpoint=checkpoint)
        return "unitscope.html", "text/html", text.encode()
    if what in ("keras", "numpy"):
        code = code_text(net or run.network, run.data, str(what))
        return f"network_{what}.py", "text/x-python", code.encode()
    if what == "run":
        content = io.BytesIO()
        run.save(content)
        return "run.npz", "application/octet-stream", content.getvalue()
    raise refusal("what", "one of " + ", ".join(KINDS), what)
