"""Scope: the live view of a run in a notebook (Jupyter, VS Code, marimo, Colab), through anywidget."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from unitscope.data.dataset import Dataset
from unitscope.errors import MissingDependency, refusal, said
from unitscope.export.bundle import bundle, stylesheet
from unitscope.export.page import check_size, page_text
from unitscope.page import answers
from unitscope.page.jobs import Latest, Wanted
from unitscope.training.run import Run
from unitscope.wire.from_wire import data_from_wire
from unitscope.wire.greeting import greeting
from unitscope.wire.limits import LIMITS
from unitscope.wire.to_wire import claims_to_wire

_SETTLED_SECONDS = 0.3  # after a training, until the widget's other views are given its run
_LONGEST_VIEW = 40  # characters of a view's name


def Scope(run: Run, *, theme: str = "auto") -> Any:
    """Show a run live: everything of `unitscope play`, in a cell.

    **Arguments**

    - `run`: a Run.
    - `theme`: "auto" (the notebook's where it tells one, else the system's), "light" or "dark".

    Returns a widget, live in both directions:

    - `.run`: the run that is shown, a new one after every training in the view; set it to show
      another.
    - `.data`: the points of the view, test points too; `.run.data` has those that were trained on.
    - `.selected`: which point of `.data` is chosen, or None; set it to choose another.
    - `.theme`: as above; set it to change it.
    - `.to_html()`: the shown run as the text of one offline page, as `us.export_html` writes it.

    `.observe(call, "run")` calls when another run is shown, `"selected"` when another point is
    chosen. The run and the data that were given stay as they are. **Raises** `MissingDependency`
    without anywidget, `InvalidInput` for what is no run or is beyond the page's limits.
    """
    _check_run(run)
    _check_theme(theme)
    return _widget_class()(run, theme)


def _check_run(run: object) -> Run:
    if not isinstance(run, Run):
        raise refusal("run", "a Run", said(type(run).__name__), "us.train(data) makes one.")
    check_size(run)
    return run


def _check_theme(theme: object) -> object:
    if theme not in ("auto", "light", "dark"):
        raise refusal("theme", "one of auto, light, dark", theme)
    return theme


class _Outcome(NamedTuple):
    """The reply to a request, and of a training its run and all points of the view."""

    reply: Mapping[str, Any]
    run: Run | None = None
    data: Dataset | None = None


def _answer(request: Any, asked: Wanted | None = None) -> _Outcome:
    kept: list[Run] = []
    reply = answers.reply(request, asked, keep=kept.append)
    if not kept:
        return _Outcome(reply)
    return _Outcome(reply, kept[-1], data_from_wire(request["data"])[0])


async def _answer_in_a_thread(request: Any, asked: Wanted) -> _Outcome:
    return await asyncio.get_running_loop().run_in_executor(_workers(), _answer, request, asked)


def _view_of(request: Any) -> str | None:
    view = request.get("view") if isinstance(request, dict) else None
    return view if isinstance(view, str) and len(view) <= _LONGEST_VIEW else None


def _opening(
    request: Mapping[str, Any], run: Run, data: Dataset, reply: Mapping[str, Any]
) -> dict[str, Any]:
    """What a view opens with after a training on points of `data` in the view `by`."""
    return {
        "data": request["data"],
        "run": reply["run"],
        "claims": claims_to_wire(run.network, data, run=run),
        "by": _view_of(request),
    }


@functools.cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(
        max_workers=max(2, os.cpu_count() or 2), thread_name_prefix="unitscope"
    )


class _Answering:
    """The conversation with the views: a part of the widget that needs no anywidget.

    A kernel hands on the messages of its front ends one by one, and those that came during a long
    cell all at once after it. So none of them trains: `Latest` does, in threads, and what it gives
    comes back on the kernel's loop, where `run` is set.
    """

    run: Any
    _first: Any
    comm: Any
    send: Any

    _shown: tuple[
        Run, Dataset
    ]  # the newest run that was taken, and the points that it was taken with
    _latest: Latest | None = None

    @property
    def data(self) -> Dataset:
        """The points of the view; test points too."""
        run, data = self._shown
        return data if run is self.run else self.run.data

    def take(self, request: Any) -> None:
        """Have a view's request answered: of each view and kind only the newest."""
        kind = request.get("kind") if isinstance(request, dict) else None
        view = _view_of(request)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop to come back to
            self._give(request, _answer(request))
            return
        if self._latest is None or self._latest.loop is not loop:
            self.stop()
            self._latest = Latest(_answer_in_a_thread, self._give_soon)
        if kind == "cancel":
            self._latest.stop(lambda key: isinstance(key, tuple) and key[0] == view)
        elif isinstance(kind, str) and kind in answers.KINDS:
            self._latest.take((view, kind), request)
        else:
            self._give(request, _answer(request))

    async def _give_soon(self, request: Any, outcome: Any) -> None:
        self._give(request, outcome if isinstance(outcome, _Outcome) else _Outcome(outcome))
        if isinstance(outcome, _Outcome) and outcome.run is not None and self._latest is not None:
            self._latest.start(self._settle(request, outcome.run, outcome.reply))

    def _give(self, request: Any, outcome: _Outcome) -> None:
        """Send a reply to the view that asked; a training's run becomes the widget's."""
        if self.comm is None:  # closed
            return
        if outcome.run is not None and outcome.data is not None:
            self._shown = (outcome.run, outcome.data)
            self.run = outcome.run
        self.send({**outcome.reply, "view": _view_of(request)})

    async def _settle(self, request: Any, run: Run, reply: Mapping[str, Any]) -> None:
        """Give a run to the other views, and to those that open later, unless a newer one comes."""
        await asyncio.sleep(_SETTLED_SECONDS)
        if run is self.run:
            loop = asyncio.get_running_loop()
            first = await loop.run_in_executor(_workers(), _opening, request, run, self.data, reply)
            if run is self.run and self.comm is not None:
                self._first = first

    def stop(self) -> None:
        """Give up what is being trained."""
        if self._latest is not None:
            self._latest.stop()


@functools.cache
def _widget_class() -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise MissingDependency(
            f'The widget needs {error.name}: pip install "unitscope[app]"'
        ) from error

    class Checked(traitlets.TraitType):
        """A value that a function checks, with the refusals of this library."""

        def __init__(self, check: Callable[[object], Any], default: Any) -> None:
            self._check = check
            super().__init__(default)

        def validate(self, _widget: Any, value: object) -> Any:
            return self._check(value)

    class ScopeWidget(_Answering, anywidget.AnyWidget):
        """The widget that `Scope` makes."""

        _esm = bundle("entries/widget.js")
        _css = stylesheet()
        _hello = traitlets.Dict().tag(sync=True)
        _first = traitlets.Dict().tag(
            sync=True
        )  # what a view opens with: the shown run, its data and claims
        run = Checked(_check_run, traitlets.Undefined)
        theme = Checked(_check_theme, "auto").tag(sync=True)
        selected = traitlets.Any(None).tag(sync=True)

        def __init__(self, run: Run, theme: str) -> None:
            self._by_view = False
            self._shown = (run, run.data)
            super().__init__(run=run, theme=theme, _hello=greeting(), _first=answers.first(run))
            self.on_msg(lambda _widget, request, _buffers: self.take(request))

        @traitlets.validate("selected")
        def _check_selected(self, proposal: Any) -> Any:
            # In a view, a point may be chosen that is new and not trained on yet.
            value, most = (
                proposal["value"],
                LIMITS["points"] if self._by_view else self.data.n_points - 1,
            )
            if value is not None and (type(value) is not int or not 0 <= value <= most):
                raise refusal("selected", f"the number of a point, 0 to {most}, or None", value)
            return value

        @traitlets.observe("run")
        def _show(self, change: Any) -> None:
            """Show a run that is no view's own."""
            run = change["new"]
            if run is not self._shown[0]:
                self.stop()
                self._shown = (run, run.data)
                self.selected = None
                self._first = {
                    **answers.first(run),
                    "by": None,
                    "count": self._first.get("count", 0) + 1,
                }

        def set_state(self, sync_data: dict[str, Any]) -> None:
            """Take what a view has set."""
            self._by_view = True
            try:
                super().set_state(sync_data)
            finally:
                self._by_view = False

        def close(self) -> None:
            """Take all its views down and give up what is being trained."""
            self.stop()
            super().close()

        def _repr_mimebundle_(self, **options: Any) -> Any:
            """With a note beside the live view, for places that cannot show it."""
            found = super()._repr_mimebundle_(**options)
            if isinstance(found, tuple) and found:
                found[0]["text/plain"] = (
                    f"Scope({self.run!r}); us.export_html(run, path) makes a page of it."
                )
            return found

        def to_html(self) -> str:
            """The shown run as one offline page."""
            return page_text(self.run)

    return ScopeWidget
