"""The page's requests in two steps: decode, check and weigh; then do the work.

`from_wire` takes a hostile message and raises `InvalidInput` for the first rule that it breaks,
before any work is done or memory spent. What it makes is typed and knows its cost; its `answer` is
a reply as `wire/messages.py` has it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from unitscope.data import toys
from unitscope.errors import real_number, refusal, whole_number
from unitscope.geometry.window import Window
from unitscope.models.read import ReadNetwork
from unitscope.networks import Network
from unitscope.page.jobs import Job
from unitscope.page.tables import Table
from unitscope.page.training import Training, cost_of_explaining, initialized
from unitscope.recipe import Recipe
from unitscope.training.class_weights import class_weights
from unitscope.training.given import untrained
from unitscope.training.train import epoch_cost
from unitscope.wire.from_wire import (
    network_from_wire,
    patience_from_wire,
    recipe_from_wire,
    shown_from_wire,
    window_from_wire,
)
from unitscope.wire.limits import LIMITS, check_explanation, check_weights, check_work
from unitscope.wire.messages import (
    DataLoaded,
    Explained,
    FileMade,
    Refused,
    Reply,
    SeedsTrained,
    Trained,
)
from unitscope.wire.scenes import ClaimScene
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import (
    bytes_to_wire,
    claims_to_wire,
    data_to_wire,
    floats_to_wire,
    layers_to_wire,
    run_to_wire,
)

_LONGEST_LINE = 2_000


class Work(Protocol):
    """A request that was checked, and is ready to be answered."""

    @property
    def cost(self) -> int:
        """In products: how many multiplications of a training take as long."""

    def answer(self, job: Job) -> Reply:
        """Do it; **raises** `Cancelled` where the job's answer is not wanted any more."""


@dataclass(frozen=True)
class Refusal:
    """A request that breaks a rule."""

    why: str
    cost: int = 0

    def answer(self, job: Job) -> Refused:
        """Say which rule."""
        return job.refused(self.why)


def _claims(net: Network, shown: Shown, **more: Any) -> list[ClaimScene]:
    from unitscope.explanation.measured import measured

    try:
        return claims_to_wire(net, shown, **more)
    finally:
        measured.cache_clear()  # nothing of a user's data stays


@dataclass(frozen=True)
class Train:
    """Train, and explain the result where that is asked for and does not take too long."""

    training: Training
    explain: bool
    window: Window | None

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Train:
        """A "train" request."""
        training = Training.from_wire(request)
        explain = request.get("explain") is True and training.explanation_cost <= LIMITS["work"]
        window = window_from_wire(request.get("window")) if explain else None
        return cls(training, explain, window)

    @property
    def cost(self) -> int:
        """In products."""
        return self.training.cost + self.explain * self.training.explanation_cost

    def answer(self, job: Job) -> Trained:
        """The run as the page takes it; the job's `trained` has it as it is."""
        training = self.training
        run, stopped = training.run(job)
        job.trained = run, training.shown
        scene = run_to_wire(run, course=training.course, stopped=stopped)
        reply: Trained = {"id": job.number, "kind": "trained", "run": scene}
        if self.explain:
            reply["claims"] = _claims(run.network, training.shown, window=self.window, run=run)
        return reply


@dataclass(frozen=True)
class Explain:
    """Say what a network does with the points that are not held out."""

    shown: Shown
    net: Network
    window: Window | None
    cost: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Explain:
        """An "explain" request."""
        shown = shown_from_wire(request.get("data"))
        data = shown.fitted
        net = network_from_wire(request.get("network"))
        if net.n_features != data.n_features:
            rule = f"one of {data.n_features} inputs, as the data has"
            raise refusal("network", rule, net.n_features)
        cost = cost_of_explaining(data, net)
        check_explanation(cost)
        return cls(shown, net, window_from_wire(request.get("window")), cost)

    def answer(self, job: Job) -> Explained:
        """The sentences."""
        claims = _claims(self.net, self.shown, window=self.window)
        return {"id": job.number, "kind": "explained", "claims": claims}


@dataclass(frozen=True)
class Seeds:
    """Train from each of many seeds; those that stop early do so by the points held out."""

    shown: Shown
    recipe: Recipe
    patience: int | None
    architecture: Network
    seeds: range
    cost: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Seeds:
        """A "seeds" request."""
        shown = shown_from_wire(request.get("data"))
        data, recipe = shown.data, recipe_from_wire(request.get("recipe"))
        patience = patience_from_wire(request.get("early_stopping"), shown)
        count = whole_number("seeds", request.get("seeds", 64), at_least=1, at_most=LIMITS["seeds"])
        last = 2**31 - 1 - count
        first = whole_number("first", request.get("first", 0), at_least=0, at_most=last)
        architecture = initialized(data, recipe, seed=0)
        class_weights(data, recipe)  # refuses
        check_work(data.n_points, recipe.epochs, architecture.n_parameters, count)
        check_weights(count, architecture.n_parameters, "seeds")
        epoch = epoch_cost(data.n_points, recipe.batch_size, architecture.n_parameters)
        # one that stops early is trained alone, and some of its epochs twice
        times = 1 if patience is None else 3
        cost = recipe.epochs * count * epoch * times
        return cls(shown, recipe, patience, architecture, range(first, first + count), cost)

    def answer(self, job: Job) -> SeedsTrained:
        """The last weights, loss and accuracy of each."""
        from unitscope.sweeps.sweep import sweep

        swept = sweep(
            self.shown.fitted,
            self.recipe,
            seeds=self.seeds,
            progress=job.progress,
            validation=None if self.patience is None else self.shown.test,
            early_stopping=self.patience,
        )
        return {
            "id": job.number,
            "kind": "seeds",
            "first": self.seeds.start,
            "layers": layers_to_wire(self.architecture),
            "weights": floats_to_wire(swept.weights),
            "loss": floats_to_wire(swept.loss),
            "accuracy": floats_to_wire(swept.accuracy),
        }


@dataclass(frozen=True)
class Toy:
    """One of the library's data sets."""

    name: toys.ToyName
    settings: dict[str, Any]
    cost: int = 0

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Toy:
        """A "dataset" request; settings that the data set does not have are ignored."""
        name = request.get("name")
        if not isinstance(name, str) or name not in toys.TOYS:
            raise refusal("name", "one of " + ", ".join(toys.TOYS), name)
        parameters = inspect.signature(toys.TOYS[name]).parameters
        given = {
            key: request[key]
            for key in ("n", "classes", "noise", "seed")
            if key in parameters and key in request
        }
        if "n" in given:
            whole_number("n", given["n"], at_least=2, at_most=LIMITS["points"])
        if "classes" in given:
            whole_number("classes", given["classes"], at_least=2, at_most=LIMITS["classes"])
        if "noise" in given:
            rule = "a number from 0 to 100"
            real_number("noise", given["noise"], rule, at_least=0.0, below=100.001)
        return cls(name, given)

    def answer(self, job: Job) -> DataLoaded:
        """Its points."""
        data = toys.load(self.name, **self.settings)
        return {"id": job.number, "kind": "data", "data": data_to_wire(data)}


@dataclass(frozen=True)
class Export:
    """A file of a run, which is trained again; code is of `net`, or of the run's last network.

    `model`: the file is of this, a network that was trained elsewhere; nothing is trained.
    """

    what: str
    training: Training
    net: Network | None
    model: ReadNetwork | None
    cost: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Export:
        """An "export" request."""
        from unitscope.export.files import KINDS
        from unitscope.export.page import explained

        what, net = request.get("what"), None
        if what not in KINDS:
            raise refusal("what", "one of " + ", ".join(KINDS), what)
        if request.get("network") is not None:
            net = network_from_wire(request["network"])
        training = Training.from_wire(request, other=net)
        model = _model(net, request.get("read_as"))
        cost = training.cost if model is None else 0
        if what == "html":
            check_explanation(training.explanation_cost)
            cost += explained(training.shown) * training.explanation_cost
        return cls(what, training, net, model, cost)

    def answer(self, job: Job) -> FileMade:
        """The file."""
        from unitscope.export.files import file_of

        training = self.training
        if self.model is None:
            run, _ = training.run(job)
        else:
            run = untrained(self.model, training.fitted)
        name, mime, content = file_of(
            self.what,
            run,
            self.net,
            course=training.course,
            shown=training.shown,
        )
        text = bytes_to_wire(content)
        return {"id": job.number, "kind": "file", "name": name, "mime": mime, "content": text}


def _model(net: Network | None, read_as: object) -> ReadNetwork | None:
    """The network of a model that was trained elsewhere; None where none is told of."""
    if read_as is None:
        return None
    if not isinstance(read_as, str) or len(read_as) > _LONGEST_LINE or not read_as.isprintable():
        raise refusal("read_as", f"a line of at most {_LONGEST_LINE:,} letters", read_as)
    if net is None:
        raise refusal("network", "given with read_as", None)
    return ReadNetwork(net.layers, read_as)


FROM_WIRE: dict[str, Callable[[Mapping[str, Any]], Work]] = {
    "train": Train.from_wire,
    "explain": Explain.from_wire,
    "seeds": Seeds.from_wire,
    "dataset": Toy.from_wire,
    "table": Table.from_wire,
    "export": Export.from_wire,
}
