"""How the weights of many epochs fare on the same points, compiled, in float64.

For small networks whose activations are straight on both sides of zero; `training.curves` has it
for all of them, in NumPy. A lane is a point, and TILE vectors of points go through together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from numba import carray, cfunc, types

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout
from unitscope.kernel.doubles import (
    exp_nonpositive,
    load,
    load_splat,
    select_equal,
    select_greater,
    splat,
    store,
)
from unitscope.kernel.tiles import (
    ACTIVATION,
    COLUMNS,
    COUNTED,
    FACTORS,
    INPUTS,
    LAYERS,
    NOBODY,
    NUMBERS,
    OUTPUTS,
    PARAMETERS,
    ROWS,
    TILE,
    TILES,
    UNITS,
    WIDTH,
)


class Task(NamedTuple):
    """What is looked at: whole numbers, layers, slopes below zero, weights, points and classes."""

    numbers: Any
    table: Any
    slopes: Any
    W: Any
    X: Any
    y: Any


@inlined
def _bent(code, below, z):
    """The activation at z."""
    if code == layout.LINEAR:
        return z
    if code == layout.RELU:
        return select_greater(z, splat(0.0), z, splat(0.0))
    if code == layout.ABS:
        return select_greater(z, splat(0.0), z, splat(0.0) - z)
    return select_greater(z, splat(0.0), z, z * splat(below))


@inlined
def _forward(task, at, tile, A):
    """A tile's points through the network of the weights from `at` on; where its logits begin."""
    numbers, table = task.numbers, task.table
    source, target, features = 0, table[0, INPUTS] * TILE, table[0, INPUTS]
    for t in range(0, target, WIDTH):
        store(A, t, load(task.X, tile * features * TILE + t))
    for index in range(numbers[LAYERS]):
        inputs, units, code = table[index, INPUTS], table[index, UNITS], table[index, ACTIVATION]
        below = task.slopes[index]
        for j in range(units):
            z0 = load_splat(task.W, at + inputs * units + j)
            z1, z2, z3 = z0, z0, z0
            for i in range(inputs):
                w, a = load_splat(task.W, at + i * units + j), source + i * TILE
                z0 = z0 + load(A, a) * w
                z1 = z1 + load(A, a + WIDTH) * w
                z2 = z2 + load(A, a + 2 * WIDTH) * w
                z3 = z3 + load(A, a + 3 * WIDTH) * w
            a = target + j * TILE
            store(A, a, _bent(code, below, z0))
            store(A, a + WIDTH, _bent(code, below, z1))
            store(A, a + 2 * WIDTH, _bent(code, below, z2))
            store(A, a + 3 * WIDTH, _bent(code, below, z3))
        at += (inputs + 1) * units
        source, target = target, target + units * TILE
    return source


@inlined
def _chosen(A, logits, classes, label):
    """The largest logit of a vector of points, its class, the first of equals, and the label's."""
    best, winner, index = load(A, logits), splat(0.0), splat(0.0)
    own = best
    for k in range(1, classes):
        index, z = index + splat(1.0), load(A, logits + k * TILE)
        winner = select_greater(z, best, index, winner)
        best = select_greater(z, best, z, best)
        own = select_equal(label, index, z, own)
    return best, winner, own


@inlined
def _row(task, row, A, given):
    """One row of weights at all points: how many are right, and the parts of their losses."""
    right, gaps, products = given
    numbers, zero, one, nobody = task.numbers, splat(0.0), splat(1.0), splat(NOBODY)
    classes = task.table[numbers[LAYERS] - 1, UNITS]
    factors = (numbers[TILES] + FACTORS - 1) // FACTORS
    hits, gap, product = zero, zero, one
    for tile in range(numbers[TILES]):
        logits = _forward(task, row * numbers[PARAMETERS], tile, A)
        for t in range(0, TILE, WIDTH):
            label = load(task.y, tile * TILE + t)
            best, winner, own = _chosen(A, logits + t, classes, label)
            hits = hits + select_equal(label, winner, one, zero)
            if not numbers[COUNTED]:
                total = zero
                for k in range(classes):
                    total = total + exp_nonpositive(load(A, logits + t + k * TILE) - best)
                gap = gap + select_equal(label, nobody, zero, best - own)
                product = product * select_equal(label, nobody, one, total)
        if tile % FACTORS == FACTORS - 1 or tile == numbers[TILES] - 1:
            store(products, (row * factors + tile // FACTORS) * WIDTH, product)
            product = one
    store(right, row * WIDTH, hits)
    store(gaps, row * WIDTH, gap)


_ints, _reals = types.CPointer(types.int64), types.CPointer(types.float64)


def compiled():
    """All rows of weights as a C function; it gives how many there are.

    Its arguments are the addresses of: numbers, layer table, slopes below zero, weights (rows, P),
    points (tiles, features, TILE), their classes (tiles * TILE,), room for all outputs of a tile
    (OUTPUTS * TILE,); and of what it gives, lane by lane: points right (rows, WIDTH), the largest
    logits less the labels' own, added up (rows, WIDTH), and the products of the points' sums of
    exponentials, relative to the largest, of FACTORS tiles each (rows, tiles / FACTORS, WIDTH).
    """

    @cfunc(types.int64(_ints, _ints, *[_reals] * 8), error_model="numpy")
    def look(numbers, table, slopes, W, X, y, room, right, gaps, products):
        whole = carray(numbers, (NUMBERS,))
        rows, tiles, layers = whole[ROWS], whole[TILES], whole[LAYERS]
        sizes = carray(table, (layers, COLUMNS))
        task = Task(
            whole,
            sizes,
            carray(slopes, (layers,)),
            carray(W, (rows * whole[PARAMETERS],)),
            carray(X, (sizes[0, INPUTS] * tiles * TILE,)),
            carray(y, (tiles * TILE,)),
        )
        A, factors = carray(room, (whole[OUTPUTS] * TILE,)), (tiles + FACTORS - 1) // FACTORS
        given = (
            carray(right, (rows * WIDTH,)),
            carray(gaps, (rows * WIDTH,)),
            carray(products, (rows * factors * WIDTH,)),
        )
        for row in range(rows):
            _row(task, row, A, given)
        return rows

    return look
