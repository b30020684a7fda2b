"""Several nodes of ONNX that are one step: how libraries write functions that ONNX lacks."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from unitscope.models.onnx_steps import Step


class Graph(Protocol):
    """What is asked of a graph."""

    def made(self, name: str) -> Any:
        """The node that gives a tensor; None where none does."""

    def constant(self, name: str) -> np.ndarray | None:
        """The numbers of a constant; None for what depends on the input."""

    def scalar(self, name: str) -> float | None:
        """The number of a constant that is one; None for anything else."""

    def attributes(self, node: Any) -> dict[str, Any]:
        """A node's settings by name."""


def composed(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """The one step that a node ends, and the tensor that it begins with; None where it is none."""
    for read in (_product, _split, _softplus, _logistic, _shares, _clip, _prelu):
        found = read(graph, node)
        if found is not None:
            return found
    return None


def _product(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """x * sigmoid(x), which is silu, and x * 0.5 * (1 + erf(x / sqrt(2))), which is gelu."""
    if node.op_type != "Mul" or len(node.input) != 2:
        return None
    for one, other in (node.input, node.input[::-1]):
        made = graph.made(other)
        if made is not None and made.op_type == "Sigmoid" and made.input[0] == one:
            return Step("Swish", node.name, {}, [], 0), one
    factors, factor = _factors(graph, node.output[0], two=True)
    for one, other in (factors, factors[::-1]) if len(factors) == 2 else ():
        scale = _erf_of(graph, one, other) / math.sqrt(0.5)  # of x = scale * one
        if scale and math.isclose(factor, 0.5 * scale, rel_tol=1e-6):
            return Step("Gelu", node.name, {"scale": scale}, [], 0), one
    return None


def _erf_of(graph: Graph, one: str, other: str) -> float:
    """The s of a tensor 1 + erf(s * one); 0 where it is another."""
    made = graph.made(other)
    if made is None or made.op_type != "Add":
        return 0.0
    inner = [name for name in made.input if graph.scalar(name) is None]
    erf = graph.made(inner[0]) if len(inner) == 1 else None
    if erf is None or erf.op_type != "Erf":
        return 0.0
    if [graph.scalar(name) for name in made.input if name not in inner] != [1.0]:
        return 0.0
    root, scale = _factors(graph, erf.input[0], two=False)
    return scale if root == [one] else 0.0


def _factors(graph: Graph, name: str, *, two: bool, deep: int = 0) -> tuple[list[str], float]:
    """A tensor by numbers as the tensor and a number; with `two`, a product of two as both."""
    node = graph.made(name)
    if node is None or node.op_type not in ("Mul", "Div") or deep > 8 or len(node.input) != 2:
        return [name], 1.0
    one, other = node.input
    numbers = graph.scalar(one), graph.scalar(other)
    if node.op_type == "Mul" and numbers[0] is not None:
        one, other, numbers = other, one, numbers[::-1]
    if numbers[0] is None and numbers[1]:
        found, factor = _factors(graph, one, two=two, deep=deep + 1)
        return found, factor / numbers[1] if node.op_type == "Div" else factor * numbers[1]
    if not two or node.op_type == "Div" or numbers != (None, None):
        return [name], 1.0
    found, factor = _factors(graph, one, two=False)
    more, by = _factors(graph, other, two=False)
    return found + more, factor * by


def _split(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """The two columns 1 - p and p, or -z and z, of one."""
    if node.op_type != "Concat" or len(node.input) != 2:
        return None
    other, one = node.input
    made = graph.made(other)
    attributes = graph.attributes(node)
    if made is None or one not in made.input or attributes.get("axis") not in (1, -1):
        return None
    numbers = [graph.scalar(name) for name in made.input if name != one]
    number = numbers[0] if len(numbers) == 1 else None
    if made.op_type == "Sub" and made.input[1] == one and number == 1.0:
        return Step("Complement", node.name, {}, [], 0), one
    if made.op_type == "Neg" or (made.op_type == "Mul" and number == -1.0):
        return Step("Opposite", node.name, {}, [], 0), one
    return None


def _softplus(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """PyTorch's softplus, which is its input where that is more than 20."""
    if node.op_type != "Where" or len(node.input) != 3:
        return None
    asked, one, other = node.input
    greater, softplus = graph.made(asked), graph.made(other)
    if greater is None or softplus is None:
        return None
    if (greater.op_type, softplus.op_type) != ("Greater", "Softplus"):
        return None
    limit = graph.scalar(greater.input[1])
    if greater.input[0] == softplus.input[0] == one and limit is not None and limit >= 20:
        return Step("Softplus", node.name, {}, [], 0), one
    return None


def _logistic(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """1 / (1 + exp(-x)), which is a sigmoid."""
    if node.op_type != "Reciprocal":
        return None
    below = _with_number(graph, node.input[0], "Add", 1.0)
    made = graph.made(below) if below else None
    if made is None or made.op_type != "Exp":
        return None
    negated = graph.made(made.input[0])
    if negated is not None and negated.op_type == "Neg":
        return Step("Sigmoid", node.name, {}, [], 0), negated.input[0]
    inner = _with_number(graph, made.input[0], "Mul", -1.0)
    return (Step("Sigmoid", node.name, {}, [], 0), inner) if inner else None


def _shares(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """Numbers by their sum; where that is 0, all alike: probabilities of one against the rest.

    As skl2onnx writes it: (p + none) / (sum + none * classes), none = not(sum).
    """
    if node.op_type != "Div" or len(node.input) != 2:
        return None
    above, below = (graph.made(name) for name in node.input)
    if above is None or below is None or above.op_type != "Add" or below.op_type != "Add":
        return None
    for p, none in (above.input, above.input[::-1]):
        for total, mask in (below.input, below.input[::-1]):
            summed, masked = graph.made(total), graph.made(mask)
            if summed is None or masked is None:
                continue
            kinds = summed.op_type == "ReduceSum" and masked.op_type == "Mul"
            same = kinds and summed.input[0] == p and none in masked.input
            if same and _is_not(graph, none, total):
                return Step("Shares", node.name, {}, [], 0), p
    return None


def _clip(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """max(min(x, high), low), in either order; and max(x, 0)."""
    outer = _of_number(graph, node)
    if outer is None:
        return None
    name, one = outer
    inner = _of_number(graph, graph.made(name))
    made = graph.made(name)
    if inner is not None and made.op_type != node.op_type:
        low, high = (one, inner[1]) if node.op_type == "Max" else (inner[1], one)
        return Step("Clip", node.name, {}, [np.float64(low), np.float64(high)], 0), inner[0]
    if node.op_type == "Max":
        return Step("Clip", node.name, {}, [np.float64(one)], 0), name
    return None


def _of_number(graph: Graph, node: Any) -> tuple[str, float] | None:
    """What a Min or Max of a tensor and a number is of, and the number."""
    if node is None or node.op_type not in ("Min", "Max") or len(node.input) != 2:
        return None
    for one, other in (node.input, node.input[::-1]):
        number = graph.scalar(one)
        if number is not None and graph.scalar(other) is None:
            return str(other), number
    return None


def _prelu(graph: Graph, node: Any) -> tuple[Step, str] | None:
    """relu(x) + c * relu(-x), as Keras's PReLU is written."""
    if node.op_type != "Add" or len(node.input) != 2:
        return None
    for above, below in (node.input, node.input[::-1]):
        relu, product = graph.made(above), graph.made(below)
        if relu is None or product is None or (relu.op_type, product.op_type) != ("Relu", "Mul"):
            continue
        for one, other in (product.input, product.input[::-1]):
            slopes, under = graph.constant(other), graph.made(one)
            negated = graph.made(under.input[0]) if under is not None else None
            if slopes is None or negated is None or negated.op_type != "Neg":
                continue
            if under.op_type == "Relu" and negated.input[0] == relu.input[0]:
                return Step("PRelu", node.name, {}, [-slopes], 0), relu.input[0]
    return None


def _is_not(graph: Graph, name: str, total: str) -> bool:
    """Whether a tensor is 1 where another is 0, by way of truth values."""
    kinds: list[str] = []
    while name != total and len(kinds) < 4:
        node = graph.made(name)
        if node is None or not node.input:
            return False
        kinds.append(node.op_type)
        name = node.input[0]
    return kinds == ["Cast", "Not", "Cast"]


def _with_number(graph: Graph, name: str, kind: str, number: float) -> str | None:
    """The other input of a node of a kind whose one input is a number."""
    node = graph.made(name)
    if node is None or node.op_type != kind or len(node.input) != 2:
        return None
    for one, other in (node.input, node.input[::-1]):
        if graph.scalar(one) == number:
            return str(other)
    return None
