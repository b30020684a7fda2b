"""What stands in front of a chain in ONNX: columns of one or more inputs, put side by side.

skl2onnx writes a ColumnTransformer so, often with one input a column. As long as each part is
affine, all of it is one affine map of all inputs, in their order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.errors import UnsupportedModel, refusal, said, shown
from unitscope.models.onnx_refused import CHAIN, called, unsupported

_DEEPEST = 50
_MOST_NUMBERS = 10_000_000  # of a map
_REMEDY = (
    "Where it was made by skl2onnx, us.network(pipeline) reads the pipeline itself, and applies "
    "such steps to the data."
)
Affine = tuple[np.ndarray, np.ndarray]  # x @ matrix + shift, of all inputs side by side


@dataclass
class Front:
    """The inputs of a graph, by name, with how many numbers each has of a point.

    `node_of` gives what makes a tensor, `constant` its numbers where it is one, and `settings` a
    node's attributes; `used`: the kinds of steps that were met.
    """

    inputs: Sequence[tuple[str, int]]
    node_of: Callable[[str], Any]
    constant: Callable[[str], np.ndarray | None]
    settings: Callable[[Any], dict[str, Any]]
    used: list[str]

    @property
    def width(self) -> int:
        """How many numbers a point has."""
        return sum(width for _, width in self.inputs)

    def affine(self, name: str, deep: int = 0) -> Affine:
        """A tensor as an affine map of all inputs.

        **Raises** `UnsupportedModel` naming the first node that is none.
        """
        at = 0
        for own, width in self.inputs:
            if own == name:
                return np.eye(self.width)[:, at : at + width], np.zeros(width)
            at += width
        node = self.node_of(name)
        if node is None or deep > _DEEPEST:
            raise refusal("model", "a whole graph", said(f"no node that gives {shown(name)}"))
        if node.op_type == "Concat":
            parts = [self.affine(one, deep + 1) for one in node.input]
            matrix, shift = (np.concatenate(one, axis=-1) for one in zip(*parts, strict=True))
            return self._bounded(matrix), shift
        step = _STEPS.get(node.op_type)
        live = [one for one in node.input if self.constant(one) is None]
        if step is None or len(live) != 1 or node.input[0] != live[0]:
            raise _unsupported(node)
        matrix, shift = self.affine(live[0], deep + 1)
        others = [self.constant(one) for one in node.input[1:]]
        return step(self, node, (matrix, shift), others)

    def _bounded(self, matrix: np.ndarray) -> np.ndarray:
        if matrix.size > _MOST_NUMBERS:
            got = said(f"{matrix.size:,} numbers in front of it")
            raise refusal("model", "small enough to be read", got)
        return matrix

    def scaled(self, node: Any, given: Affine, others: list[Any]) -> Affine:
        """Scaler, which has its numbers as attributes, and arithmetic with constants."""
        matrix, shift = given
        width, kind = len(shift), node.op_type
        if kind == "Scaler":
            found = self.settings(node)
            offset = _row(node, found.get("offset", (0.0,)), width)
            scale = _row(node, found.get("scale", (1.0,)), width)
            self.used.append(kind)
            return matrix * scale, (shift - offset) * scale
        number = _row(node, others[0], width)
        if kind == "Div" and not number.all():
            raise _unsupported(node, "by 0")
        if kind in ("Mul", "Div"):
            scale = number if kind == "Mul" else 1.0 / number
            return matrix * scale, shift * scale
        return matrix, shift + (number if kind == "Add" else -number)

    def columns(self, node: Any, given: Affine, others: list[Any]) -> Affine:
        """Some columns, by their numbers."""
        at, width = np.ravel(others[0]), len(given[1])
        if node.op_type == "Gather" and self.settings(node).get("axis", 0) not in (1, -1):
            raise _unsupported(node)
        if at.dtype.kind not in "iu" or not at.size or at.min() < 0 or at.max() >= width:
            raise refusal(_called(node), f"of columns 0 to {width - 1}", said(f"{at}"))
        return given[0][:, at], given[1][at]

    def same(self, node: Any, given: Affine, others: list[Any]) -> Affine:
        """Identity, a Cast, and a Reshape that leaves a point's numbers in one row."""
        if node.op_type == "Reshape":
            rest = np.ravel(others[0]).tolist()[1:]
            if rest not in ([-1], [len(given[1])]):
                raise _unsupported(node, f"to shape [..., {rest}]")
        return given


_STEPS: dict[str, Callable[[Front, Any, Affine, list[Any]], Affine]] = {
    **dict.fromkeys(("Scaler", "Add", "Sub", "Mul", "Div"), Front.scaled),
    **dict.fromkeys(("Gather", "ArrayFeatureExtractor"), Front.columns),
    **dict.fromkeys(("Identity", "Cast", "Reshape"), Front.same),
}


def inputs_of(graph: Any, given: Sequence[Any], floats: Sequence[int]) -> list[tuple[str, int]]:
    """Names and widths of the inputs that a graph takes side by side.

    **Raises** `UnsupportedModel` for one that is no table of numbers of a known width.
    """
    found = []
    for one in given:
        tensor = one.type.tensor_type
        if tensor.elem_type not in floats:
            raise UnsupportedModel(
                f"model must be of inputs that are numbers. Got {shown(one.name)}, which is of "
                f"another kind, instead. {_REMEDY}"
            )
        sizes = [int(size.dim_value) for size in tensor.shape.dim][1:]
        if not sizes or min(sizes) <= 0:
            raise UnsupportedModel(
                "model must be of inputs whose widths it says. "
                f"Got {shown(one.name)} without one instead."
            )
        found.append((one.name, math.prod(sizes)))
    if sum(width for _, width in found) ** 2 > _MOST_NUMBERS:
        raise refusal("model", "of fewer inputs", said(f"{len(found):,}"))
    return found


def names_of(inputs: Sequence[tuple[str, int]]) -> list[str]:
    """What the features are called: by their input, and where that has several by number."""
    return [
        name if width == 1 else f"{name} {number}"
        for name, width in inputs
        for number in range(width)
    ]


def _row(node: Any, numbers: Any, width: int) -> np.ndarray:
    array = np.asarray(numbers, np.float64)
    if array.size not in (1, width) or max(array.shape, default=1) != array.size:
        rule = f"of one number, or one for each of {width}"
        raise refusal(_called(node), rule, said(f"shape {array.shape}"))
    return np.broadcast_to(array.ravel(), width)


def _called(node: Any) -> str:
    return called(node.name or node.output[0], node.op_type)


def _unsupported(node: Any, detail: str = "") -> UnsupportedModel:
    rule = f"{CHAIN} behind columns that are scaled at most"
    return unsupported(node.name or node.output[0], node.op_type, detail, rule, _REMEDY)
