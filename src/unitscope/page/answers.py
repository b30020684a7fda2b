"""Answers to the page's requests: a message in, a reply out. No state, no file system, no network.

The notebook widget and the server of the live page both answer with this. A request is hostile
until `scene` has taken its parts; whatever it breaks, the reply says so and nothing is raised.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from unitscope.data import toys
from unitscope.data.dataset import Dataset
from unitscope.errors import (
    TrainingDiverged,
    UnitscopeError,
    real_number,
    refusal,
    said,
    whole_number,
)
from unitscope.network import Dense, Network
from unitscope.recipe import Recipe
from unitscope.training.run import Run
from unitscope.wire import scene
from unitscope.wire.messages import ClaimScene

# What takes as long as so many products of a training: a byte of a table; an explanation's words; a
# pair of units.
_PRODUCTS_A_BYTE, _SENTENCES, _REGIONS = 50, 2_000_000, 500

Reply = dict[str, Any]


class Cancelled(Exception):
    """The request is no longer wanted."""


class Asked:
    """Who asks: whether the answer is still wanted, where progress goes, and where a training's run."""

    keep: Callable[[Run], None] | None = None

    def wanted(self) -> bool:
        """Whether to go on."""
        return True

    def weigh(self, work: int) -> None:
        """Told how much there is to do, in products, after all checks and before anything is done."""

    def progress(self, done: int, of: int) -> None:
        """Tell how far it is."""

    def go_on(self) -> None:
        """Between two pieces of work: stop here where the answer is not wanted any more."""
        if not self.wanted():
            raise Cancelled

    def step(self, done: int, of: int, _loss: float = 0.0) -> None:
        """`go_on`, and tell how far it is."""
        self.go_on()
        self.progress(done, of)


def reply(
    message: object, asked: Asked | None = None, keep: Callable[[Run], None] | None = None
) -> Reply:
    """The reply to one message: `{"id", "kind", ...}`; "refused" with the rule where it breaks one.

    `keep` is given the run of a training.

    **Raises** `Cancelled` where `asked` does not want it any more, and nothing else for any
    message.
    """
    number = scene.taken_id(message)
    try:
        request = scene.taken_object("message", message)
        kind = request.get("kind")
        if not isinstance(kind, str) or kind not in _ANSWERS:
            raise refusal(
                "kind",
                "one of " + ", ".join(_ANSWERS),
                kind if isinstance(kind, str) else said(type(kind).__name__),
            )
        by = asked or Asked()
        by.keep = keep
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # of numbers near the largest; what comes of them is checked
            return {"id": number, **_ANSWERS[kind](request, by)}
    except UnitscopeError as error:
        return {"id": number, "kind": "refused", "message": str(error)}
    except (MemoryError, OverflowError, RecursionError) as error:
        return {
            "id": number,
            "kind": "refused",
            "message": f"The request was too large: {type(error).__name__}.",
        }


def _train(request: Mapping[str, Any], asked: Asked) -> Reply:
    trained = _trained(request, asked, explained=request.get("explain") is True, whole=False)
    run = trained.run
    if asked.keep is not None:
        asked.keep(run)
    answer: Reply = {
        "kind": "trained",
        "run": scene.run_scene(
            run,
            course=trained.course,
            stopped=trained.stopped,
            test=trained.test,
            between=asked.go_on,
        ),
    }
    if trained.explained:
        answer["claims"] = _said(run.network, trained.data, request, asked, run)
    return answer


class _Trained(NamedTuple):
    """A training's run, on the points of `data` that are not `held` out."""

    run: Run
    course: bool
    stopped: str | None
    data: Dataset
    held: np.ndarray
    explained: bool

    @property
    def test(self) -> Dataset | None:
        """The points that are held out."""
        return self.data.where(self.held) if self.held.any() else None


def _trained(
    request: Mapping[str, Any],
    asked: Asked,
    *,
    explained: int = 0,
    whole: bool = True,
    other: Network | None = None,
) -> _Trained:
    """The run that is asked for.

    - `explained`: how many of its epochs will be explained; not `whole`: none where that is too
      much.
    - `other`: another network that must fit its data.
    """
    from unitscope.training.train import train

    data, held = scene.taken_data(request.get("data"))
    recipe = scene.taken_recipe(request.get("recipe"))
    if other is not None and (other.n_features, other.n_classes) != (
        data.n_features,
        data.n_classes,
    ):
        raise refusal(
            "network",
            f"one of {data.n_features} inputs and {data.n_classes} outputs, as the data has",
            said(f"{other.n_features} inputs and {other.n_classes} outputs"),
        )
    fitted = data.where(~held)
    shape = Network.initialize(
        (data.n_features, *recipe.hidden, data.n_classes), recipe.activation, recipe.seed
    )
    scene.check_work(data.n_points, recipe.epochs, shape.n_parameters)
    scene.check_weights(recipe.epochs, shape.n_parameters)
    start: Network | None = None
    given: dict[str, Any] = {}
    if request.get("start") is not None:
        vector = scene.taken_floats("start", request["start"], shape.n_parameters)
        start = shape.with_vector(vector.astype(np.float64))
    course = request.get("course") is True and start is None and _fits_course(fitted, recipe)
    if course:
        start, given = _course_start(recipe.epochs)
    stopped = None
    explaining = _explaining(data, shape)
    if explained and whole:
        _check_explaining(explaining)
    elif explaining > scene.LIMITS["work"]:
        explained = 0
    asked.weigh(data.n_points * recipe.epochs * shape.n_parameters + explaining * explained)
    try:
        run = train(fitted, recipe, start=start, progress=asked.step, **given)
    except TrainingDiverged as error:
        run, stopped = error.run, str(error)
    run._measure(asked.go_on)
    return _Trained(run, course, stopped, data, held, explained > 0)


def _fits_course(data: Dataset, recipe: Recipe) -> bool:
    """Whether the course lab's weights and batches fit."""
    course = scene.COURSE
    return (
        data.X.shape == (course["points"], course["features"])
        and data.n_classes == course["classes"]
        and list(recipe.hidden) == course["hidden"]
        and recipe.activation == course["activation"]
        and recipe.batch_size == course["batch_size"]
        and recipe.epochs <= course["epochs"]
    )


def _course_start(epochs: int) -> tuple[Network, dict[str, Any]]:
    weights, order = _course()
    return weights, {"batch_order": order[:epochs]}


@functools.cache
def _course() -> tuple[Network, np.ndarray]:
    from unitscope import lab

    W1, b1, W2, b2 = lab.initial_weights()
    return Network([Dense(W1, b1, "relu"), Dense(W2, b2)]), lab.batch_order()


def _explaining(data: Dataset, net: Network) -> int:
    """What an explanation takes: each hidden unit is taken out once."""
    units = sum(layer.units for layer in net.layers[:-1])
    return data.n_points * max(1, units) * net.n_parameters + _SENTENCES + _REGIONS * units**2


def _check_explaining(work: int) -> None:
    if work > scene.LIMITS["work"]:
        raise refusal(
            "points x units x parameters",
            f"at most {scene.LIMITS['work']:,} for an explanation",
            said(f"{work:.1e}"),
            "Use fewer points or units.",
        )


def _explain(request: Mapping[str, Any], asked: Asked) -> Reply:
    data, _ = scene.taken_data(request.get("data"))
    net = scene.taken_network(request.get("network"))
    if net.n_features != data.n_features:
        raise refusal(
            "network", f"one of {data.n_features} inputs, as the data has", net.n_features
        )
    work = _explaining(data, net)
    _check_explaining(work)
    asked.weigh(work)
    return {"kind": "explained", "claims": _said(net, data, request, asked)}


def _said(
    net: Network, data: Dataset, request: Mapping[str, Any], asked: Asked, run: Run | None = None
) -> list[ClaimScene]:
    from unitscope.explanation.measured import measured

    try:
        return scene.said_of(
            net,
            data,
            run=run,
            window=scene.taken_window(request.get("window")),
            between=asked.go_on,
        )
    finally:
        measured.cache_clear()  # nothing of a user's data stays


def _seeds(request: Mapping[str, Any], asked: Asked) -> Reply:
    from unitscope.sweeps.sweep import sweep

    data, held = scene.taken_data(request.get("data"))
    recipe = scene.taken_recipe(request.get("recipe"))
    count = whole_number(
        "seeds", request.get("seeds", 64), at_least=1, at_most=scene.LIMITS["seeds"]
    )
    first = whole_number("first", request.get("first", 0), at_least=0, at_most=2**31 - 1 - count)
    shape = Network.initialize(
        (data.n_features, *recipe.hidden, data.n_classes), recipe.activation, 0
    )
    scene.check_work(data.n_points, recipe.epochs, shape.n_parameters, count)
    scene.check_weights(count, shape.n_parameters, "seeds")
    asked.weigh(data.n_points * recipe.epochs * shape.n_parameters * count)
    swept = sweep(data.where(~held), recipe, seeds=range(first, first + count), progress=asked.step)
    return {
        "kind": "seeds",
        "first": first,
        "layers": scene.layers_scene(shape),
        "weights": scene.floats(swept.weights),
        "loss": scene.floats(swept.loss),
        "accuracy": scene.floats(swept.accuracy),
    }


def _dataset(request: Mapping[str, Any], _asked: Asked) -> Reply:
    name = request.get("name")
    known = (
        inspect.signature(toys.TOYS[name]).parameters
        if isinstance(name, str) and name in toys.TOYS
        else {}
    )
    given = {
        key: request[key]
        for key in ("n", "classes", "noise", "seed")
        if key in known and key in request
    }
    if "n" in given:
        whole_number("n", given["n"], at_least=2, at_most=scene.LIMITS["points"])
    if "classes" in given:
        whole_number("classes", given["classes"], at_least=2, at_most=scene.LIMITS["classes"])
    if "noise" in given:
        real_number("noise", given["noise"], "a number from 0 to 100", at_least=0.0, below=100.001)
    return {"kind": "data", "data": scene.data_scene(toys.load(name, **given))}  # type: ignore[arg-type]


def _table(request: Mapping[str, Any], asked: Asked) -> Reply:
    from unitscope.data.tables import table_from_bytes

    name, target, standardise = (
        request.get("name"),
        request.get("target"),
        request.get("standardise", False),
    )
    if not isinstance(name, str) or len(name) > 200:
        raise refusal("name", "a text of at most 200 characters", name)
    if target is not None and not isinstance(target, str):
        raise refusal("target", "a column's name", target)
    content = scene.taken_bytes("content", request.get("content"))
    asked.weigh(len(content) * _PRODUCTS_A_BYTE)
    data, columns, chosen = table_from_bytes(
        content,
        name,
        target,
        bool(standardise),
        most_rows=scene.LIMITS["points"],
        most_columns=scene.LIMITS["features"] + 1,
    )
    if data.n_classes > scene.LIMITS["classes"]:
        raise refusal(
            "classes",
            f"at most {scene.LIMITS['classes']}",
            data.n_classes,
            f"Is {chosen!r} the column of the classes?",
        )
    return {"kind": "data", "data": scene.data_scene(data), "columns": columns, "target": chosen}


def _export(request: Mapping[str, Any], asked: Asked) -> Reply:
    from unitscope.export.files import KINDS as KINDS_OF_FILES
    from unitscope.export.files import file_of
    from unitscope.export.page import EXPLAINED

    what = request.get("what")
    if what not in KINDS_OF_FILES:
        raise refusal("what", "one of " + ", ".join(KINDS_OF_FILES), what)
    net = scene.taken_network(request["network"]) if request.get("network") is not None else None
    trained = _trained(request, asked, explained=EXPLAINED if what == "html" else 0, other=net)
    asked.go_on()
    name, mime, content = file_of(
        what,
        trained.run,
        net,
        course=trained.course,
        data=trained.data,
        held=trained.held,
        between=asked.go_on,
    )
    return {"kind": "file", "name": name, "mime": mime, "content": scene.packed(content)}


_ANSWERS: dict[str, Callable[[Mapping[str, Any], Asked], Reply]] = {
    "train": _train,
    "explain": _explain,
    "seeds": _seeds,
    "dataset": _dataset,
    "table": _table,
    "export": _export,
}


KINDS = frozenset(_ANSWERS)


@functools.cache
def hello() -> Reply:
    """The first message: what the page can offer, its colours, and the course lab's own run as the first screen."""
    from unitscope import lab

    return {**scene.greeting(), "first": first(lab.run())}


def first(run: Run) -> Reply:
    """A run as a first screen: its data, its weights and what is said of it."""
    course = _fits_course(run.data, run.recipe) and bool(
        np.array_equal(run.weights[0], _course()[0].to_vector().astype(np.float32))
    )
    return {
        "data": scene.data_scene(run.data),
        "run": scene.run_scene(run, course=course),
        "claims": scene.said_of(run.network, run.data, run=run),
    }
