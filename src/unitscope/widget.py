"""Scope: the live view of a run in a notebook (Jupyter, VS Code, marimo, Colab), through anywidget."""

from __future__ import annotations

import functools
from typing import Any

from unitscope import replies, scene
from unitscope.errors import MissingDependency, refusal, said
from unitscope.export.bundle import bundle, stylesheet
from unitscope.export.page import check_size, page_text
from unitscope.training.run import Run


def Scope(run: Run, *, theme: str = "auto") -> Any:
    """Show a run live: everything of `unitscope play`, in a cell.

    **Arguments**

    - `run`: a Run.
    - `theme`: "auto" (the system's), "light" or "dark".

    Returns a widget. Its `.run` is the run that is shown, a new one after every change made in the view; `.selected`
    the number of the point chosen, or None, which can be set too; `.data` the points as they are now. **Raises**
    `MissingDependency` without anywidget, `InvalidInput` for what is no run or is beyond the page's limits.
    """
    if not isinstance(run, Run):
        raise refusal("run", "a Run", said(type(run).__name__), "us.train(data) makes one.")
    check_size(run)
    if theme not in ("auto", "light", "dark"):
        raise refusal("theme", "one of auto, light, dark", theme)
    return _widget_class()(run, theme)


@functools.cache
def _widget_class() -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MissingDependency(f'The widget needs {error.name}: pip install "unitscope[app]"') from error

    class ScopeWidget(anywidget.AnyWidget):
        """The widget that `Scope` makes."""

        _esm = bundle("widget.js")
        _css = stylesheet()
        _hello = traitlets.Dict().tag(sync=True)
        selected = traitlets.Int(None, allow_none=True).tag(sync=True)
        theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)

        def __init__(self, run: Run, theme: str) -> None:
            self.run = run
            super().__init__(_hello={**scene.greeting(), "first": replies.first(run)}, theme=theme)
            self.on_msg(self._answer)

        @property
        def data(self) -> Any:
            """The points that the shown run was trained on."""
            return self.run.data

        def _answer(self, _widget: Any, message: Any, _buffers: Any) -> None:
            """Answer one message of the view; a training becomes the widget's run."""
            kept: list[Run] = []
            answer = replies.reply(message, keep=kept.append)
            if kept:
                self.run = kept[-1]
            view = message.get("view") if isinstance(message, dict) else None
            self.send({**answer, "view": view if isinstance(view, str) and len(view) < 40 else None})

        def _repr_mimebundle_(self, **options: Any) -> Any:
            """With a note beside the live view, for places that cannot show it."""
            found = super()._repr_mimebundle_(**options)
            if isinstance(found, tuple) and found:
                found[0]["text/plain"] = f"Scope({self.run!r}); us.export_html(run, path) makes a page of it."
            return found

        def to_html(self) -> str:
            """The shown run as one offline page."""
            return page_text(self.run)

    return ScopeWidget
