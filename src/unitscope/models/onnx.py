"""from_onnx: a chain of dense layers in ONNX, as skl2onnx, PyTorch and tf2onnx write it.

The graph is walked from its scores back to its input: what a node reads besides that chain must be
a constant. Nothing is run, and nothing outside of the file is read.
"""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from unitscope.errors import (
    InvalidInput,
    MissingDependency,
    UnsupportedModel,
    kind_of,
    refusal,
    said,
    shown,
)
from unitscope.files import reading
from unitscope.models.names import KEY, from_text
from unitscope.models.onnx_front import Front, inputs_of, names_of
from unitscope.models.onnx_patterns import composed
from unitscope.models.onnx_refused import unsupported
from unitscope.models.onnx_steps import Step, Steps, added
from unitscope.models.read import FLAT, ReadNetwork, line_of

_LARGEST = 2**31 - 1  # bytes, as many as ONNX itself allows
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_FLOATS = (1, 10, 11, 16)  # float, float16, double, bfloat16
_NOTHING = ("Identity", "Dropout", "Cast")
_CONSTANT = ("Identity", "Cast", "Transpose", "Unsqueeze", "Squeeze", "Reshape", "Neg")
_DEEPEST = 50


def from_onnx(model: Any) -> ReadNetwork:
    """The Network that a model in ONNX computes; the model is only read.

    **Arguments**

    - `model`: the path of an `.onnx` file, its bytes, or an `onnx.ModelProto`. Its graph must be a
      chain, of Gemm, MatMul, LinearClassifier; Add, Sub, Mul, Div, BatchNormalization and Scaler
      with constants, which are folded in; Relu, LeakyRelu, Elu, Selu, Tanh, Sigmoid, Softplus,
      Gelu, SiLU, Abs; PRelu, Clip and HardSigmoid, which become units of relu; Flatten, Reshape,
      Cast, Identity and Dropout; and at the end Softmax, Normalizer and ZipMap. Columns of one or
      more inputs may be put side by side before it, as skl2onnx writes a ColumnTransformer.

    Labels are those of the classifier in it. One score or one sigmoid z is read as two classes with
    the logits (0, z).

    **Raises** `UnsupportedModel` naming the first node of another kind; `InvalidInput` for what is
    no such file, and for one whose data are in other files; `MissingDependency` without onnx.
    """
    onnx = _onnx()
    proto = model if type(model).__name__ == "ModelProto" else _parsed(model, onnx)
    graph = _Graph(proto, onnx)
    scores = graph.scores()
    walked = graph.walked(scores)
    steps = Steps(graph.width())
    for step in reversed(walked):
        added(step, steps)
    words = steps.ended()
    found = steps.chain.finished()
    told = graph.told(found[-1].units, found[0].inputs)
    labels = graph.labels(found[-1].units)
    prepare = FLAT if graph.rank() > 2 else None
    line = line_of(words, steps.chain.folded, (), found[-1].units)
    names: dict[str, Any] = {
        "labels": told["labels"] if labels is None else labels,
        "feature_names": graph.feature_names() or told["feature_names"],
    }
    return ReadNetwork(found, line, prepare=prepare, **names)


def _onnx() -> Any:
    try:
        importlib.import_module("onnx.numpy_helper")
        return importlib.import_module("onnx")
    except ImportError as error:
        raise MissingDependency(
            f'ONNX files need onnx. Install it with: pip install "unitscope[onnx]" ({error})'
        ) from error


def _parsed(model: Any, onnx: Any) -> Any:
    """The model of a path, or of a file's bytes."""
    content = model
    if isinstance(model, (str, os.PathLike)):
        try:
            with reading(model) as file:
                content = file.read(_LARGEST + 1)
        except (OSError, ValueError) as error:
            raise refusal("model", "a file that can be read", model, f"{error}.") from None
    if not isinstance(content, bytes):
        rule = "a path, bytes or an onnx.ModelProto"
        raise refusal("model", rule, said(kind_of(model)))
    if len(content) > _LARGEST:
        raise refusal("model", f"of at most {_LARGEST} bytes", said("more"))
    proto = onnx.ModelProto()
    try:
        proto.ParseFromString(content)
    except Exception as error:  # protobuf's own, of either of its versions
        raise refusal("model", "a model in ONNX", said("damaged bytes")) from error
    if not proto.graph.node:
        raise refusal("model", "a model in ONNX", said("bytes without a graph"))
    return proto


class _Graph:
    """The nodes of a model by what they give, and its constants."""

    def __init__(self, proto: Any, onnx: Any) -> None:
        self._onnx = onnx
        self._graph = graph = proto.graph
        self._texts = {one.key: one.value for one in proto.metadata_props}
        self._own = {(one.domain, one.name) for one in getattr(proto, "functions", ())}
        self._made = {name: node for node in graph.node for name in node.output if name}
        self._tensors = {one.name: one for one in graph.initializer}
        self._known: dict[str, np.ndarray | None] = {}
        self._inputs = [one for one in graph.input if one.name not in self._tensors]
        self._front: Front | None = None
        if not self._inputs:
            raise refusal("model", "of at least one input", said("none"))
        if graph.sparse_initializer:
            raise refusal("model", "of dense arrays", said("a sparse one"))

    def rank(self) -> int:
        """How many axes the input has, the first of which counts points."""
        return 2 if self._front else len(self._sizes()) or 2

    def told(self, classes: int, features: int) -> dict[str, Any]:
        """The names that `us.to_onnx` wrote beside the graph."""
        return from_text(self._texts.get(KEY, ""), classes, features)

    def feature_names(self) -> list[str] | None:
        """What the inputs are called, where there are several."""
        return names_of(self._front.inputs) if self._front and len(self._inputs) > 1 else None

    def width(self) -> int | None:
        """How many numbers describe a point; None where the model does not say."""
        if self._front:
            return self._front.width
        sizes = self._sizes()[1:]
        return math.prod(sizes) if sizes and min(sizes) > 0 else None

    def scores(self) -> str:
        """The output that has scores or probabilities."""
        outputs = [
            one.name
            for one in self._graph.output
            if one.type.HasField("sequence_type") or one.type.tensor_type.elem_type in _FLOATS
        ]
        if len(outputs) != 1:
            raise UnsupportedModel(
                f"model must be of one output of scores. Got {len(outputs)} instead."
            )
        return outputs[0]

    def walked(self, name: str) -> list[Step]:
        """The steps of the chain from an output back to the input."""
        steps: list[Step] = []
        names = [one.name for one in self._inputs]
        for _ in range(len(self._graph.node) + 1):
            if [name] == names:
                return steps
            node = self.made(name)
            if name in names or (node is not None and self._joins(node)):
                return [*steps, self._columns(name)]
            if node is None:
                raise refusal("model", "a whole graph", said(f"no node that gives {shown(name)}"))
            self._check(node)
            step, name = self._step(node, name)
            if step is not None:
                steps.append(step)
        raise refusal("model", "a graph without circles", said("one"))

    def _joins(self, node: Any) -> bool:
        """Whether a node puts columns side by side."""
        return (
            node.op_type == "Concat"
            and composed(self, node) is None
            and sum(self.constant(name) is None for name in node.input) > 1
        )

    def _columns(self, name: str) -> Step:
        """All that is in front of a tensor as one step."""
        inputs = inputs_of(self._graph, self._inputs, _FLOATS)
        front = Front(inputs, self.made, self.constant, self.attributes, [])
        matrix, shift = front.affine(name)
        self._front = front
        return Step("Columns", name, {"folded": front.used}, [matrix, shift], 0)

    def labels(self, classes: int) -> np.ndarray | None:
        """What the classes are called, where a classifier in the graph says it."""
        for node in self._graph.node:
            if node.op_type in ("ZipMap", "LinearClassifier") and node.domain == "ai.onnx.ml":
                found = self.attributes(node)
                named = [found[key] for key in found if key.startswith("classlabels")]
                if any(len(one) == classes for one in named):
                    return _texts(next(one for one in named if len(one) == classes))
            if node.op_type == "ArrayFeatureExtractor" and len(node.input) == 2:
                constant = self.constant(node.input[0])
                if constant is not None and constant.size == classes:
                    return _texts(constant.ravel().tolist())
        return None

    def constant(self, name: str, deep: int = 0) -> np.ndarray | None:
        """The numbers of a constant; None for what depends on the input."""
        if name not in self._known:
            self._known[name] = self._computed(name, deep)
        return self._known[name]

    def _computed(self, name: str, deep: int) -> np.ndarray | None:
        if name in self._tensors:
            return self._array(self._tensors[name])
        node = self.made(name)
        if node is None or node.domain not in ("", "ai.onnx") or deep > _DEEPEST:
            return None
        found = self.attributes(node) if node.op_type in ("Constant", *_CONSTANT) else {}
        if node.op_type == "Constant":
            value = next(iter(found.values()), None)
            return self._array(value) if hasattr(value, "dims") else np.asarray(value)
        if node.op_type not in _CONSTANT or not node.input:
            return None
        array, *others = (self.constant(one, deep + 1) for one in node.input)
        if array is None or any(one is None for one in others):
            return None
        return _applied(node.op_type, array, others, found)

    def _step(self, node: Any, wanted: str) -> tuple[Step | None, str]:
        """What a node does to the chain, and the tensor that it does it to."""
        if node.op_type in _NOTHING:
            return None, node.input[0]
        attributes = self.attributes(node)
        several = composed(self, node)
        if several is not None:
            return several
        constants = [None if not name else self.constant(name) for name in node.input]
        live = [
            (at, name)
            for at, (name, found) in enumerate(zip(node.input, constants, strict=True))
            if name and found is None
        ]
        if len({name for _, name in live}) != 1 or len(live) != 1:
            raise self._unsupported(node, f"of {len(live)} inputs that are no constants")
        (at, name), *_ = live
        if node.op_type == "LinearClassifier" and wanted != node.output[-1]:
            raise self._unsupported(node, "whose labels are read for scores")
        arguments = [*constants[:at], *constants[at + 1 :]]
        return Step(node.op_type, node.name or wanted, attributes, arguments, at), name

    def made(self, name: str) -> Any:
        """The node that gives a tensor; None where none does."""
        return self._made.get(name)

    def scalar(self, name: str) -> float | None:
        """The number of a constant that is one; None for anything else."""
        found = self.constant(name)
        return float(found.ravel()[0]) if found is not None and found.size == 1 else None

    def _sizes(self) -> list[int]:
        tensor = self._inputs[0].type.tensor_type
        return [int(one.dim_value) for one in tensor.shape.dim]

    def _array(self, tensor: Any) -> np.ndarray:
        if tensor.data_location == self._onnx.TensorProto.EXTERNAL or tensor.external_data:
            got = said(f"{shown(tensor.name)} in a file beside it")
            remedy = (
                "Save it as one: onnx.save(onnx.load(path), other, save_as_external_data=False)."
            )
            raise refusal("model", "in one file, with all its data", got, remedy)
        try:
            return self._onnx.numpy_helper.to_array(tensor)
        except Exception as error:
            raise InvalidInput(
                f"model must be of whole arrays. Got {shown(tensor.name)}, damaged, instead."
            ) from error

    def attributes(self, node: Any) -> dict[str, Any]:
        """A node's settings by name."""
        found = {}
        for one in node.attribute:
            if one.ref_attr_name:
                raise self._unsupported(node, "with the attribute of a function")
            found[one.name] = self._onnx.helper.get_attribute_value(one)
        return found

    def _check(self, node: Any) -> None:
        if node.domain not in _DOMAINS or (node.domain, node.op_type) in self._own:
            raise self._unsupported(node, f"of {shown(node.domain)}" if node.domain else "")
        if not node.input or not node.output:
            raise self._unsupported(node, "without an input")

    def _unsupported(self, node: Any, detail: str = "") -> UnsupportedModel:
        return unsupported(
            node.name or (node.output[0] if node.output else ""), node.op_type, detail
        )


def _applied(kind: str, array: np.ndarray, others: list[Any], found: dict[str, Any]) -> np.ndarray:
    """What a node of `_CONSTANT` makes of a constant."""
    if kind == "Neg":
        return -array
    if kind == "Transpose":
        return array.transpose(found.get("perm"))
    if kind in ("Identity", "Cast"):
        return array
    numbers = np.ravel(others[0]).tolist() if others else found.get("axes")
    told = None if numbers is None else tuple(map(int, numbers))
    if kind == "Reshape":
        return array.reshape(told or ())
    return np.squeeze(array, told) if kind == "Squeeze" else np.expand_dims(array, told or ())


def _texts(values: Sequence[Any]) -> np.ndarray:
    texts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in values]
    return np.array(texts)
