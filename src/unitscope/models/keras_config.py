"""What a Keras file says of its model: a chain of layers, each with its settings, checked.

Keras is not asked: what it makes of a file's names may import any module. Of the layers that are
read, only numbers and names of known functions are taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unitscope.activations import ACTIVATIONS
from unitscope.errors import UnsupportedModel, refusal, said, shown
from unitscope.models.keras import IDENTITY_AT_PREDICTION

_RULE = "a chain of Dense and activation layers"
_MODELS = ("Sequential", "Functional", "Model")
NOTHING = (
    "InputLayer",
    *IDENTITY_AT_PREDICTION,
    "Identity",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)
# Of each layer, the settings that matter when it predicts.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "activation", "use_bias"),
    "Activation": ("activation",),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "LeakyReLU": ("negative_slope", "alpha"),
    "ELU": ("alpha",),
    "PReLU": ("shared_axes",),
    "Softmax": ("axis",),
    "Normalization": ("axis", "mean", "variance", "invert"),
    "Rescaling": ("scale", "offset"),
    "BatchNormalization": ("axis", "epsilon", "center", "scale"),
    "Flatten": (),
    "Reshape": ("target_shape",),
    **dict.fromkeys(NOTHING, ()),
}
_AS_FUNCTION = ("ReLU", "LeakyReLU", "ELU", "Softmax")
FUNCTIONS = (
    *ACTIVATIONS,
    "absolute",
    "swish",
    "softmax",
    "log_softmax",
    "relu6",
    "hard_sigmoid",
    "hard_tanh",
)
_MOST_LAYERS, _DEEPEST = 10_000, 20


@dataclass(frozen=True)
class Layer:
    """One layer of the file: its class, what it is called, and its settings.

    `place` is the path of its weights in a .keras file, `outer` the name of the layer of the whole
    model that it is in: itself, or a model.
    """

    kind: str
    name: str
    settings: dict[str, Any]
    trainable: bool
    place: str
    outer: str
    shape: tuple[int, ...] | None  # of its input, where the file has it


def layers_of(model: Any) -> list[Layer]:
    """The layers of a model's description, from the input to the output.

    **Raises** `UnsupportedModel` naming the first that is not read; `InvalidInput` for what is no
    description of a model.
    """
    found = []
    for layer in _layers(model, "", "", 0):
        found.append(layer)
        if len(found) > _MOST_LAYERS:
            raise refusal("model", f"of at most {_MOST_LAYERS:,} layers", said("more"))
    return found


def _layers(model: Any, place: str, outer: str, depth: int) -> Iterator[Layer]:
    about = _mapping("the model", model)
    config = _mapping("the model's config", about.get("config"))
    listed = config.get("layers")
    if about.get("class_name") not in _MODELS or not isinstance(listed, list):
        raise unsupported(config.get("name"), about.get("class_name"), "of a class of its own")
    if depth > _DEEPEST:
        raise refusal("model", f"at most {_DEEPEST} models deep", said("a deeper one"))
    counts: Counter[str] = Counter()
    placed = []
    for one in listed:
        inner = _mapping("a layer", one)
        kind = _snake(str(inner.get("class_name")))
        number = counts[kind]
        counts[kind] += 1
        placed.append((inner, f"{place}/layers/{kind}{f'_{number}' if number else ''}"))
    if about["class_name"] != "Sequential":
        placed = _in_order(placed, config)
    shape = config.get("build_input_shape") or _mapping("build_config", about.get("build_config"))
    told = shape.get("input_shape") if isinstance(shape, dict) else shape
    for inner, path in placed:
        settings = _mapping("a layer's config", inner.get("config"))
        name = settings.get("name", inner.get("name"))
        if not isinstance(name, str):
            raise refusal("a layer's name", "a text", name)
        if inner.get("class_name") in _MODELS:
            yield from _layers(inner, path, outer or name, depth + 1)
            continue
        yield _layer(inner, settings, name, path, outer or name, told)
        told = None


def _layer(
    inner: dict[str, Any], settings: dict[str, Any], name: str, place: str, outer: str, told: Any
) -> Layer:
    kind = inner.get("class_name")
    module = inner.get("module")
    of_keras = module is None or re.fullmatch(r"(tf_)?keras(\.[\w.]+)?", str(module))
    custom = inner.get("registered_name") not in (None, kind)
    if not isinstance(kind, str) or kind not in _SETTINGS or not of_keras or custom:
        raise unsupported(name, kind, "which is not run" if kind == "Lambda" else "")
    if settings.get("lora_rank") or settings.get("quantization_config"):
        raise unsupported(name, kind, "with LoRA or quantized weights")
    if settings.get("data_format") == "channels_first":
        raise unsupported(name, kind, "with the channels first")
    taken = {key: _setting(name, key, settings.get(key)) for key in _SETTINGS[kind]}
    shape = settings.get("batch_shape") or settings.get("batch_input_shape") or told
    trainable = settings.get("trainable", True) is not False
    return Layer(kind, name, taken, trainable, place, outer, _shape(shape))


def _setting(layer: str, key: str, value: Any) -> Any:
    """A setting as a number, a list of numbers, or a known function."""
    if key == "activation":
        return _function(layer, value)
    if isinstance(value, dict):  # numbers of NumPy's, as Keras 2 writes them
        inner = value.get("config")
        value = value.get("value", inner.get("value") if isinstance(inner, dict) else None)
    flat, deep = [value], 0
    while any(isinstance(one, list) for one in flat):
        flat = [part for one in flat for part in (one if isinstance(one, list) else [one])]
        deep += 1
        if deep > _DEEPEST:
            break
    if not all(one is None or isinstance(one, (bool, int, float)) for one in flat):
        raise refusal(f"{key} of layer {shown(layer)}", "numbers", value)
    return value


def _function(layer: str, value: Any) -> Any:
    """The name of an activation, or an activation layer with its settings."""
    if isinstance(value, dict):
        kind, config = value.get("class_name"), value.get("config")
        if kind == "function" and isinstance(config, str):
            value = config
        elif kind in _AS_FUNCTION and isinstance(config, dict):
            return kind, {key: _setting(layer, key, config.get(key)) for key in _SETTINGS[kind]}
        else:
            value = kind
    if value is None or value in FUNCTIONS:
        return value
    raise unsupported(layer, "Dense or Activation", f"with activation {shown(value)}")


def _in_order(
    placed: list[tuple[dict[str, Any], str]], config: dict[str, Any]
) -> list[tuple[dict[str, Any], str]]:
    """The layers of a functional model, walked back from its only output to its only input."""
    named = {inner.get("name"): (inner, path) for inner, path in placed}
    ends = [_ends(config.get(key)) for key in ("input_layers", "output_layers")]
    if len(ends[0]) != 1 or len(ends[1]) != 1:
        rule = "model must be of one input and one output"
        raise UnsupportedModel(f"{rule}. Got {len(ends[0])} and {len(ends[1])} instead.")
    (first,), (at,) = ends
    found = []
    for _ in placed:
        if at not in named:
            break
        inner, path = named.pop(at)
        found.append((inner, path))
        if at == first:
            break
        before = _before(inner.get("inbound_nodes"))
        if len(before) != 1:
            raise unsupported(at, inner.get("class_name"), f"with {len(before)} inputs")
        (at,) = before
    if at != first or named:
        rest = next(iter(named), at)
        raise unsupported(rest, named.get(rest, ({},))[0].get("class_name"), "beside the chain")
    return found[::-1]


def _ends(told: Any) -> list[str]:
    """Names of layers: of ["name", 0, 0], or of a list of these."""
    if isinstance(told, list) and told and isinstance(told[0], str):
        told = [told]
    if not isinstance(told, list):
        return []
    return [one[0] for one in told if isinstance(one, list) and one and isinstance(one[0], str)]


def _before(nodes: Any) -> list[str]:
    """The layers whose outputs a layer takes; as of Keras 3, or of Keras 2."""
    found, left = [], [(nodes, 0)]
    while left:
        part, deep = left.pop()
        if isinstance(part, dict):
            history = part.get("keras_history")
            if isinstance(history, list):
                found += _ends(history)
            elif deep < _DEEPEST:
                left += [(one, deep + 1) for one in part.values()]
        elif isinstance(part, list) and deep < _DEEPEST:
            if len(part) == 4 and isinstance(part[0], str) and isinstance(part[1], int):
                found.append(part[0])
            else:
                left += [(one, deep + 1) for one in part]
    return found


def _shape(told: Any) -> tuple[int, ...] | None:
    """The shape of one point."""
    if not isinstance(told, list) or len(told) < 2:
        return None
    whole = [size for size in told[1:] if isinstance(size, int) and not isinstance(size, bool)]
    return tuple(whole) if len(whole) == len(told) - 1 and min(whole) > 0 else None


def _mapping(name: str, value: Any) -> dict[str, Any]:
    if value is None and name == "build_config":
        return {}
    if not isinstance(value, dict):
        raise refusal(name, "a mapping of names to values", value)
    return value


def _snake(name: str) -> str:
    """A class's name as Keras has it in a file: PReLU is p_re_lu."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name[:100]))
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def unsupported(name: Any, kind: Any, detail: str = "") -> UnsupportedModel:
    """The error that names a layer of the file."""
    where = f", {detail}," if detail else ""
    return UnsupportedModel(
        f"model must be {_RULE}. Got layer {shown(name)} ({str(kind)[:80]}){where} instead."
    )
