"""Networks for the geometry tests: seeded lists of small ones, named hard cases, large ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import exact_oracle
import numpy as np

import unitscope as us

Window = tuple[tuple[float, float], tuple[float, float]]
SQUARE: Window = ((-2.0, 2.0), (-2.0, 2.0))


class Case(NamedTuple):
    """A network and the window to look at."""

    net: us.Network
    window: Window


def built(
    weights: Sequence,
    biases: Sequence,
    activation: str | Sequence[str] = "relu",
    slope: float = 0.25,
) -> us.Network:
    """A network whose hidden layers have this activation, or one each, with linear outputs."""
    depth = len(biases) - 1
    names = [activation] * depth if isinstance(activation, str) else list(activation)
    return us.Network(
        [
            us.Dense(w, b, name, slope)
            for w, b, name in zip(weights, biases, [*names, "linear"], strict=True)
        ]
    )


def he_parts(
    widths: Sequence[int], seed: int, bias: float = 0.5
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """He's initialisation (normal, variance 2 / inputs); biases normal with deviation `bias`."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, m)) * np.sqrt(2 / n) for n, m in pairwise(widths)]
    return weights, [rng.normal(size=m) * bias for m in widths[1:]]


def he(
    widths: Sequence[int], seed: int, activation: str | Sequence[str] = "relu", slope: float = 0.25
) -> us.Network:
    return built(*he_parts(widths, seed), activation, slope)


def balanced(net: us.Network, window: Window = SQUARE) -> us.Network:
    """`net` with biases that make each mean pre-activation over the window 0: all units turn on."""
    sides = [np.linspace(low, high, 60) for low, high in window]
    outputs, layers = np.stack(np.meshgrid(*sides), axis=2).reshape(-1, 2), []
    for layer in net.layers:
        bias = layer.bias - layer.pre_activation(outputs).mean(axis=0)
        layers.append(us.Dense(layer.weights, bias, layer.activation, layer.negative_slope))
        outputs = layers[-1](outputs)
    return us.Network(layers)


def truth(case: Case) -> list[exact_oracle.Region]:
    """The exact regions."""
    layers = case.net.layers
    slopes = {
        "linear": lambda _: 1.0,
        "relu": lambda _: 0.0,
        "abs": lambda _: -1.0,
        "leaky_relu": lambda layer: layer.negative_slope,
    }
    return exact_oracle.regions(
        [layer.weights.tolist() for layer in layers],
        [layer.bias.tolist() for layer in layers],
        [slopes[layer.activation](layer) for layer in layers[:-1]],
        case.window,
    )


def exact_logits(net: us.Network, x: Fraction, y: Fraction) -> list[Fraction]:
    """The forward pass at a point, without rounding."""
    outputs = [x, y]
    for layer in net.layers:
        outputs = [
            sum(Fraction(float(w)) * h for w, h in zip(column, outputs, strict=True))
            + Fraction(float(b))
            for column, b in zip(layer.weights.T, layer.bias, strict=True)
        ]
        slope = {"relu": 0, "abs": -1, "linear": 1, "leaky_relu": Fraction(layer.negative_slope)}[
            layer.activation
        ]
        outputs = [z if z > 0 else slope * z for z in outputs]
    return outputs


def true_areas(case: Case) -> list[float]:
    """The exact area of each class."""
    cells = exact_oracle.cells(truth(case))
    return exact_oracle.areas(
        [cell.polygon for cell in cells], [cell.label for cell in cells], case.net.n_classes
    )


# ---- networks whose regions are all far wider than rounding: counts must be exact ----------------


def small_networks() -> Iterator[tuple[str, Case]]:
    """640 small networks: 200 of floats, 240 ternary, 200 of quarters; many have exact ties."""
    # Slopes whose products with the weights are exact: 0.1 would turn ties into slivers narrower
    # than rounding.
    kinds = (("relu", 0.0), ("leaky_relu", 0.25), ("abs", 0.0), ("relu", 0.0), ("leaky_relu", -0.5))
    for seed in range(640):
        rng = np.random.default_rng(seed)
        depth = int(rng.integers(1, 4))
        widths = [
            2,
            *rng.integers(2, 7 if depth < 3 else 5, size=depth).tolist(),
            int(rng.integers(2, 6)),
        ]
        weights, biases = he_parts(widths, seed)
        activation, slope = kinds[seed % len(kinds)]
        kind = "float" if seed < 200 else "ternary" if seed < 440 else "quarters"
        if kind == "ternary":
            weights = [rng.integers(-1, 2, w.shape).astype(float) for w in weights]
            biases = [rng.integers(-1, 2, b.shape).astype(float) for b in biases]
        elif kind == "quarters":
            weights, biases = (
                [np.round(4 * part) / 4 for part in parts] for parts in (weights, biases)
            )
        yield f"{kind} {seed}", Case(built(weights, biases, activation, slope), SQUARE)


# ---- the hard cases, by name ---------------------------------------------------------------------

_W, _B = he_parts((2, 6, 6, 3), 261)  # 69 regions in the square; its classes have 3, 1 and 2 parts
_GRID = np.array([[1.0, 1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]])


def changed(
    first: Callable[[list[np.ndarray], list[np.ndarray]], object],
    window: Window = SQUARE,
    activation: str = "relu",
    slope: float = 0.25,
) -> Case:
    """A 2-6-6-3 network after `first(weights, biases)` changed copies of its parts in place."""
    weights, biases = [w.copy() for w in _W], [b.copy() for b in _B]
    first(weights, biases)
    return Case(built(weights, biases, activation, slope), window)


def copied_unit(
    factor: float, epsilon: float = 0.0
) -> Callable[[list[np.ndarray], list[np.ndarray]], object]:
    """Unit 1 of layer 1 and unit 2 of layer 2 become multiples of a neighbour, up to noise."""

    def copy(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
        rng = np.random.default_rng(1)
        for layer, unit, source in ((0, 1, 0), (1, 2, 1)):
            noise = 1.0 + epsilon * rng.normal(size=len(weights[layer]))
            weights[layer][:, unit] = factor * weights[layer][:, source] * noise
            biases[layer][unit] = factor * biases[layer][source]

    return copy


def times(factor: float) -> Callable[[list[np.ndarray], list[np.ndarray]], object]:
    def scale(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
        for part in (*weights, *biases):
            part *= factor

    return scale


def put(**parts: object) -> Callable[[list[np.ndarray], list[np.ndarray]], object]:
    """put(W0=..., b1=...) writes these parts; a number fills the whole part."""

    def write(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
        for name, value in parts.items():
            (weights if name[0] == "W" else biases)[int(name[1])][:] = value

    return write


def raised(*amounts: float) -> Callable[[list[np.ndarray], list[np.ndarray]], object]:
    def add(_: list[np.ndarray], biases: list[np.ndarray]) -> None:
        for bias, amount in zip(biases, amounts, strict=False):
            bias += amount

    return add


def star(
    at: Sequence[float], lines: int = 6, epsilon: float = 0.0
) -> Callable[[list[np.ndarray], list[np.ndarray]], object]:
    """The first layer's lines all pass through one point, up to `epsilon`."""
    turn = np.arange(lines) * np.pi / lines
    first = np.stack([np.cos(turn), np.sin(turn)])
    return put(
        W0=first, b0=-np.asarray(at) @ first + epsilon * np.random.default_rng(2).normal(size=lines)
    )


def _shifted(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
    """What was around the origin is around (1002, 0)."""
    biases[0] -= 1002.0 * weights[0][0]


def meeting_point(case: Case) -> tuple[float, float]:
    """Where the most classes meet, and of such points one where the most regions do."""
    around: dict[tuple[int, int, int], list[int]] = {}
    for cell in exact_oracle.cells(truth(case)):
        for point in cell.polygon.points:
            around.setdefault(point, []).append(cell.label)
    x, y, w = max(around, key=lambda point: (len(set(around[point])), len(around[point])))
    return x / w, y / w


def _beside_meeting_point(x: float, y: float) -> Window:
    at = meeting_point(changed(times(1.0)))
    return (at[0] - x, at[0] + 1.5 * x), (at[1] - y, at[1] + 1.5 * y)


def _mixed_scales(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
    scale = np.logspace(-6, 6, 6)
    weights[0] *= scale
    biases[0] *= scale
    weights[1] /= scale[:, None]


def _same_logits(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
    weights[2][:, 1], biases[2][1] = weights[2][:, 0], biases[2][0]


def _diagonals(weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
    """Lines through two corners of the square, through one corner, and along its sides."""
    weights[0][:] = [[1.0, 1.0, 1.0, 3.0, 1.0, 0.0], [1.0, -1.0, 2.0, 1.0, 0.0, 1.0]]
    biases[0][:] = [0.0, 0.0, -6.0, -4.0, 2.0, -2.0]


HARD: dict[str, Case] = {
    "no hidden layer": Case(he((2, 4), 3), SQUARE),
    "one class": Case(he((2, 6, 6, 1), 5), SQUARE),
    "one class, no hidden layer": Case(he((2, 1), 5), SQUARE),
    "linear layers": Case(he((2, 5, 5, 3), 3, "linear"), SQUARE),
    "leaky": Case(he((2, 5, 5, 3), 1, "leaky_relu", 0.1), SQUARE),
    "abs": Case(he((2, 5, 5, 3), 4, "abs"), SQUARE),
    "slope 2": Case(he((2, 5, 5, 3), 4, "leaky_relu", 2.0), SQUARE),
    "negative slope": Case(he((2, 5, 5, 3), 4, "leaky_relu", -0.5), SQUARE),
    "slope 1": Case(he((2, 5, 5, 3), 4, "leaky_relu", 1.0), SQUARE),
    "one of each": Case(he((2, 4, 4, 4, 4, 3), 6, ("abs", "linear", "leaky_relu", "relu")), SQUARE),
    "deep and narrow": Case(he((2, *[3] * 12, 3), 8, "leaky_relu", 0.5), SQUARE),
    "duplicates": changed(copied_unit(1.0)),
    "opposite duplicates": changed(copied_unit(-1.0)),
    "doubled duplicates": changed(copied_unit(4.0)),
    "duplicates of abs units": changed(copied_unit(-1.0), activation="abs"),
    "all weights zero": changed(times(0.0)),
    "zero weights, biases of both signs": changed(put(W0=0.0, W1=0.0, W2=0.0)),
    "zero weights of leaky units": changed(put(W0=0.0, W1=0.0), activation="leaky_relu"),
    "zero rows": changed(
        lambda weights, biases: put(W0=weights[0] * [0, 0, 0, 1, 1, 1])(weights, biases)
    ),
    "dead first layer": changed(raised(-100.0)),
    "dead first layer, second at zero": changed(
        lambda w, b: (raised(-100.0)(w, b), put(b1=0.0)(w, b))
    ),
    "all units on": changed(raised(100.0, 500.0)),
    "zero biases": changed(put(b0=0.0, b1=0.0, b2=0.0)),
    "zero biases, origin in a corner": changed(
        put(b0=0.0, b1=0.0, b2=0.0), ((0.0, 2.0), (0.0, 2.0))
    ),
    "zero biases, origin inside": changed(put(b0=0.0, b1=0.0, b2=0.0), ((-0.3, 2.0), (-1.1, 2.0))),
    "grid": changed(put(W0=_GRID, b0=[-1.0, 0.0, 1.0, -1.0, 0.0, 1.0])),
    "lines on the border": changed(put(W0=_GRID, b0=[-2.0, 0.0, 2.0, -2.0, 0.0, 2.0])),
    "lines through corners and along sides": changed(_diagonals),
    "two equal logits": changed(_same_logits),
    "all logits zero": changed(put(W2=0.0, b2=0.0)),
    "all logits equal": changed(put(W2=1.0, b2=0.0)),
    "tiny weights": changed(times(1e-8)),
    "huge weights": changed(times(1e3)),
    "mixed scales": changed(_mixed_scales),
    "tiny window": changed(times(1.0), _beside_meeting_point(1e-6, 1e-6)),
    "tiny flat window": changed(times(1.0), _beside_meeting_point(1.0, 1e-7)),
    "huge window": changed(times(1.0), ((-1e6, 1e6), (-1e6, 1e6))),
    "skewed window": changed(times(1.0), ((-1e-3, 1e-3), (-1e4, 1e4))),
    "window far from the origin": changed(_shifted, ((1e3, 1e3 + 4.0), (-2.0, 2.0))),
}

# Lines that meet, or coincide, except for rounding: what lies between them is narrower than the
# error bound, so that only areas are compared, not counts.
NARROW: dict[str, Case] = {
    "tripled duplicates": changed(copied_unit(3.7)),
    "opposite duplicates, scaled": changed(copied_unit(-0.3)),
    "star": changed(star((0.3, -0.7))),
    **{
        f"star up to {epsilon:g}": changed(star((0.3, -0.7), epsilon=epsilon))
        for epsilon in (1e-8, 1e-12, 1e-15)
    },
    **{
        f"duplicates up to {epsilon:g}": changed(copied_unit(1.0, epsilon))
        for epsilon in (1e-8, 1e-10, 1e-12, 1e-14, 1e-15, 1e-16)
    },
    "opposite duplicates up to 1e-13": changed(copied_unit(-1.0, 1e-13)),
}


# ---- larger networks -----------------------------------------------------------------------------


def bench(widths: Sequence[int], seed: int) -> Case:
    """The networks that the geometry's speed is measured on."""
    rng = np.random.default_rng(seed)
    weights, biases = [], []
    for i, (n, m) in enumerate(pairwise(widths)):
        weights.append((rng.standard_normal((m, n)) * np.sqrt(2.0 / n)).T)
        biases.append(rng.standard_normal(m) * (1.0 if i == 0 else 0.3))
    return Case(built(weights, biases), ((-3.0, 3.0), (-3.0, 3.0)))


BENCH = {
    "2-16x3-4": ((2, 16, 16, 16, 4), 1),
    "2-10x5-3": ((2, 10, 10, 10, 10, 10, 3), 2),
    "2-64x3-10": ((2, 64, 64, 64, 10), 3),
}


# ---- all that have a name, and their partitions --------------------------------------------------

NAMED: dict[str, Case] = {**HARD, **NARROW, **{name: bench(*of) for name, of in BENCH.items()}}


@cache
def partition_of(name: str) -> Any:
    """The partition of a named network, made once."""
    return us.partition(*NAMED[name])
