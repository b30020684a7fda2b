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
from unitscope.data.dataset import Dataset
from unitscope.errors import real_number, refusal, whole_number
from unitscope.geometry.window import Window
from unitscope.network import Network
from unitscope.page.jobs import Job
from unitscope.page.training import Training, cost_of_explaining, initialized
from unitscope.recipe import Recipe
from unitscope.training.run import Run
from unitscope.wire.from_wire import (
    bytes_from_wire,
    data_from_wire,
    network_from_wire,
    recipe_from_wire,
    window_from_wire,
)
from unitscope.wire.limits import LIMITS, check_explanation, check_weights, check_work
from unitscope.wire.messages import (
    ClaimScene,
    DataLoaded,
    Explained,
    FileMade,
    Refused,
    Reply,
    SeedsTrained,
    Trained,
)
from unitscope.wire.to_wire import (
    bytes_to_wire,
    claims_to_wire,
    data_to_wire,
    floats_to_wire,
    layers_to_wire,
    run_to_wire,
)

_PRODUCTS_PER_BYTE = 50  # of a table that is read


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


def _claims(
    net: Network, data: Dataset, job: Job, window: Window | None, run: Run | None = None
) -> list[ClaimScene]:
    from unitscope.explanation.measured import measured

    try:
        return claims_to_wire(net, data, run=run, window=window, checkpoint=job.checkpoint)
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
        return cls(training, explain, window_from_wire(request.get("window")) if explain else None)

    @property
    def cost(self) -> int:
        """In products."""
        return self.training.cost + self.explain * self.training.explanation_cost

    def answer(self, job: Job) -> Trained:
        """The run as the page takes it; the job's `trained` has it as it is."""
        training = self.training
        run, stopped = training.run(job)
        job.trained = run, training.data
        scene = run_to_wire(
            run,
            course=training.course,
            stopped=stopped,
            test=training.test,
            checkpoint=job.checkpoint,
        )
        reply: Trained = {"id": job.number, "kind": "trained", "run": scene}
        if self.explain:
            reply["claims"] = _claims(run.network, training.data, job, self.window, run)
        return reply


@dataclass(frozen=True)
class Explain:
    """Say what a network does with all points."""

    data: Dataset
    net: Network
    window: Window | None
    cost: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Explain:
        """An "explain" request."""
        data, _ = data_from_wire(request.get("data"))
        net = network_from_wire(request.get("network"))
        if net.n_features != data.n_features:
            rule = f"one of {data.n_features} inputs, as the data has"
            raise refusal("network", rule, net.n_features)
        cost = cost_of_explaining(data, net)
        check_explanation(cost)
        return cls(data, net, window_from_wire(request.get("window")), cost)

    def answer(self, job: Job) -> Explained:
        """The sentences."""
        claims = _claims(self.net, self.data, job, self.window)
        return {"id": job.number, "kind": "explained", "claims": claims}


@dataclass(frozen=True)
class Seeds:
    """Train from each of many seeds."""

    fitted: Dataset
    recipe: Recipe
    architecture: Network
    seeds: range
    cost: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Seeds:
        """A "seeds" request."""
        data, held_out = data_from_wire(request.get("data"))
        recipe = recipe_from_wire(request.get("recipe"))
        count = whole_number("seeds", request.get("seeds", 64), at_least=1, at_most=LIMITS["seeds"])
        last = 2**31 - 1 - count
        first = whole_number("first", request.get("first", 0), at_least=0, at_most=last)
        architecture = initialized(data, recipe, seed=0)
        check_work(data.n_points, recipe.epochs, architecture.n_parameters, count)
        check_weights(count, architecture.n_parameters, "seeds")
        cost = data.n_points * recipe.epochs * architecture.n_parameters * count
        return cls(data.where(~held_out), recipe, architecture, range(first, first + count), cost)

    def answer(self, job: Job) -> SeedsTrained:
        """The last weights, loss and accuracy of each."""
        from unitscope.sweeps.sweep import sweep

        swept = sweep(self.fitted, self.recipe, seeds=self.seeds, progress=job.progress)
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
class Table:
    """A CSV file's content to read."""

    name: str
    content: bytes
    target: str | None
    standardize: bool

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Table:
        """A "table" request."""
        name, target = request.get("name"), request.get("target")
        if not isinstance(name, str) or len(name) > 200:
            raise refusal("name", "a text of at most 200 characters", name)
        if target is not None and not isinstance(target, str):
            raise refusal("target", "a column's name", target)
        content = bytes_from_wire("content", request.get("content"))
        return cls(name, content, target, bool(request.get("standardize", False)))

    @property
    def cost(self) -> int:
        """In products."""
        return len(self.content) * _PRODUCTS_PER_BYTE

    def answer(self, job: Job) -> DataLoaded:
        """Its points, its columns and which of them has the classes."""
        from unitscope.data.tables import table_from_bytes

        data, columns, target = table_from_bytes(
            self.content,
            self.name,
            self.target,
            self.standardize,
            most_rows=LIMITS["points"],
            most_columns=LIMITS["features"] + 1,
        )
        if data.n_classes > LIMITS["classes"]:
            remedy = f"Is {target!r} the column of the classes?"
            raise refusal("classes", f"at most {LIMITS['classes']}", data.n_classes, remedy)
        return {
            "id": job.number,
            "kind": "data",
            "data": data_to_wire(data),
            "columns": columns,
            "target": target,
        }


@dataclass(frozen=True)
class Export:
    """A file of a run, which is trained again; code is of `net`, or of the run's last network."""

    what: str
    training: Training
    net: Network | None
    cost: int

    @classmethod
    def from_wire(cls, request: Mapping[str, Any]) -> Export:
        """An "export" request."""
        from unitscope.export.files import KINDS
        from unitscope.export.page import EXPLAINED

        what, net = request.get("what"), None
        if what not in KINDS:
            raise refusal("what", "one of " + ", ".join(KINDS), what)
        if request.get("network") is not None:
            net = network_from_wire(request["network"])
        training = Training.from_wire(request, other=net)
        cost = training.cost
        if what == "html":
            check_explanation(training.explanation_cost)
            cost += EXPLAINED * training.explanation_cost
        return cls(what, training, net, cost)

    def answer(self, job: Job) -> FileMade:
        """The file."""
        from unitscope.export.files import file_of

        training = self.training
        run, _ = training.run(job)
        job.checkpoint()
        name, mime, content = file_of(
            self.what,
            run,
            self.net,
            course=training.course,
            data=training.data,
            held_out=training.held_out,
            checkpoint=job.checkpoint,
        )
        text = bytes_to_wire(content)
        return {"id": job.number, "kind": "file", "name": name, "mime": mime, "content": text}


FROM_WIRE: dict[str, Callable[[Mapping[str, Any]], Work]] = {
    "train": Train.from_wire,
    "explain": Explain.from_wire,
    "seeds": Seeds.from_wire,
    "dataset": Toy.from_wire,
    "table": Table.from_wire,
    "export": Export.from_wire,
}
