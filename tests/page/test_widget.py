"""The notebook widget, without a notebook: its messages, its state, the user's run untouched."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import anywidget
import numpy as np
import pytest

import unitscope as us
from patience import PATIENCE
from unitscope.wire.from_wire import data_from_wire
from unitscope.wire.limits import LIMITS
from unitscope.wire.to_wire import data_to_wire

LONG = {"hidden": [16], "epochs": 5000}  # seconds of training with so many points
MANY = us.datasets.blobs(n=10_000)


@pytest.fixture
def widget(monkeypatch):
    made = us.Scope(us.train(us.datasets.lab(), epochs=10))
    made.told = []
    monkeypatch.setattr(made, "send", made.told.append)
    yield made
    made.close()


def training(
    number: int, recipe: dict, *, view: str = "abc", data: us.Dataset | None = None, held_out=None
) -> dict:
    wire = data_to_wire(data or us.datasets.lab(), held_out)
    return {
        "id": number,
        "view": view,
        "kind": "train",
        "data": wire,
        "course": False,
        "recipe": recipe,
    }


async def until(condition):
    """As `eventually` has it, while the loop goes on."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "It has not come."
        await asyncio.sleep(0.01)


def told(widget, number: int) -> list[str]:
    """The kinds of the messages that one request got, without those of its progress."""
    return [
        message["kind"]
        for message in widget.told
        if message["id"] == number and message["kind"] != "progress"
    ]


def test_a_training_in_the_view_is_the_widgets_run(widget):
    run, data = widget.run, us.datasets.lab()
    before = run.weights.copy()
    moved = us.Dataset(data.X + 0.5, data.y, data.class_names)
    widget._take(training(1, {"hidden": [3], "epochs": 7}, data=moved))
    assert widget.told[0]["kind"] == "trained" and widget.told[0]["view"] == "abc"
    assert widget.run is not run and widget.run.epochs == 7 and widget.run.recipe.hidden == (3,)
    assert pytest.approx(moved.X, abs=1e-6) == widget.data.X
    assert np.array_equal(run.weights, before)


@pytest.mark.parametrize(
    "message",
    [
        None,
        7,
        "x",
        {"kind": "train"},
        {"id": 1, "view": 3},
        {"view": "x" * 99},
        {"kind": ["train"]},
        {"kind": "train", "view": {}},
    ],
)
def test_strange_messages_are_refused(widget, message):
    run = widget.run

    async def on_a_loop():
        widget._take(message)
        await until(lambda: len(widget.told) == 2)

    widget._take(message)
    asyncio.run(on_a_loop())
    assert [answer["kind"] for answer in widget.told] == ["refused"] * 2 and widget.run is run


def test_of_many_trainings_at_once_the_newest_wins(widget):
    """What a kernel hands on after a long cell: all that a drag has sent, one by one."""

    async def drag():
        for k in range(40):
            widget._take(training(k, {**LONG, "seed": k}, data=MANY))
        widget._take(training(40, {"hidden": [2], "epochs": 5, "seed": 40}))
        await until(lambda: told(widget, 40))
        assert widget.run.recipe.seed == 40
        await until(lambda: all(told(widget, k) for k in range(40)))

    asyncio.run(drag())
    assert [told(widget, k) for k in range(41)] == [["superseded"]] * 40 + [["trained"]]


def test_a_long_training_holds_up_nothing_else_and_can_be_given_up(widget):
    run = widget.run

    async def work():
        began = time.monotonic()
        widget._take(training(1, LONG, data=MANY))
        widget._take({"id": 2, "view": "abc", "kind": "dataset", "name": "moons"})
        widget._take(training(3, {"epochs": 5}, view="other"))
        await until(lambda: told(widget, 2) and told(widget, 3))
        await until(lambda: any(message["kind"] == "progress" for message in widget.told))
        assert told(widget, 1) == []
        widget._take({"id": 4, "view": "abc", "kind": "cancel"})
        await until(lambda: told(widget, 1))
        return time.monotonic() - began

    asyncio.run(work())
    assert [told(widget, k) for k in (1, 2, 3)] == [["superseded"], ["data"], ["trained"]]
    reports = [message for message in widget.told if message["kind"] == "progress"]
    assert all(
        message["view"] == "abc" and 0 <= message["done"] < message["of"] == 5000
        for message in reports
    )
    assert widget.run is not run and widget.run.recipe.epochs == 5


def test_a_closed_widget_gives_up_and_keeps_its_last_run(widget):
    run = widget.run

    async def work():
        widget._take(training(1, LONG, data=MANY))
        await asyncio.sleep(0.05)
        widget.close()
        running = widget._jobs
        await until(lambda: not running._running)

    asyncio.run(work())
    assert widget.run is run and widget.told == []


def test_views_that_open_later_and_other_views_are_given_the_newest_run(widget):
    data, held = us.datasets.lab(), np.arange(100) % 4 == 0

    async def work():
        widget._take(training(1, {"epochs": 3}))
        widget._take(training(2, {"epochs": 6}, data=data, held_out=held))
        await until(lambda: told(widget, 2))
        assert "by" not in widget._first  # not while points are dragged
        await until(lambda: "by" in widget._first)

    asyncio.run(work())
    first = widget._first
    assert first["by"] == "abc" and first["run"]["recipe"]["epochs"] == 6 and first["claims"]
    shown, shown_held = data_from_wire(first["data"])
    assert np.array_equal(shown_held, held)
    assert np.array_equal(shown.X, widget.data.X) and widget.data.n_points == 100
    assert widget.run.data.n_points == 75 and np.array_equal(
        widget.run.data.X, widget.data.X[~held]
    )


def test_another_run_is_shown_when_it_is_set(widget):
    seen, before, other = [], widget._first, us.train(us.datasets.moons(), hidden=(3,), epochs=4)
    widget.selected = 99
    widget.observe(lambda change: seen.append(change["new"]), "run")
    widget.run = other
    assert widget.run is other and widget.data is other.data and seen == [other]
    assert widget._first["run"]["recipe"]["hidden"] == [3] and widget._first["by"] is None
    assert widget.selected is None
    first = widget._first
    widget.run = us.train(
        us.datasets.lab(), epochs=10
    )  # the first picture again is news to a view that has trained
    assert widget._first != before and {**widget._first, "by": 0, "count": 0} == {
        **before,
        "by": 0,
        "count": 0,
    }
    widget.run = other
    assert widget._first["run"] == first["run"] and widget._first != first


@pytest.mark.parametrize("elsewhere", [False, True])
def test_setting_a_run_gives_up_what_is_trained(widget, elsewhere):
    """In the loop's thread, or in a cell's while messages come in another."""
    other = us.train(us.datasets.lab(), epochs=4)

    async def work():
        widget._take(training(1, LONG, data=MANY))
        await asyncio.sleep(0.05)
        widget._take(training(2, LONG, data=MANY))
        if elsewhere:
            await asyncio.to_thread(setattr, widget, "run", other)
        else:
            widget.run = other
        await until(lambda: told(widget, 1) and told(widget, 2))

    asyncio.run(work())
    assert told(widget, 1) == told(widget, 2) == ["superseded"] and widget.run is other


def test_a_fault_of_ours_is_told_and_the_next_request_is_answered(widget, monkeypatch):
    def broken(*_given, **_named):
        raise ZeroDivisionError("oops")

    async def work():
        with monkeypatch.context() as patch:
            patch.setattr("unitscope.page.answers.reply", broken)
            widget._take({"id": 1, "view": "abc", "kind": "dataset", "name": "moons"})
            await until(lambda: told(widget, 1))
        widget._take({"id": 2, "view": "abc", "kind": "dataset", "name": "moons"})
        await until(lambda: told(widget, 2))

    asyncio.run(work())
    assert widget.told[0] == {
        "id": 1,
        "view": "abc",
        "kind": "refused",
        "message": "ZeroDivisionError: oops",
    }
    assert told(widget, 2) == ["data"]


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("run", 3, r"run must be a Run. Got int instead. us.train\(data\) makes one."),
        ("run", None, "run must be a Run."),
        ("theme", None, "theme must be one of auto, light, dark. Got None instead."),
        ("theme", "pink", "theme must be one of auto, light, dark. Got 'pink' instead."),
        (
            "selected",
            100,
            "selected must be the number of a point, 0 to 99, or None. Got 100 instead.",
        ),
        (
            "selected",
            -1,
            "selected must be the number of a point, 0 to 99, or None. Got -1 instead.",
        ),
        ("selected", True, "selected must be .*Got True instead."),
        ("selected", 2.0, "selected must be .*Got 2.0 instead."),
    ],
)
def test_what_cannot_be_shown_is_refused_when_it_is_set(widget, name, value, rule):
    before = getattr(widget, name)
    with pytest.raises(us.errors.InvalidInput, match=rule):
        setattr(widget, name, value)
    assert getattr(widget, name) is before


def test_the_chosen_point_is_read_and_set(widget):
    assert widget.selected is None
    widget.selected = 5
    assert widget.get_state("selected") == {"selected": 5}
    widget.set_state({"selected": 100})  # a view's new point, before its training
    assert widget.selected == 100
    widget.selected = None
    assert widget.get_state("selected") == {"selected": None}


def test_its_first_message_has_the_run(widget):
    first = widget._first
    assert first["run"]["recipe"]["epochs"] == 10 and first["claims"]
    assert widget._hello["limits"] == LIMITS
    assert "Scope(Run(" in str(widget._repr_mimebundle_()[0]["text/plain"])


def test_the_courses_run_is_known_as_such():
    """Else the first change in the view would start from a seed's weights, not the course's."""
    course, own = us.Scope(us.lab.run()), us.Scope(us.train(us.datasets.lab()))
    assert (course._first["run"]["course"], own._first["run"]["course"]) == (True, False)
    course.close()
    own.close()


def test_its_page_is_the_one_that_is_exported(widget, tmp_path):
    assert (
        us.export_html(widget.run, tmp_path / "run.html").read_text(encoding="utf-8")
        == widget.to_html()
    )


@pytest.mark.parametrize(
    ("given", "rule"),
    [((3,), "run must be a Network, a Run or a fitted model. Got 3"), ((None,), "run must be a")],
)
def test_what_is_no_run_is_refused(given, rule):
    with pytest.raises(us.errors.InvalidInput, match=rule):
        us.Scope(*given)


def test_other_themes_are_refused_and_runs_beyond_the_limits():
    with pytest.raises(
        us.errors.InvalidInput, match=r"theme must be one of auto, light, dark. Got 'pink' instead"
    ):
        us.Scope(us.train(us.datasets.lab(), epochs=1), theme="pink")
    with pytest.raises(
        us.errors.InvalidInput,
        match=r"the run's units must be at most 64 for a page. Got 65 instead",
    ):
        us.Scope(us.train(us.datasets.lab(), hidden=(65,), epochs=1))


def test_it_is_a_scope_and_an_anywidget(widget):
    assert isinstance(widget, us.Scope) and isinstance(widget, anywidget.AnyWidget)
    assert {"run", "selected", "theme"} <= set(widget.trait_names())
    assert {"selected", "theme", "_first"} <= set(widget.traits(sync=True))
    assert {"run", "selected", "theme", "data", "to_html"} <= set(dir(widget))


WITHOUT = """
import sys
import unitscope as us
assert isinstance(us.Scope, type) and not isinstance(3, us.Scope)
run = us.train(us.datasets.lab(), epochs=1)
assert not {"anywidget", "ipywidgets", "traitlets"} & set(sys.modules)
sys.modules["anywidget"] = None
try:
    us.Scope(run)
except us.errors.MissingDependency as error:
    print(error)
"""


def test_the_class_is_there_without_anywidget_which_only_a_widget_needs():
    ran = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (
        'The widget needs anywidget: pip install "unitscope[app]"\n',
        "",
    )
