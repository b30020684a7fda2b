"""The matrix product of the kernel: register tiles of four rows by two vectors, for any strides of the left matrix.

On one core of a processor with AVX-512 it reaches about 100 GFLOP/s at 128 x 128 x 128, without packing: the matrices
of a batch are small and lie in the first- and second-level caches.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.training.lanes import VECTOR, emit_load, emit_multiply_add, emit_pointer, emit_splat, emit_store
from unitscope.training.layout import WIDTH


def _tile(rows: int, vectors: int) -> Any:
    """An intrinsic that adds a (rows, 16 * vectors) tile of a matrix product to `out`, its sums held in registers."""

    @intrinsic
    def tile(typing_context: Any, out: Any, o: Any, o_row: Any, left: Any, a: Any, a_row: Any, a_k: Any,
             right: Any, b: Any, b_k: Any, depth: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            o_array, o0, o_step, l_array, l0, l_row, l_k, r_array, r0, r_k, count = arguments
            width = ir.Constant(count.type, WIDTH)

            def at(kind: Any, array: Any, start: Any, *moves: tuple[Any, Any]) -> Any:
                for step, times in moves:
                    start = builder.add(start, builder.mul(step, times))
                return emit_pointer(context, builder, kind, array, start)

            number = [ir.Constant(count.type, i) for i in range(max(rows, vectors))]
            targets = [[at(signature.args[0], o_array, o0, (o_step, number[m]), (width, number[v]))
                        for v in range(vectors)] for m in range(rows)]
            sums = [[cgutils.alloca_once(builder, VECTOR) for _ in range(vectors)] for _ in range(rows)]
            for m in range(rows):
                for v in range(vectors):
                    builder.store(emit_load(builder, targets[m][v]), sums[m][v])
            with cgutils.for_range(builder, count, intp=count.type) as loop:
                k = loop.index
                row = [emit_load(builder, at(signature.args[7], r_array, r0, (r_k, k), (width, number[v])))
                       for v in range(vectors)]
                for m in range(rows):
                    weight = emit_splat(builder, builder.load(
                        at(signature.args[3], l_array, l0, (l_row, number[m]), (l_k, k))))
                    for v in range(vectors):
                        builder.store(emit_multiply_add(builder, weight, row[v], builder.load(sums[m][v])), sums[m][v])
            for m in range(rows):
                for v in range(vectors):
                    emit_store(builder, builder.load(sums[m][v]), targets[m][v])
            return context.get_dummy_value()

        i = types.intp
        return types.void(out, i, i, left, i, i, i, right, i, i, i), code

    return tile


_tile_4x2, _tile_4x1, _tile_1x2, _tile_1x1 = _tile(4, 2), _tile(4, 1), _tile(1, 2), _tile(1, 1)


_whole, _floats = types.intp, types.float32[::1]


@njit([types.void(_floats, _whole, _whole, _floats, _whole, _whole, _whole, _floats, _whole, _whole, _whole, _whole,
                  _whole)], error_model="numpy")
def add_product(out: np.ndarray, o: int, o_row: int, left: np.ndarray, a: int, a_row: int, a_k: int,
                right: np.ndarray, b: int, b_k: int, rows: int, vectors: int, depth: int) -> None:
    """out[m, :] += sum over k of left[m, k] * right[k, :], for `rows` rows of `vectors` * 16 numbers.

    Each matrix is a part of a flat float32 array: it starts at `o`, `a`, `b`; `o_row` and `a_row` step from row to
    row, `a_k` and `b_k` from k to k + 1. `left` is read number by number (any strides do), `right` in lanes.
    """
    m = 0
    while m < rows:
        o_m, a_m = o + m * o_row, a + m * a_row
        high = m + 4 <= rows
        v = 0
        while v < vectors:
            o_v, b_v = o_m + v * WIDTH, b + v * WIDTH
            broad = v + 2 <= vectors
            if high and broad:
                _tile_4x2(out, o_v, o_row, left, a_m, a_row, a_k, right, b_v, b_k, depth)
            elif high:
                _tile_4x1(out, o_v, o_row, left, a_m, a_row, a_k, right, b_v, b_k, depth)
            elif broad:
                _tile_1x2(out, o_v, o_row, left, a_m, a_row, a_k, right, b_v, b_k, depth)
            else:
                _tile_1x1(out, o_v, o_row, left, a_m, a_row, a_k, right, b_v, b_k, depth)
            v += 2 if broad else 1
        m += 4 if high else 1
