"""What the messages between the page and Python are made of, as types.

A pair in `Annotated` is a rule of the JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from unitscope.networks import Activation
from unitscope.wire.limits import LIMITS, Limits

Floats = Annotated[str, ("contentEncoding", "base64"), ("description", "little-endian float32s")]
Bytes = Annotated[str, ("contentEncoding", "base64"), ("description", "bytes")]
Id = Annotated[int, ("minimum", 0), ("maximum", 2**53 - 1)]
Name = Annotated[str, ("maxLength", 200)]
Units = Annotated[int, ("minimum", 1), ("maximum", LIMITS["units"])]
Side = Annotated[list[float], ("minItems", 2), ("maxItems", 2)]
Weight = Annotated[float, ("minimum", 0)]
ClassWeights = Annotated[list[Weight], ("minItems", 1), ("maxItems", LIMITS["classes"])]
Patience = Annotated[int, ("minimum", 1), ("maximum", LIMITS["epochs"])]
Window = Annotated[list[Side], ("minItems", 2), ("maxItems", 2)]


class LayerScene(TypedDict):
    """One layer's shape."""

    units: Units
    activation: Activation
    negative_slope: NotRequired[float]


class DataScene(TypedDict):
    """Points, row by row, and their labels; `held_out` has a 1 for each test point.

    `sample_of`: how many there are, where these are a sample. `fixed_scale`: as in `us.Dataset`.
    """

    features: Annotated[int, ("minimum", 1), ("maximum", LIMITS["features"])]
    points: Floats
    labels: Bytes
    class_names: Annotated[list[Name], ("minItems", 2), ("maxItems", LIMITS["classes"])]
    feature_names: Annotated[list[Name], ("minItems", 1), ("maxItems", LIMITS["features"])]
    held_out: Bytes | None
    sample_of: NotRequired[int]
    fixed_scale: NotRequired[bool]


class RecipeScene(TypedDict, total=False):
    """How to train; settings that are left out have the defaults of `us.Recipe`.

    `class_weight`: of each class a number, in their order.
    """

    hidden: Annotated[list[Units], ("maxItems", LIMITS["hidden_layers"])]
    activation: Activation
    optimizer: str
    learning_rate: Annotated[float, ("exclusiveMinimum", 0)]
    batch_size: Annotated[int, ("minimum", 1), ("maximum", LIMITS["points"])]
    epochs: Annotated[int, ("minimum", 1), ("maximum", LIMITS["epochs"])]
    l1: Annotated[float, ("minimum", 0)]
    l2: Annotated[float, ("minimum", 0)]
    seed: Annotated[int, ("minimum", 0)]
    standardize: bool | Literal["auto"]
    class_weight: Literal["balanced"] | ClassWeights | None


class NetworkScene(TypedDict):
    """A network with its weights: each layer's matrix, row by row, then its bias."""

    features: Annotated[int, ("minimum", 1), ("maximum", LIMITS["features"])]
    layers: Annotated[list[LayerScene], ("minItems", 1), ("maxItems", LIMITS["hidden_layers"] + 1)]
    weights: Floats


class PlaneScene(TypedDict):
    """The plane on which a run's last network shows best, of more than two features (`us.Plane`).

    `origin` (d,), `basis` and `dual` (2, d); `names`: of its coordinates; `words`: what it is.
    """

    origin: Floats
    basis: Floats
    dual: Floats
    names: Annotated[list[str], ("minItems", 2), ("maxItems", 2)]
    words: str


class RunScene(TypedDict):
    """A training: a row of `weights` for each of `epochs`; `loss` and `accuracy` of every epoch.

    `test_loss`, `test_accuracy`: of the points held out. Where it was stopped early, they go on
    after the run's last epoch, which is the best. `standardized`: the features were, for training.
    `read_as`: of a network that was trained elsewhere, as what its model was read.
    """

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
    early_stopping: NotRequired[Patience | None]
    standardized: NotRequired[bool]
    plane: NotRequired[PlaneScene | None]
    read_as: NotRequired[str]


class AboutUnit(TypedDict):
    """A unit: its layer and its place in it."""

    unit: Annotated[list[int], ("minItems", 2), ("maxItems", 2)]


AboutClass = TypedDict("AboutClass", {"class": int})
AboutClass.__doc__ = "A class."


class AboutPoint(TypedDict):
    """A point of the data."""

    point: int


About = AboutUnit | AboutClass | AboutPoint


class RemedyScene(TypedDict):
    """What was tried and what came of it, and a button's words and the settings it changes."""

    what: str
    told: str
    words: str
    change: RecipeScene


class ClaimScene(TypedDict):
    """A sentence, and what it is about; `classes`: where it names one: begin, end, class."""

    topic: str
    text: str
    about: list[About]
    classes: NotRequired[list[list[int]]]
    remedies: NotRequired[list[RemedyScene]]


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


class ThumbnailScene(TypedDict):
    """A few points of a set, seen from where they lie apart: x and y of each, and its class."""

    places: Bytes
    labels: Bytes


class OfferedScene(TypedDict):
    """A data set and the defaults of the settings that it has.

    `hidden`: the units that it begins with, where those of before are too few.
    """

    name: str
    n: int | None
    classes: int | None
    noise: float | None
    has_n: bool
    has_noise: bool
    has_classes: bool
    thumbnail: ThumbnailScene
    hidden: NotRequired[list[Units]]


class CourseScene(TypedDict):
    """What the course lab's weights and batches fit: at most `epochs`, else exactly these."""

    features: int
    classes: int
    points: int
    hidden: list[int]
    activation: Activation
    batch_size: int
    epochs: int


class BesideScene(TypedDict):
    """A network that is compared with the run's last; `shown`: what that one is called."""

    network: NetworkScene
    name: str
    shown: str


class FirstScene(TypedDict):
    """The first screen; a file has its sentences in `claims_by_epoch` instead.

    `notes`: what was guessed of the table that the data were read from. `beside`: of a comparison.
    """

    data: DataScene
    run: RunScene
    claims: NotRequired[list[ClaimScene]]
    notes: NotRequired[list[str]]
    beside: NotRequired[BesideScene]


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
