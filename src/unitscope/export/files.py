"""The files made of a run: one offline page, runnable code, a run file."""

from __future__ import annotations

import io

from unitscope.errors import refusal
from unitscope.networks import Network
from unitscope.training.run import Run
from unitscope.wire.shown import Shown

KINDS = ("html", "keras", "numpy", "run")


def file_of(
    what: object,
    run: Run,
    net: Network | None = None,
    *,
    course: bool = False,
    shown: Shown | None = None,
) -> tuple[str, str, bytes]:
    """A file as (name, media type, content): "html", "keras", "numpy" or "run".

    - `net`: for code, a network other than the run's last: an earlier epoch's, or one with weights
      changed by hand.
    - `shown`: for the page, its points.
    """
    from unitscope.export.code import code_text
    from unitscope.export.page import page_text
    from unitscope.export.settings import training_comment

    if what == "html":
        text = page_text(run, course=course, shown=shown)
        return "unitscope.html", "text/html", text.encode()
    if what in ("keras", "numpy"):
        net = net or run.network
        code = code_text(net, run.data, str(what), training_comment(run, net))
        return f"network_{what}.py", "text/x-python", code.encode()
    if what == "run":
        content = io.BytesIO()
        run.save(content)
        return "run.npz", "application/octet-stream", content.getvalue()
    raise refusal("what", "one of " + ", ".join(KINDS), what)
