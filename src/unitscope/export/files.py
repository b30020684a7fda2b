"""Files that go out of the page or the library: one offline page, runnable code, a run file."""

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
    held: np.ndarray | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> tuple[str, str, bytes]:
    """A file as (name, media type, content): "html", "keras", "numpy" or "run".

    - `net`: another network than the run's last, for code: of an earlier epoch, or with weights
      changed by hand.
    - `data`, `held`: the points with those held out from the run, and which these are, (n,) bool:
      for the page.
    - `checkpoint`: called between pieces of a page's work, and what it raises ends it.
    """
    from unitscope.export.code import code_text
    from unitscope.export.page import page_text

    if what == "html":
        text = page_text(run, course=course, data=data, held=held, checkpoint=checkpoint)
        return "unitscope.html", "text/html", text.encode()
    if what in ("keras", "numpy"):
        return (
            f"network_{what}.py",
            "text/x-python",
            code_text(net or run.network, run.data, str(what)).encode(),
        )
    if what == "run":
        content = io.BytesIO()
        run.save(content)
        return "run.npz", "application/octet-stream", content.getvalue()
    raise refusal("what", "one of " + ", ".join(KINDS), what)
