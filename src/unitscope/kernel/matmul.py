"""The matrix product of the kernel: tiles that stay in the registers, any strides on the left.

Without packing: the matrices of a batch are small and lie in the first- and second-level caches. At
128 x 128 x 128 one core reached about 100 GFLOP/s with AVX-512 and 80 with AVX2, there as NumPy's
OpenBLAS. Columns of the left matrix copied side by side first were no quicker but for 3 % at 512 x
512.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.compiled.names import WIDE_REGISTERS
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
# moved to memory and back in every turn. AVX-512 has 32 registers of a vector each: four rows of
# two vectors. Two of AVX's 16 registers make a vector, four of NEON's 32: six rows of one.
_WIDE, _NARROW = (4, 2), (6, 1)
TILE_ROWS = 12  # rows that are whole tiles of either kind


@intrinsic
def _has_wide_registers(typing_context: Any) -> Any:
    """Whether a register holds a vector: known when the code is compiled for a machine."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(64), [])
        return builder.call(
            cgutils.get_or_insert_function(builder.module, kind, WIDE_REGISTERS), []
        )

    return types.int64(), code


def _tile(rows: int, vectors: int) -> Any:
    """An intrinsic that adds a (rows, 16 * vectors) tile of a product to `out`."""

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


def _rows_of_tiles(rows: int, most: int) -> Any:
    """A function that adds `rows` rows of a matrix product to `out`, by tiles of `most` vectors."""
    wide, narrow = _tile(rows, most), _tile(rows, 1)

    @njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    def some(out, o, o_row, left, a, a_row, a_k, right, b, b_k, vectors, depth):
        v = 0
        while v + most <= vectors:
            wide(out, o + v * WIDTH, o_row, left, a, a_row, a_k, right, b + v * WIDTH, b_k, depth)
            v += most
        if v < vectors:
            narrow(out, o + v * WIDTH, o_row, left, a, a_row, a_k, right, b + v * WIDTH, b_k, depth)

    return some


def _product(rows: int, most: int) -> Any:
    """`add_product` by tiles of so many rows and vectors, and what is left by smaller ones."""
    several, two, one = (_rows_of_tiles(count, most) for count in (rows, 2, 1))

    @njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    def product(out, o, o_row, left, a, a_row, a_k, right, b, b_k, count, vectors, depth):
        m = 0
        while m + rows <= count:
            here, row = o + m * o_row, a + m * a_row
            several(out, here, o_row, left, row, a_row, a_k, right, b, b_k, vectors, depth)
            m += rows
        while m + 2 <= count:
            here, row = o + m * o_row, a + m * a_row
            two(out, here, o_row, left, row, a_row, a_k, right, b, b_k, vectors, depth)
            m += 2
        if m < count:
            here, row = o + m * o_row, a + m * a_row
            one(out, here, o_row, left, row, a_row, a_k, right, b, b_k, vectors, depth)

    return product


_by_wide, _by_narrow = _product(*_WIDE), _product(*_NARROW)
_whole, _floats = types.intp, types.float32[::1]
_matrix = (_floats, _whole, _whole)


@njit(
    types.void(*_matrix, *_matrix, _whole, *_matrix, _whole, _whole, _whole),
    error_model="numpy",
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)
def add_product(out, o, o_row, left, a, a_row, a_k, right, b, b_k, rows, vectors, depth):
    """out[m, :] += sum over k of left[m, k] * right[k, :]: `rows` rows, `vectors` * 16 numbers.

    Each matrix is a part of a flat float32 array: it starts at `o`, `a`, `b`; `o_row` and `a_row`
    step from row to row, `a_k` and `b_k` from k to k + 1. `left` is read number by number (any
    strides do), `right` in lanes. A number's sum runs over k in order, whatever tile it falls into.
    """
    if _has_wide_registers():
        _by_wide(out, o, o_row, left, a, a_row, a_k, right, b, b_k, rows, vectors, depth)
    else:
        _by_narrow(out, o, o_row, left, a, a_row, a_k, right, b, b_k, rows, vectors, depth)
