"""What belongs together in compiled code, as one argument. Inlining takes a bundle apart again."""

from __future__ import annotations

from typing import Any, NamedTuple

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout


class Parameters(NamedTuple):
    """The flat vectors of a step: parameters, their gradient, the optimizer's two slots."""

    P: Any
    G: Any
    first: Any
    second: Any


class Layer(NamedTuple):
    """A row of the layer table."""

    inputs: Any
    units: Any
    code: Any
    weights: Any
    bias: Any
    source: Any
    target: Any


@inlined
def layer_of(table, index):
    """The layer at a row of the table."""
    return Layer(
        table[index, layout.INPUTS],
        table[index, layout.UNITS],
        table[index, layout.ACTIVATION],
        table[index, layout.WEIGHTS],
        table[index, layout.BIAS],
        table[index, layout.SOURCE],
        table[index, layout.TARGET],
    )


class Net(NamedTuple):
    """What a pass reads of a network: parameters, table, slopes below zero, the last layer."""

    P: Any
    table: Any
    slopes: Any
    output: Any


@inlined
def net_of(P, table, slopes):
    """A network from its arrays."""
    return Net(P, table, slopes, layer_of(table, table.shape[0] - 1))


class Chunk(NamedTuple):
    """The points that are in the network: outputs and derivatives of all units, and what to learn.

    A unit's row is `stride` long, `vectors` whole vectors of it are in use. `labels` has the class
    of each point as a float, `weights` one over the batch size, times the point's own weight where
    it has one, 0 in a lane without a point.
    """

    A: Any
    D: Any
    labels: Any
    weights: Any
    stride: Any
    vectors: Any


class Rows(NamedTuple):
    """Part of a flat array as rows that are read in vectors: row i starts at start + i * stride."""

    array: Any
    start: Any
    stride: Any


class Matrix(NamedTuple):
    """Part of a flat array, number by number: (i, k) is at start + i * row + k * column."""

    array: Any
    start: Any
    row: Any
    column: Any


class Team(NamedTuple):
    """The threads of a training: how many, which of them this is, and where they are counted."""

    size: Any
    member: Any
    barrier: Any
