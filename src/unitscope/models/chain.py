"""Chain: a model's steps, one after the other, composed into the fewest Dense layers.

Affine steps beside a layer (a scaler in front, a batch normalization after) are folded into it, in
float64. A function that is piecewise linear but none of ours becomes units of relu whose weighted
sum it is. Both are exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from unitscope.errors import UnsupportedModel, refusal, said
from unitscope.networks import KERAS_NEGATIVE_SLOPE, Activation, Dense

SELU = 1.0507009873554805, 1.0507009873554805 * 1.6732632423543772  # above and below 0
_MOST_WEIGHTS = 50_000_000  # of a layer: 400 MB

# What a function adds at a corner: coefficient * relu(sign * (z - corner)); each number is one for
# all units, or one a unit.
Ramp = tuple[Any, float, float]


class Chain:
    """The steps so far: finished layers, and the affine map after the last of them.

    The map is of `width` numbers: x -> x @ weights + shift, or x * scale + shift while there are no
    weights.
    """

    def __init__(self, width: int | None = None) -> None:
        self.width = width
        self.layers: list[Dense] = []
        self.folded: list[str] = []  # the steps that are no layers of the model
        self._weights: np.ndarray | None = None
        self._scale: np.ndarray | None = None
        self._shift: np.ndarray | None = None
        self._is_layer = False  # whether the map has a layer of the model in it

    def scale(self, name: str, scale: Any, shift: Any) -> None:
        """The step x -> x * scale + shift, each one number or one for each of x."""
        scale, shift = _numbers(name, scale), _numbers(name, shift)
        if self._weights is None:
            self._scale = scale if self._scale is None else self._scale * scale
        else:
            self._weights = self._weights * scale
        self._shift = shift if self._shift is None else self._shift * scale + shift

    def affine(self, name: str, weights: Any, shift: Any) -> None:
        """The step x -> x @ weights + shift of a model, to be folded into the layer after it."""
        weights, shift = _numbers(name, weights), _numbers(name, shift)
        if self.width is not None and len(weights) != self.width:
            rule = f"a chain: {name} takes {len(weights)} numbers"
            raise refusal("model", rule, said(f"{self.width} from the step before"))
        self.width = weights.shape[1]
        if self._weights is not None:
            shift = self._shift @ weights + shift
            weights = self._weights @ weights
        elif self._shift is not None:
            scale = np.broadcast_to(self._scale, len(weights))  # type: ignore[arg-type]
            shift = np.broadcast_to(self._shift, len(weights)) @ weights + shift
            weights = scale[:, None] * weights
        self._weights, self._shift = weights, shift

    def layer(self, name: str, weights: Any, bias: Any) -> None:
        """A layer of the model: one that follows another without a function is one of its own."""
        if self._is_layer:
            self._finish("linear")
        self.affine(name, weights, bias)
        self._is_layer = True

    def activate(
        self, name: str, activation: Activation, slope: float = KERAS_NEGATIVE_SLOPE
    ) -> None:
        """One of our functions, of the step `name`."""
        if activation == "linear":
            return
        self._widened(name)
        self._finish(activation, slope)

    def ramps(self, name: str, ramps: Sequence[Ramp], constant: float = 0.0) -> None:
        """A function that is a sum of ramps and a constant."""
        width = self._add_ramps(name, ramps)
        parts = [np.diag(np.broadcast_to(_numbers(name, part), width)) for part, _, _ in ramps]
        self._weights, self._shift = np.vstack(parts), np.full(width, constant)

    def elu(self, name: str, above: float, below: float) -> None:
        """The function above * z over 0 and below * (exp(z) - 1) under it.

        A layer of relu makes the two parts of z, of which one of elu leaves the first as it is.
        """
        width = self._add_ramps(name, [(1.0, 1.0, 0.0), (-1.0, -1.0, 0.0)])
        self._scale, self._shift = np.repeat([1.0, -1.0], width), np.zeros(2 * width)
        self.width = 2 * width
        self._finish("elu")
        part = np.eye(width)
        self._weights, self._shift = np.vstack([above * part, below * part]), np.zeros(width)
        self.width = width

    def _add_ramps(self, name: str, ramps: Sequence[Ramp]) -> int:
        """A layer of relu whose units are the ramps, all of the first and so on; of how many."""
        self._widened(name)
        weights, shift = self.map()
        kernel = np.hstack([sign * weights for _, sign, _ in ramps])
        bias = np.concatenate([sign * (shift - corner) for _, sign, corner in ramps])
        self.layers.append(Dense(_bounded(name, kernel), bias, "relu"))
        self._forget()
        return weights.shape[1]

    def finished(self) -> list[Dense]:
        """All layers; the last one gives the logits."""
        if self._shift is not None or not self.layers:
            self._finish("linear")
        return self.layers

    def logits_at_the_end(self, last: str | None, score: str = "logit") -> str:
        """Have logits, by what the model ends with, "sigmoid", "softmax" or nothing: in words what.

        The one `score` of two classes is no number for each of them: it becomes two. **Raises**
        `InvalidInput` for a softmax of one number, which says nothing.
        """
        if self.width == 1 and last == "softmax":
            rule = "of as many outputs as there are classes, or of one sigmoid"
            got = said("a softmax of one unit, which is always 1,")
            raise refusal("model", rule, got, "Give its last layer a unit for each class.")
        if self.width == 1:
            self.of_two_logits()
            return f"one {last or score} z read as the two logits (0, z)"
        if last == "sigmoid":
            return (
                "the logits of one sigmoid a class, the largest of which is the class; "
                "their softmax is not the model's probabilities"
            )
        return "logits, a softmax left out" if last else "logits"

    def of_two_logits(self) -> None:
        """The one number z so far as two: 0 and z."""
        weights, shift = self.map()
        self._weights, self._shift = (
            np.hstack([np.zeros_like(weights), weights]),
            np.append(0.0, shift),
        )
        self.width = 2

    def _widened(self, name: str) -> None:
        """Know the width, without which a function in front of the first layer has no units."""
        if self.width is None:
            raise UnsupportedModel(
                f"model must be of a dense layer before its first function. Got {name} instead."
            )

    def map(self) -> tuple[np.ndarray, np.ndarray]:
        """The affine map since the last layer, as weights (width, m) and a shift (m,)."""
        width = self.width or 1
        if self._weights is not None:
            return self._weights, self._shift  # type: ignore[return-value]
        if width**2 > _MOST_WEIGHTS:
            raise refusal("model", "small enough to be read", said(f"{width:,} numbers in a step"))
        scale = 1.0 if self._scale is None else self._scale
        shift = 0.0 if self._shift is None else self._shift
        return np.diag(np.broadcast_to(scale, width)), np.broadcast_to(shift, width)

    def _finish(self, activation: Activation, slope: float = KERAS_NEGATIVE_SLOPE) -> None:
        weights, shift = self.map()
        self.layers.append(Dense(_bounded("a layer", weights), shift, activation, slope))
        self._forget()

    def _forget(self) -> None:
        self._weights = self._scale = self._shift = None
        self._is_layer = False


def clipped(low: float, high: float, slope: float = 0.0) -> tuple[tuple[Ramp, ...], float]:
    """The ramps and the constant of: low up to `low`, high from `high` on, and z between.

    With a slope: slope * (z - low) + low below, for leaky functions that end at `high`.
    """
    ramps: list[Ramp] = [(1.0, 1.0, low)]
    if math.isfinite(high):
        ramps.append((-1.0, 1.0, high))
    if slope:
        ramps.append((-slope, -1.0, low))
    return tuple(ramps), low


def _numbers(name: str, values: Any) -> np.ndarray:
    """As float64, finite."""
    found = np.asarray(values)
    if found.dtype.kind not in "fiub" or not np.isfinite(found).all():
        wrong = found[~np.isfinite(found)].flat[0] if found.dtype.kind == "f" else found.dtype
        rule = f"of finite numbers, those of {name} too"
        raise refusal("model", rule, said(f"{wrong}"), "Its training may have diverged.")
    return found.astype(np.float64)


def _bounded(name: str, weights: np.ndarray) -> np.ndarray:
    if weights.size > _MOST_WEIGHTS:
        got = said(f"{weights.size:,} weights in {name}")
        raise refusal("model", f"of at most {_MOST_WEIGHTS:,} weights a layer", got)
    return weights
