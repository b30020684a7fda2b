"""The matrix product of the kernel: tiles that stay in the registers, for any strides of the left matrix.

Without packing: the matrices of a batch are small and lie in the first- and second-level caches. At
128 x 128 x 128 one core reached about 100 GFLOP/s with AVX-512 and 80 with AVX2, there as NumPy's
OpenBLAS. Columns of the left matrix copied side by side first were no quicker but for 3 % at 512 x
512.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.kernel.lanes import (
    VECTOR,
    emit_load,
    emit_multiply_add,
    emit_pointer,
    emit_splat,
    emit_store,
)
from unitscope.kernel.layout import WIDTH

# The tile's sums, a row of the right matrix and one number of the left fit the registers, or are
# moved to memory and back in every turn. AVX-512 has 32 registers of a vector each; two of AVX's 16
# make a vector, four of NEON's 32.
ROWS, VECTORS = (4, 2) if llvm.get_host_cpu_features().get("avx512f") else (6, 1)


def _tile(rows: int, vectors: int) -> Any:
    """An intrinsic that adds a (rows, 16 * vectors) tile of a matrix product to `out`, its sums held in registers."""

    @intrinsic
    def tile(
        typing_context: Any,
        out: Any,
        o: Any,
        o_row: Any,
        left: Any,
        a: Any,
        a_row: Any,
        a_k: Any,
        right: Any,
        b: Any,
        b_k: Any,
        depth: Any,
    ) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            o_array, o0, o_step, l_array, l0, l_row, l_k, r_array, r0, r_k, count = arguments
            width = ir.Constant(count.type, WIDTH)

            def at(kind: Any, array: Any, start: Any, *moves: tuple[Any, Any]) -> Any:
                for step, times in moves:
                    start = builder.add(start, builder.mul(step, times))
                return emit_pointer(context, builder, kind, array, start)

            number = [ir.Constant(count.type, i) for i in range(max(rows, vectors))]
            targets = [
                [
                    at(signature.args[0], o_array, o0, (o_step, number[m]), (width, number[v]))
                    for v in range(vectors)
                ]
                for m in range(rows)
            ]
            sums = [
                [cgutils.alloca_once(builder, VECTOR) for _ in range(vectors)] for _ in range(rows)
            ]
            for m in range(rows):
                for v in range(vectors):
                    builder.store(emit_load(builder, targets[m][v]), sums[m][v])
            with cgutils.for_range(builder, count, intp=count.type) as loop:
                k = loop.index
                row = [
                    emit_load(
                        builder, at(signature.args[7], r_array, r0, (r_k, k), (width, number[v]))
                    )
                    for v in range(vectors)
                ]
                for m in range(rows):
                    weight = emit_splat(
                        builder,
                        builder.load(
                            at(signature.args[3], l_array, l0, (l_row, number[m]), (l_k, k))
                        ),
                    )
                    for v in range(vectors):
                        builder.store(
                            emit_multiply_add(builder, weight, row[v], builder.load(sums[m][v])),
                            sums[m][v],
                        )
            for m in range(rows):
                for v in range(vectors):
                    emit_store(builder, builder.load(sums[m][v]), targets[m][v])
            return context.get_dummy_value()

        i = types.intp
        return types.void(out, i, i, left, i, i, i, right, i, i, i), code

    return tile


def _rows_of_tiles(rows: int) -> Any:
    """A function that adds `rows` rows of a matrix product to `out`, tile after tile."""
    wide, narrow = _tile(rows, VECTORS), _tile(rows, 1)

    @njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    def some(out, o, o_row, left, a, a_row, a_k, right, b, b_k, vectors, depth):
        v = 0
        while v + VECTORS <= vectors:
            wide(out, o + v * WIDTH, o_row, left, a, a_row, a_k, right, b + v * WIDTH, b_k, depth)
            v += VECTORS
        if v < vectors:
            narrow(out, o + v * WIDTH, o_row, left, a, a_row, a_k, right, b + v * WIDTH, b_k, depth)

    return some


_several, _two, _one = _rows_of_tiles(ROWS), _rows_of_tiles(2), _rows_of_tiles(1)
_whole, _floats = types.intp, types.float32[::1]


@njit(
    [
        types.void(
            _floats,
            _whole,
            _whole,
            _floats,
            _whole,
            _whole,
            _whole,
            _floats,
            _whole,
            _whole,
            _whole,
            _whole,
            _whole,
        )
    ],
    error_model="numpy",
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)
def add_product(out, o, o_row, left, a, a_row, a_k, right, b, b_k, rows, vectors, depth):
    """out[m, :] += sum over k of left[m, k] * right[k, :], for `rows` rows of `vectors` * 16 numbers.

    Each matrix is a part of a flat float32 array: it starts at `o`, `a`, `b`; `o_row` and `a_row`
    step from row to row, `a_k` and `b_k` from k to k + 1. `left` is read number by number (any
    strides do), `right` in lanes. A number's sum runs over k in order, whatever tile it falls into.
    """
    m = 0
    while m + ROWS <= rows:
        _several(
            out,
            o + m * o_row,
            o_row,
            left,
            a + m * a_row,
            a_row,
            a_k,
            right,
            b,
            b_k,
            vectors,
            depth,
        )
        m += ROWS
    while m + 2 <= rows:
        _two(
            out,
            o + m * o_row,
            o_row,
            left,
            a + m * a_row,
            a_row,
            a_k,
            right,
            b,
            b_k,
            vectors,
            depth,
        )
        m += 2
    if m < rows:
        _one(
            out,
            o + m * o_row,
            o_row,
            left,
            a + m * a_row,
            a_row,
            a_k,
            right,
            b,
            b_k,
            vectors,
            depth,
        )
