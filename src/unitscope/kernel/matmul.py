"""The matrix product of the kernel: tiles that stay in the registers, any strides on the left.

Without packing: the matrices of a batch are small and lie in the first- and second-level caches. At
128 x 128 x 128 one core reached about 100 GFLOP/s with AVX-512 and 80 with AVX2, there as NumPy's
OpenBLAS. Columns of the left matrix copied side by side first were no quicker but for 3 % at 512 x
512.
"""

from __future__ import annotations

from itertools import product
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.compiled.jit import inlined, jitted
from unitscope.compiled.names import WIDE_REGISTERS
from unitscope.kernel.bundles import Matrix, Rows
from unitscope.kernel.lanes import VECTORS, emit_multiply_add
from unitscope.kernel.layout import WIDTH
from unitscope.kernel.vectors import emit_pointer

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
        answer = cgutils.get_or_insert_function(builder.module, kind, WIDE_REGISTERS)
        return builder.call(answer, [])

    return types.int64(), code


def _tile(rows: int, vectors: int) -> Any:
    """An intrinsic that adds a (rows, 16 * vectors) tile of a product to `out`."""

    @intrinsic
    def tile(typing_context: Any, out: Any, left: Any, right: Any, depth: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            count = arguments[3]
            number = [ir.Constant(count.type, i) for i in range(max(rows, vectors))]
            width = ir.Constant(count.type, WIDTH)
            (o_array, o0, o_row), (l_array, l0, l_row, l_k), (r_array, r0, r_k) = (
                [builder.extract_value(bundle, field) for field in range(len(kind))]
                for bundle, kind in zip(arguments[:3], signature.args[:3], strict=True)
            )

            def at(bundle: Any, array: Any, start: Any, *moves: tuple[Any, Any]) -> Any:
                for step, times in moves:
                    start = builder.add(start, builder.mul(step, times))
                return emit_pointer(context, builder, bundle.types[0], array, start)

            targets = [
                [
                    at(out, o_array, o0, (o_row, number[m]), (width, number[v]))
                    for v in range(vectors)
                ]
                for m in range(rows)
            ]
            sums = [
                [cgutils.alloca_once(builder, VECTORS.llvm) for _ in range(vectors)]
                for _ in range(rows)
            ]
            for m, v in product(range(rows), range(vectors)):
                builder.store(VECTORS.emit_load(builder, targets[m][v]), sums[m][v])
            with cgutils.for_range(builder, count, intp=count.type) as loop:
                k = loop.index
                row = [
                    VECTORS.emit_load(builder, at(right, r_array, r0, (r_k, k), (width, number[v])))
                    for v in range(vectors)
                ]
                for m in range(rows):
                    place = at(left, l_array, l0, (l_row, number[m]), (l_k, k))
                    weight = VECTORS.emit_splat(builder, builder.load(place))
                    for v in range(vectors):
                        added = emit_multiply_add(builder, weight, row[v], builder.load(sums[m][v]))
                        builder.store(added, sums[m][v])
            for m, v in product(range(rows), range(vectors)):
                VECTORS.emit_store(builder, builder.load(sums[m][v]), targets[m][v])
            return context.get_dummy_value()

        return types.void(out, left, right, types.intp), code

    return tile


def _rows_of_tiles(rows: int, most: int) -> Any:
    """A function that adds `rows` rows of a matrix product to `out`, by tiles of `most` vectors."""
    wide, narrow = _tile(rows, most), _tile(rows, 1)

    @inlined
    def add_rows(out, left, right, vectors, depth):
        v = 0
        while v + most <= vectors:
            wide(_from_vector(out, v), left, _from_vector(right, v), depth)
            v += most
        if v < vectors:
            narrow(_from_vector(out, v), left, _from_vector(right, v), depth)

    return add_rows


def _by_tiles(rows: int, most: int) -> Any:
    """`add_matmul` by tiles of so many rows and vectors, and what is left by smaller ones."""
    several, two, one = (_rows_of_tiles(count, most) for count in (rows, 2, 1))

    @inlined
    def add_all(out, left, right, count, vectors, depth):
        m = 0
        while m + rows <= count:
            here, row = _from_row(out, left, m)
            several(here, row, right, vectors, depth)
            m += rows
        while m + 2 <= count:
            here, row = _from_row(out, left, m)
            two(here, row, right, vectors, depth)
            m += 2
        if m < count:
            here, row = _from_row(out, left, m)
            one(here, row, right, vectors, depth)

    return add_all


@inlined
def _from_vector(rows, v):
    """Rows without their first v vectors."""
    return Rows(rows.array, rows.start + v * WIDTH, rows.stride)


@inlined
def _from_row(out, left, m):
    """Both without their first m rows."""
    lower = Rows(out.array, out.start + m * out.stride, out.stride)
    return lower, Matrix(left.array, left.start + m * left.row, left.row, left.column)


_by_wide, _by_narrow = _by_tiles(*_WIDE), _by_tiles(*_NARROW)
_floats, _whole = types.float32[::1], types.intp
_rows = types.NamedTuple((_floats, _whole, _whole), Rows)
_matrix = types.NamedTuple((_floats, _whole, _whole, _whole), Matrix)


@jitted(types.void(_rows, _matrix, _rows, _whole, _whole, _whole))
def add_matmul(out, left, right, rows, vectors, depth):
    """out += left @ right, of shapes (rows, depth) and (depth, 16 * vectors).

    `left` is read number by number, `right` and `out` in lanes. A number's sum runs over the depth
    in order, whatever tile it falls into.
    """
    if _has_wide_registers():
        _by_wide(out, left, right, rows, vectors, depth)
    else:
        _by_narrow(out, left, right, rows, vectors, depth)
