"""Every message between the page and Python, as types: the one contract.

docs/messages.schema.json (JSON Schema) and web/pure/scene.d.ts (the JavaScript's types) are made
from this file and from scenes.py, its parts, by tools/contract.py, and a test holds all of them
together.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from unitscope.wire.limits import LIMITS
from unitscope.wire.scenes import (
    Bytes,
    ClaimScene,
    DataScene,
    FirstScene,
    Floats,
    GreetingScene,
    Id,
    LayerScene,
    Name,
    NetworkScene,
    Patience,
    RecipeScene,
    RunScene,
    Window,
)

# Replies


class Hello(GreetingScene):
    """The first message of a connection."""

    first: FirstScene


class Trained(TypedDict):
    """A training's run, and its `claims` where they were asked for and do not take too long."""

    id: Id | None
    kind: Literal["trained"]
    run: RunScene
    claims: NotRequired[list[ClaimScene]]


class Explained(TypedDict):
    """The sentences of one network."""

    id: Id | None
    kind: Literal["explained"]
    claims: list[ClaimScene]


class SeedsTrained(TypedDict):
    """One row of weights, one loss and one accuracy for each seed from `first` on."""

    id: Id | None
    kind: Literal["seeds"]
    first: int
    layers: list[LayerScene]
    weights: Floats
    loss: Floats
    accuracy: Floats


class DataLoaded(TypedDict):
    """A data set."""

    id: Id | None
    kind: Literal["data"]
    data: DataScene


class ColumnScene(TypedDict):
    """A column of a table.

    `about`: what is in it, in a few words; `missing`: how many of its values; `classes`: how many
    it would make, 0 where it has numbers that are none; `problem`: why it can be no feature.
    """

    name: str
    role: Literal["class", "feature", "out"]
    about: str
    missing: int
    classes: int
    problem: str


class TableRead(TypedDict):
    """A table: its columns, and its points as was asked, or why they are `refused`.

    - `incomplete`: how many of its `rows` lack a value of the columns that are used.
    - `header_in_doubt`: it is not clear whether the first line has names.
    - `notes`: what was guessed, left out or filled.
    """

    id: Id | None
    kind: Literal["table"]
    rows: int
    incomplete: int
    columns: list[ColumnScene]
    header_in_doubt: bool
    notes: list[str]
    data: NotRequired[DataScene]
    refused: NotRequired[str]


class FileMade(TypedDict):
    """A file to save."""

    id: Id | None
    kind: Literal["file"]
    name: str
    mime: str
    content: Bytes


class Progress(TypedDict):
    """How far a request is; its reply comes later."""

    id: Id | None
    kind: Literal["progress"]
    done: int
    of: int


class Refused(TypedDict):
    """The rule that a request breaks."""

    id: Id | None
    kind: Literal["refused"]
    message: str


class Dropped(TypedDict):
    """A newer request of its kind took its place; or the reply to "cancel", which drops all."""

    id: Id | None
    kind: Literal["superseded", "cancelled"]


Reply = (
    Hello
    | Trained
    | Explained
    | SeedsTrained
    | DataLoaded
    | TableRead
    | FileMade
    | Progress
    | Refused
    | Dropped
)


class FileScene(GreetingScene):
    """The content of an exported file: the first screen, and the sentences of some epochs."""

    first: FirstScene
    claims_by_epoch: list[tuple[int, list[ClaimScene]]]


# Requests. Where several views of a notebook share a kernel, `view` tells whose answer it is.


class _RequestBase(TypedDict):
    """What every request has."""

    id: Id
    view: NotRequired[str]


class TrainRequest(_RequestBase):
    """Train from the recipe's seed, from `start`, or (`course`) as the course lab does if it fits.

    `explain`: say what came of it, too; areas and distances are those within `window`.
    `early_stopping`: after how many epochs without a lower loss on the points held out to stop.
    """

    kind: Literal["train"]
    data: DataScene
    recipe: RecipeScene
    early_stopping: NotRequired[Patience | None]
    course: NotRequired[bool]
    start: NotRequired[Floats | None]
    explain: NotRequired[bool]
    window: NotRequired[Window | None]


class ExplainRequest(_RequestBase):
    """Say what a network does with all points; areas and distances are those within `window`."""

    kind: Literal["explain"]
    data: DataScene
    network: NetworkScene
    window: NotRequired[Window | None]


class SeedsRequest(_RequestBase):
    """Train from `seeds` seeds, `first` and those after it."""

    kind: Literal["seeds"]
    data: DataScene
    recipe: RecipeScene
    early_stopping: NotRequired[Patience | None]
    seeds: NotRequired[Annotated[int, ("minimum", 1), ("maximum", LIMITS["seeds"])]]
    first: NotRequired[Annotated[int, ("minimum", 0)]]


class DatasetRequest(_RequestBase):
    """A data set by its name; settings that it does not have are ignored."""

    kind: Literal["dataset"]
    name: str
    n: NotRequired[Annotated[int, ("minimum", 2), ("maximum", LIMITS["points"])]]
    classes: NotRequired[Annotated[int, ("minimum", 2), ("maximum", LIMITS["classes"])]]
    noise: NotRequired[Annotated[float, ("minimum", 0), ("maximum", 100)]]
    seed: NotRequired[Annotated[int, ("minimum", 0)]]


class TableRequest(_RequestBase):
    """A table's content, and how it is to be read, as `us.read_table` has it.

    `header`: whether the first line has the columns' names; `more`: how many rows the file has that
    the content, a sample, has not.
    """

    kind: Literal["table"]
    name: Name
    content: Bytes
    target: NotRequired[str | None]
    features: NotRequired[list[str] | None]
    ignore: NotRequired[list[str] | None]
    missing: NotRequired[Literal["refuse", "drop", "mean"]]
    sep: NotRequired[str | None]
    encoding: NotRequired[str | None]
    decimal: NotRequired[str | None]
    header: NotRequired[Literal["check", "names", "none"]]
    more: NotRequired[Annotated[int, ("minimum", 0)]]


class ExportRequest(_RequestBase):
    """A file of a run, which is trained again; code is of `network`, or of the run's last one.

    `read_as`: nothing is trained; the file is of `network`, a model that was read as this.
    """

    kind: Literal["export"]
    what: Literal["html", "keras", "numpy", "run"]
    data: DataScene
    recipe: RecipeScene
    early_stopping: NotRequired[Patience | None]
    course: NotRequired[bool]
    start: NotRequired[Floats | None]
    network: NotRequired[NetworkScene | None]
    read_as: NotRequired[str]


class CancelRequest(_RequestBase):
    """Drop all requests."""

    kind: Literal["cancel"]


Request = (
    TrainRequest
    | ExplainRequest
    | SeedsRequest
    | DatasetRequest
    | TableRequest
    | ExportRequest
    | CancelRequest
)
