"""The notebook widget, without a notebook: its messages, its state, and that the user's run stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

import unitscope as us
from unitscope import scene


@pytest.fixture
def widget(monkeypatch):
    made = us.Scope(us.train(us.datasets.lab(), epochs=10))
    made.told = []
    monkeypatch.setattr(made, "send", made.told.append)
    yield made
    made.close()


def test_a_training_in_the_view_is_the_widgets_run(widget):
    run, data = widget.run, us.datasets.lab()
    before = run.weights.copy()
    moved = us.Dataset(data.X + 0.5, data.y, data.class_names)
    widget._answer(widget, {"id": 1, "view": "abc", "kind": "train", "data": scene.data_scene(moved), "course": False,
                            "recipe": {"hidden": [3], "epochs": 7}}, [])
    assert widget.told[0]["kind"] == "trained" and widget.told[0]["view"] == "abc"
    assert widget.run is not run and widget.run.epochs == 7 and widget.run.recipe.hidden == (3,)
    assert pytest.approx(moved.X, abs=1e-6) == widget.data.X
    assert np.array_equal(run.weights, before)


@pytest.mark.parametrize("message", [None, 7, "x", {"kind": "train"}, {"id": 1, "view": 3}, {"view": "x" * 99}])
def test_strange_messages_are_refused(widget, message):
    run = widget.run
    widget._answer(widget, message, [])
    assert widget.told[0]["kind"] == "refused" and widget.run is run


def test_the_chosen_point_is_read_and_set(widget):
    assert widget.selected is None
    widget.selected = 5
    assert widget.get_state("selected") == {"selected": 5}


def test_its_first_message_has_the_run(widget):
    hello = widget._hello
    assert hello["first"]["run"]["recipe"]["epochs"] == 10 and hello["first"]["claims"]
    assert "Scope(Run(" in str(widget._repr_mimebundle_()[0]["text/plain"])


@pytest.mark.parametrize(("given", "rule"), [((3,), "run must be a Run. Got int instead."),
                                             ((None,), "run must be a Run.")])
def test_what_is_no_run_is_refused(given, rule):
    with pytest.raises(us.errors.InvalidInput, match=rule):
        us.Scope(*given)


def test_other_themes_are_refused_and_runs_beyond_the_limits():
    with pytest.raises(us.errors.InvalidInput, match=r"theme must be one of auto, light, dark. Got 'pink' instead"):
        us.Scope(us.train(us.datasets.lab(), epochs=1), theme="pink")
    with pytest.raises(us.errors.InvalidInput, match=r"the run's units must be at most 64 for a page. Got 65 instead"):
        us.Scope(us.train(us.datasets.lab(), hidden=(65,), epochs=1))
