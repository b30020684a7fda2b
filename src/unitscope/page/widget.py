"""Scope: the live view of a run in a notebook (Jupyter, VS Code, marimo, Colab), by anywidget."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

from unitscope.comparison.compare import Comparison
from unitscope.comparison.opened import Beside, opened
from unitscope.data.dataset import Dataset
from unitscope.errors import MissingDependency, refusal, said
from unitscope.export.bundle import bundle, stylesheet
from unitscope.export.page import check_size, page_text
from unitscope.geometry.plane import Plane
from unitscope.page import answers
from unitscope.page.jobs import Job, Jobs
from unitscope.subject import Subject
from unitscope.training.run import Run
from unitscope.wire.from_wire import view_from_wire
from unitscope.wire.greeting import greeting
from unitscope.wire.limits import LIMITS
from unitscope.wire.messages import Reply
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import claims_to_wire, plane_to_wire, with_beside

if TYPE_CHECKING:
    from traitlets import HasTraits as _HasTraits  # what type checkers know of a widget
else:
    _HasTraits = object

_SETTLED_SECONDS = 0.3  # after a training, until the widget's other views are given its run
Theme = Literal["auto", "light", "dark"]


class _Conversation:
    """The conversation with the views: the part of the widget that needs no anywidget.

    A kernel hands on the messages of its front ends one by one, and those that came during a long
    cell all at once after it. So none of them trains: `Jobs` does, in threads, and what it gives
    comes back on the kernel's loop, where `run` is set.
    """

    run: Run
    selected: int | None
    comm: Any
    send: Any

    _first: Any
    _shown: tuple[Run, Shown]  # the newest run that was taken, and all points of its view
    _jobs: Jobs[Reply] | None = None
    _beside: Beside | None = None  # of a comparison, what the run is seen beside
    _plane: Plane | None = None  # that was given
    _by_view = False  # whether it is a view that sets a value

    @property
    def data(self) -> Dataset:
        """The points of the view, test points too; `.run.data` has those that were trained on.

        Of a run of more than 10,000 points they are a sample.
        """
        return self._points.data

    @property
    def _points(self) -> Shown:
        run, points = self._shown
        return points if run is self.run else Shown.of(self.run)

    def _take(self, message: Any) -> None:
        """Have a view's request answered: of each view and kind only the newest."""
        kind = message.get("kind") if isinstance(message, dict) else None
        view = view_from_wire(message)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no loop to come back to
            self._answer_now(message)
            return
        if self._jobs is None or self._jobs.loop is not loop:
            self._stop()
            self._jobs = Jobs(_answered_in_a_thread, self._give_soon)
        if kind == "cancel":
            self._jobs.stop(lambda key: isinstance(key, tuple) and key[0] == view)
        elif isinstance(kind, str) and kind in answers.KINDS:
            self._jobs.take((view, kind), message)
        else:
            self._answer_now(message)

    def _answer_now(self, message: Any) -> None:
        job = Job(message)
        self._give(job, self._planed(job, _answered(job)))

    async def _give_soon(self, job: Job, reply: Reply) -> None:
        reply = self._planed(job, reply)
        self._give(job, reply)
        if reply["kind"] == "trained" and job.trained is not None and self._jobs is not None:
            self._jobs.start(self._settle(job.message, job.trained[0], reply))

    def _plane_of(self, run: Run) -> Plane | None:
        """The plane that was given, where it goes through the space of a run's points."""
        plane = self._plane
        return plane if plane and len(plane.origin) == run.data.n_features else None

    def _planed(self, job: Job, reply: Reply) -> Reply:
        """A reply whose run is shown on the plane that was given."""
        plane = None if job.trained is None else self._plane_of(job.trained[0])
        if reply["kind"] != "trained" or plane is None or job.trained is None:
            return reply
        return {**reply, "run": {**reply["run"], "plane": plane_to_wire(job.trained[0], plane)}}

    def _give(self, job: Job, reply: Reply) -> None:
        """Send a reply to the view that asked; a training's run becomes the widget's."""
        if self.comm is None:  # closed
            return
        if reply["kind"] == "trained" and job.trained is not None:
            self._shown, self._beside = job.trained, None
            self.run = job.trained[0]
        self.send({**reply, "view": job.view})

    async def _settle(self, request: Any, run: Run, reply: Mapping[str, Any]) -> None:
        """Give a run to the other views, and to those that open later, unless a newer one comes."""
        await asyncio.sleep(_SETTLED_SECONDS)
        if run is self.run:
            loop = asyncio.get_running_loop()
            first = await loop.run_in_executor(
                _threads(), _opening, request, run, self._points, reply
            )
            if run is self.run and self.comm is not None:
                self._first = first

    def _show(self, run: Run) -> None:
        """Show a run that no view has trained."""
        if run is not self._shown[0]:
            self._stop()
            self._shown = (run, Shown.of(run))
            self.selected = self._beside = None
            count = self._first.get("count", 0) + 1
            self._first = {**answers.first(run, self._plane_of(run)), "by": None, "count": count}

    def _checked_point(self, value: object) -> object:
        """A choice of a point; in a view, it may be one that is new and not trained on yet."""
        most = LIMITS["points"] if self._by_view else self.data.n_points - 1
        if value is not None and (type(value) is not int or not 0 <= value <= most):
            raise refusal("selected", f"the number of a point, 0 to {most}, or None", value)
        return value

    def _stop(self) -> None:
        """Give up what is being trained."""
        if self._jobs is not None:
            self._jobs.stop()


def _answered(job: Job) -> Reply:
    return answers.reply(job.message, job)


async def _answered_in_a_thread(job: Job) -> Reply:
    return await asyncio.get_running_loop().run_in_executor(_threads(), _answered, job)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    most = max(2, os.cpu_count() or 2)
    return ThreadPoolExecutor(max_workers=most, thread_name_prefix="unitscope")


def _opening(
    request: Mapping[str, Any], run: Run, shown: Shown, reply: Mapping[str, Any]
) -> dict[str, Any]:
    """What a view opens with after a training on points `shown`; `by` is the view that asked."""
    return {
        "data": request["data"],
        "run": reply["run"],
        "claims": claims_to_wire(run.network, shown, run=run),
        "by": view_from_wire(request),
    }


class Scope(_Conversation, _HasTraits):
    """A run shown live: everything of `unitscope play`, in a cell.

    **Arguments**

    - `run`: a Run, or a fitted Classifier; or a Network or a fitted model (see `us.network`), which
      is shown as a run of no epochs. Or what `us.compare(a, b, data)` gives: b is shown, with
      stripes where a gives another class.
    - `data`: of a network or a model, a Dataset or a pair (X, y); a run has its own.
    - `plane`: the `us.Plane` that pictures show of more than two features, whatever is trained;
      without it, the one that the figures show. The view can show any two features.
    - `theme`: "auto" (the notebook's where it tells one, else the system's), "light" or "dark".

    The widget is live in both directions:

    - `.run`: the run that is shown, a new one after every training in the view; set it to show
      another.
    - `.data`: the points of the view, test points too, of more than 10,000 a sample of every class;
      `.run.data` has those that were trained on.
    - `.selected`: which point of `.data` is chosen, or None; set it to choose another.
    - `.theme`: as above; set it to change it.
    - `.to_html()`: the shown run as the text of one offline page, as `us.export_html` writes it.

    `.observe(call, "run")` calls when another run is shown, `"selected"` when another point is
    chosen. The run and the data that were given stay as they are. **Raises** `MissingDependency`
    without anywidget, `InvalidInput` for what is none of these or is beyond the page's limits.
    """

    run: Run
    selected: int | None
    theme: Theme
    layout: Any

    def __new__(
        cls,
        run: Subject | Comparison,
        data: Any = None,
        *,
        plane: Plane | None = None,
        theme: Theme = "auto",
    ) -> Scope:
        """A widget: of the subclass that is made with anywidget when it is first needed."""
        shown, beside = opened(run, data, plane=plane)
        check_size(shown, beside)
        _check_theme(theme)
        made = _widget_class() if cls is Scope else cls
        return super(Scope, made).__new__(made, run, data, plane=plane, theme=theme)

    def to_html(self) -> str:
        """The shown run as the text of one offline page."""
        return page_text(self.run, beside=self._beside, plane=self._plane_of(self.run))

    def close(self) -> None:
        """Take all views down and give up what is being trained."""
        self._stop()
        super().close()  # type: ignore[misc]


def _check_run(run: object) -> Run:
    if not isinstance(run, Run):
        raise refusal("run", "a Run", said(type(run).__name__), "us.train(data) makes one.")
    check_size(run)
    return run


def _check_theme(theme: object) -> object:
    if theme not in ("auto", "light", "dark"):
        raise refusal("theme", "one of auto, light, dark", theme)
    return theme


@functools.cache
def _widget_class() -> type[Scope]:
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

    class ScopeWidget(Scope, anywidget.AnyWidget):
        """A Scope with its traits."""

        _esm = bundle("entries/widget.js")
        _css = stylesheet()
        _hello = traitlets.Dict().tag(sync=True)
        # What a view opens with: the shown run, its data and claims.
        _first: Any = traitlets.Dict().tag(sync=True)
        run: Any = Checked(_check_run, traitlets.Undefined)
        theme: Any = Checked(_check_theme, "auto").tag(sync=True)
        selected: Any = traitlets.Any(None).tag(sync=True)

        def __init__(
            self,
            run: Subject | Comparison,
            data: Any = None,
            *,
            plane: Plane | None = None,
            theme: str = "auto",
        ) -> None:
            shown, self._beside = opened(run, data, plane=plane)
            self._shown, self._plane = (shown, Shown.of(shown)), plane
            first = with_beside(answers.first(shown, plane), self._beside, shown.data)
            super().__init__(run=shown, theme=theme, _hello=greeting(), _first=first)
            self.on_msg(lambda _widget, message, _buffers: self._take(message))

        @traitlets.validate("selected")
        def _validate_selected(self, proposal: Any) -> Any:
            return self._checked_point(proposal["value"])

        @traitlets.observe("run")
        def _observe_run(self, change: Any) -> None:
            self._show(change["new"])

        def set_state(self, sync_data: dict[str, Any]) -> None:
            """Take what a view has set."""
            self._by_view = True
            try:
                super().set_state(sync_data)
            finally:
                self._by_view = False

        def _repr_mimebundle_(self, **options: Any) -> Any:
            """With a note beside the live view, for places that cannot show it."""
            found = super()._repr_mimebundle_(**options)
            if isinstance(found, tuple) and found:
                found[0]["text/plain"] = (
                    f"Scope({self.run!r}); us.export_html(run, path) makes a page of it."
                )
            return found

    return ScopeWidget
