"""Rows read crosswise: the points of a batch as columns, and the sums of eight rows as one.

Both go by halves of a vector, eight lanes, whose shuffles every processor has; AVX2's own gathers
are slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from unitscope.kernel.lanes import LANES, VECTORS, emit_lane_mask
from unitscope.kernel.layout import HALF, QUAD, WIDTH
from unitscope.kernel.vectors import emit_pointer

_INT = ir.IntType(32)
# Which lanes of two vectors of eight make a new one; those of the second count on from 8.
_FIRSTS, _LASTS = (0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15)
_LOWER, _UPPER = (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)


def _shuffled(builder: Any, a: Any, b: Any, lanes: Sequence[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_INT, len(lanes)), list(lanes)))


def _read(builder: Any, pointer: Any, count: int) -> Any:
    vector = ir.VectorType(ir.FloatType(), count)
    return builder.load(builder.bitcast(pointer, vector.as_pointer()), align=4)


@intrinsic
def fetch(typing_context: Any, points: Any, order: Any, at: Any, out: Any, count: Any) -> Any:
    """Four columns of the sixteen rows of `points` that order[at:] names, as four rows of `out`.

    Lanes from `count` on get 0. All sixteen places are read and must be good; the bounds are not
    checked.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, places, first, target, size = arguments
        rows, begin, pitch = (builder.extract_value(source, field) for field in range(3))
        columns, to, stride = (builder.extract_value(target, field) for field in range(3))
        whole = first.type

        def row(lane: int) -> Any:
            index = builder.add(first, ir.Constant(whole, lane))
            place = builder.load(emit_pointer(context, builder, order, places, index))
            start = builder.add(builder.mul(builder.sext(place, whole), pitch), begin)
            return _read(
                builder, emit_pointer(context, builder, points.types[0], rows, start), QUAD
            )

        halves = []
        for half in (0, HALF):
            a, b, c, d = (
                _shuffled(builder, row(half + k), row(half + k + 4), range(HALF)) for k in range(4)
            )
            quads = []
            for lanes in (_FIRSTS, _LASTS):
                low, high = _shuffled(builder, a, b, lanes), _shuffled(builder, c, d, lanes)
                quads += [_shuffled(builder, low, high, kept) for kept in (_LOWER, _UPPER)]
            halves.append(quads)
        inside = emit_lane_mask(builder, size)
        for k, (low, high) in enumerate(zip(*halves, strict=True)):
            column = _shuffled(builder, low, high, range(WIDTH))
            start = builder.add(to, builder.mul(stride, ir.Constant(whole, k)))
            place = emit_pointer(context, builder, out.types[0], columns, start)
            VECTORS.emit_store(
                builder, builder.select(inside, column, VECTORS.constant(0.0)), place
            )
        return context.get_dummy_value()

    return types.void(points, order, types.intp, out, types.intp), code


def _keeping(added: bool) -> Any:
    @intrinsic
    def keep(typing_context: Any, sums: Any, number: Any, lanes: Any) -> Any:
        """Put `lanes`, folded to eight numbers, into a row of `sums`; no bounds are checked."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array, row, wide = arguments
            place = _row(context, builder, signature.args[0], array, row)
            low, high = (_shuffled(builder, wide, wide, range(at, at + HALF)) for at in (0, HALF))
            eight = builder.fadd(low, high)
            if added:
                eight = builder.fadd(eight, builder.load(place, align=4))
            builder.store(eight, place, align=4)
            return context.get_dummy_value()

        return types.void(sums, types.intp, LANES), code

    return keep


put_sum = _keeping(added=False)
add_sum = _keeping(added=True)


@intrinsic
def store_reduced(typing_context: Any, out: Any, at: Any, sums: Any) -> Any:
    """out[at + k] = the sum of row at + k of `sums`, for eight k; the bounds are not checked."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, first, array = arguments

        def row(k: int) -> Any:
            number = builder.add(first, ir.Constant(first.type, k))
            return builder.load(_row(context, builder, signature.args[2], array, number), align=4)

        def folded(a: Any, b: Any, kept: Sequence[int], moved: Sequence[int]) -> Any:
            return builder.fadd(_shuffled(builder, a, b, kept), _shuffled(builder, a, b, moved))

        # eight rows, folded in half until each is one number
        fours = [
            folded(row(k), row(k + 4), (0, 1, 2, 3, 12, 13, 14, 15), (4, 5, 6, 7, 8, 9, 10, 11))
            for k in range(4)
        ]
        pairs = [
            folded(fours[k], fours[k + 1], (0, 1, 10, 11, 4, 5, 14, 15), (2, 3, 8, 9, 6, 7, 12, 13))
            for k in (0, 2)
        ]
        eight = folded(pairs[0], pairs[1], (0, 2, 8, 10, 4, 6, 12, 14), (1, 3, 9, 11, 5, 7, 13, 15))
        place = emit_pointer(context, builder, signature.args[0], target, first)
        builder.store(eight, builder.bitcast(place, eight.type.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(out, types.intp, sums), code


def _row(context: Any, builder: Any, array_type: Any, array: Any, number: Any) -> Any:
    """The address of row `number` of an array's rows of eight."""
    start = builder.mul(number, ir.Constant(number.type, HALF))
    eight = ir.VectorType(ir.FloatType(), HALF)
    place = emit_pointer(context, builder, array_type, array, start)
    return builder.bitcast(place, eight.as_pointer())
