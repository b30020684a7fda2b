"""Every message between the page and Python, as types: the one contract.

docs/messages.schema.json (JSON Schema) and web/pure/scene.d.ts (the JavaScript's types) are made
from this file by tools/contract.py, and a test holds all three together. A pair in `Annotated` is a
rule of the schema.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from unitscope.network import Activation
from unitscope.wire.limits import LIMITS, Limits

Floats = Annotated[str, ("contentEncoding", "base64"), ("description", "little-endian float32s")]
Bytes = Annotated[str, ("contentEncoding", "base64"), ("description", "bytes")]
Id = Annotated[int, ("minimum", 0), ("maximum", 2**53 - 1)]
Name = Annotated[str, ("maxLength", 200)]
Units = Annotated[int, ("minimum", 1), ("maximum", LIMITS["units"])]
Side = Annotated[list[float], ("minItems", 2), ("maxItems", 2)]
Window = Annotated[list[Side], ("minItems", 2), ("maxItems", 2)]


# Parts


class LayerScene(TypedDict):
    """One layer's shape."""

    units: Units
    activation: Activation
    negative_slope: NotRequired[float]


class DataScene(TypedDict):
    """Points, row by row, and their labels; `held_out` has a 1 for each test point."""

    features: Annotated[int, ("minimum", 1), ("maximum", LIMITS["features"])]
    points: Floats
    labels: Bytes
    class_names: Annotated[list[Name], ("minItems", 2), ("maxItems", LIMITS["classes"])]
    feature_names: Annotated[list[Name], ("minItems", 1), ("maxItems", LIMITS["features"])]
    held_out: Bytes | None


class RecipeScene(TypedDict, total=False):
    """How to train; settings that are left out have the defaults of `us.Recipe`."""

    hidden: Annotated[list[Units], ("maxItems", LIMITS["hidden_layers"])]
    activation: Activation
    optimizer: str
    learning_rate: Annotated[float, ("exclusiveMinimum", 0)]
    batch_size: Annotated[int, ("minimum", 1), ("maximum", LIMITS["points"])]
    epochs: Annotated[int, ("minimum", 1), ("maximum", LIMITS["epochs"])]
    l1: Annotated[float, ("minimum", 0)]
    l2: Annotated[float, ("minimum", 0)]
    seed: Annotated[int, ("minimum", 0)]


class NetworkScene(TypedDict):
    """A network with its weights: each layer's matrix, row by row, then its bias."""

    features: Annotated[int, ("minimum", 1), ("maximum", LIMITS["features"])]
    layers: Annotated[list[LayerScene], ("minItems", 1), ("maxItems", LIMITS["hidden_layers"] + 1)]
    weights: Floats


class RunScene(TypedDict):
    """A training: a row of `weights` for each of `epochs`; `loss` and `accuracy` of every epoch."""

    features: int
    layers: list[LayerScene]
    epochs: list[int]
    weights: Floats
    loss: Floats
    accuracy: Floats
    test_loss: Floats | None
    test_accuracy: Floats | None
    recipe: RecipeScene
    course: bool
    stopped: str | None


class AboutUnit(TypedDict):
    """A unit: its layer and its place in it."""

    unit: Annotated[list[int], ("minItems", 2), ("maxItems", 2)]


AboutClass = TypedDict("AboutClass", {"class": int})
AboutClass.__doc__ = "A class."


class AboutPoint(TypedDict):
    """A point of the data."""

    point: int


About = AboutUnit | AboutClass | AboutPoint


class ClaimScene(TypedDict):
    """A sentence, and what it is about."""

    topic: str
    text: str
    about: list[About]


class LookScene(TypedDict):
    """A theme's colours; `tint`: the share of a class's colour in its background."""

    name: str
    background: str
    text: str
    muted: str
    grid: str
    line: str
    halo: str
    ring: str
    negative: str
    zero: str
    positive: str
    tint: float
    curves: list[str]


class ThemeScene(TypedDict):
    """Both themes, and every class's colour and marker."""

    light: LookScene
    dark: LookScene
    class_colors: list[str]
    class_markers: list[str]


class OfferedScene(TypedDict):
    """A data set and the defaults of the settings that it has."""

    name: str
    n: int | None
    classes: int | None
    noise: float | None
    has_n: bool
    has_noise: bool
    has_classes: bool


class CourseScene(TypedDict):
    """What the course lab's weights and batches fit: at most `epochs`, else exactly these."""

    features: int
    classes: int
    points: int
    hidden: list[int]
    activation: Activation
    batch_size: int
    epochs: int


class FirstScene(TypedDict):
    """The first screen; a file has its sentences in `claims_by_epoch` instead."""

    data: DataScene
    run: RunScene
    claims: NotRequired[list[ClaimScene]]


class GreetingScene(TypedDict):
    """What the page can offer; `recipe` has the settings that it starts with."""

    id: None
    kind: Literal["hello"]
    version: str
    limits: Limits
    datasets: list[OfferedScene]
    activations: list[Activation]
    optimizers: list[str]
    recipe: RecipeScene
    course: CourseScene
    theme: ThemeScene


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
    """A data set or a table; of a table, also its columns and which of them has the classes."""

    id: Id | None
    kind: Literal["data"]
    data: DataScene
    columns: NotRequired[list[str]]
    target: NotRequired[str]


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
    """

    kind: Literal["train"]
    data: DataScene
    recipe: RecipeScene
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
    """A CSV file's content; `target`: the column of the classes, by default the last."""

    kind: Literal["table"]
    name: Name
    content: Bytes
    target: NotRequired[str | None]
    standardize: NotRequired[bool]


class ExportRequest(_RequestBase):
    """A file of a run, which is trained again; code is of `network`, or of the run's last one."""

    kind: Literal["export"]
    what: Literal["html", "keras", "numpy", "run"]
    data: DataScene
    recipe: RecipeScene
    course: NotRequired[bool]
    start: NotRequired[Floats | None]
    network: NotRequired[NetworkScene | None]


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
