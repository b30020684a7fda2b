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

from unitscope.kernel.lanes import LANES, emit_leading, emit_pointer, emit_store, emit_zero
from unitscope.kernel.layout import HALF, QUAD, WIDTH

_INT = ir.IntType(32)
# Which lanes of two vectors of eight make a new one; those of the second count on from 8.
_FIRSTS, _LASTS = (0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15)
_LOWER, _UPPER = (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)


def _shuffled(builder: Any, a: Any, b: Any, lanes: Sequence[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_INT, len(lanes)), list(lanes)))


def _read(builder: Any, pointer: Any, count: int) -> Any:
    return builder.load(
        builder.bitcast(pointer, ir.VectorType(ir.FloatType(), count).as_pointer()), align=4
    )


@intrinsic
def fetch(
    typing_context: Any,
    rows: Any,
    start: Any,
    pitch: Any,
    places: Any,
    at: Any,
    out: Any,
    o: Any,
    stride: Any,
    count: Any,
) -> Any:
    """Four columns of sixteen rows: out[o + c * stride + lane] = rows[places[at + lane] * pitch + start + c].

    Lanes from `count` on get 0. All sixteen places are read and must be good; the bounds are not
    checked.
    """

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, begin, step, place_array, first, target, to, apart, size = arguments
        whole = begin.type

        def row(lane: int) -> Any:
            place = builder.load(
                emit_pointer(
                    context,
                    builder,
                    signature.args[3],
                    place_array,
                    builder.add(first, ir.Constant(whole, lane)),
                )
            )
            at_row = builder.add(builder.mul(builder.sext(place, whole), step), begin)
            return _read(
                builder, emit_pointer(context, builder, signature.args[0], source, at_row), QUAD
            )

        halves = []
        for half in (0, HALF):
            a, b, c, d = (
                _shuffled(builder, row(half + k), row(half + k + 4), range(HALF)) for k in range(4)
            )
            columns = []
            for lanes in (_FIRSTS, _LASTS):
                low, high = _shuffled(builder, a, b, lanes), _shuffled(builder, c, d, lanes)
                columns += [
                    _shuffled(builder, low, high, _LOWER),
                    _shuffled(builder, low, high, _UPPER),
                ]
            halves.append(columns)
        inside = emit_leading(builder, size)
        for k, (low, high) in enumerate(zip(*halves, strict=True)):
            column = builder.select(
                inside, _shuffled(builder, low, high, range(WIDTH)), emit_zero()
            )
            goal = builder.add(to, builder.mul(apart, ir.Constant(whole, k)))
            emit_store(
                builder, column, emit_pointer(context, builder, signature.args[5], target, goal)
            )
        return context.get_dummy_value()

    i = types.intp
    return types.void(rows, i, i, places, i, out, i, i, i), code


def _of_sums(added: bool) -> Any:
    @intrinsic
    def keep(typing_context: Any, sums: Any, number: Any, lanes: Any) -> Any:
        """Put `lanes`, folded to eight numbers, at row `number` of `sums`; the bounds are not checked."""

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


put_sum = _of_sums(added=False)
add_sum = _of_sums(added=True)


@intrinsic
def store_totals(typing_context: Any, out: Any, at: Any, sums: Any) -> Any:
    """out[at + k] = the sum of row at + k of `sums`, for eight k; the bounds are not checked."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        target, first, array = arguments

        def row(k: int) -> Any:
            number = builder.add(first, ir.Constant(first.type, k))
            return builder.load(_row(context, builder, signature.args[2], array, number), align=4)

        def folded(a: Any, b: Any, kept: Sequence[int], moved: Sequence[int]) -> Any:
            return builder.fadd(_shuffled(builder, a, b, kept), _shuffled(builder, a, b, moved))

        fours = [
            folded(row(k), row(k + 4), (0, 1, 2, 3, 12, 13, 14, 15), (4, 5, 6, 7, 8, 9, 10, 11))
            for k in range(4)
        ]  # eight rows, folded in half until each is one number
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
    return builder.bitcast(
        emit_pointer(context, builder, array_type, array, start), eight.as_pointer()
    )
