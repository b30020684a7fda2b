"""Sixteen float32 numbers as one value inside Numba code: a vector type and its arithmetic.

Numba vectorises plain loops, but adds run-time checks to each and keeps sums in memory. Here a
`Lanes` value is an LLVM vector, so a line of the kernel is a handful of instructions on every
processor: one AVX-512 register, two of AVX or four of SSE and NEON. A NaN stays a NaN: only
reassociation and contraction are allowed, never "no NaNs".
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.kernel.layout import WIDTH
from unitscope.kernel.vectors import INDEX, VectorType, emit_splat

_FLOAT = ir.FloatType()
_INTS = ir.VectorType(INDEX, WIDTH)
_FLAGS = ("reassoc", "contract", "arcp", "nsz")
VECTORS = VectorType("Lanes16", types.float32, _FLOAT, WIDTH, _FLAGS)
LANES, _VECTOR = VECTORS.type, VECTORS.llvm
_constant = VECTORS.constant

load, store, load_splat, splat = VECTORS.access()
select_greater = VECTORS.selecting(">")
select_equal = VECTORS.selecting("==")


def _integers(value: int) -> Any:
    return ir.Constant(_INTS, [value] * WIDTH)


def _call(builder: Any, name: str, result: Any, arguments: list[Any]) -> Any:
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(
        cgutils.get_or_insert_function(builder.module, kind, name), arguments, fastmath=_FLAGS
    )


def emit_multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once where the processor can."""
    return _call(builder, "llvm.fmuladd.v16f32", _VECTOR, [a, b, c])


@intrinsic
def multiply_add(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once where the processor can."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return emit_multiply_add(builder, *arguments)

    return LANES(LANES, LANES, LANES), code


@intrinsic
def reduce_add(typing_context: Any, lanes: Any) -> Any:
    """The sum over the lanes, a float32."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zero = ir.Constant(_FLOAT, 0.0)
        return _call(builder, "llvm.vector.reduce.fadd.v16f32", _FLOAT, [zero, arguments[0]])

    return types.float32(LANES), code


def emit_lane_mask(builder: Any, count: Any) -> Any:
    """A mask of the lanes below `count`."""
    lanes = ir.Constant(_INTS, list(range(WIDTH)))
    return builder.icmp_signed("<", lanes, emit_splat(builder, builder.trunc(count, INDEX), _INTS))


@intrinsic
def splat_leading(typing_context: Any, scalar: Any, count: Any) -> Any:
    """`scalar` in the first `count` lanes (all where it is 16 or more), 0 in the others."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        mask = emit_lane_mask(builder, arguments[1])
        return builder.select(mask, VECTORS.emit_splat(builder, arguments[0]), _constant(0.0))

    return LANES(types.float32, types.intp), code


# 1.5 * 2**23: adding it leaves the nearest whole number in a number's last bits. Added and taken
# off without flags, or LLVM would see that it changes nothing.
_ROUNDING = 12582912.0


# Coefficients from the highest power down: Cephes' expf and logf.
_EXP = (
    *(1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3),
    *(4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1),
)
_LOG = (
    *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1),
    *(-1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1),
    *(2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)


def _polynomial(builder: Any, coefficients: tuple[float, ...], x: Any) -> Any:
    """By Horner's rule."""
    p = _constant(coefficients[0])
    for coefficient in coefficients[1:]:
        p = emit_multiply_add(builder, p, x, _constant(coefficient))
    return p


def _exp(builder: Any, x: Any) -> Any:
    """e**x to about 1e-7 relative: x = n ln 2 + r, a polynomial in r, n put into the exponent."""
    low, high = _constant(-87.0), _constant(88.0)
    x = builder.select(builder.fcmp_ordered("<", x, low), low, x)
    x = builder.select(builder.fcmp_ordered(">", x, high), high, x)
    shifted = builder.fadd(builder.fmul(x, _constant(1.4426950408889634)), _constant(_ROUNDING))
    n = builder.fsub(shifted, _constant(_ROUNDING))
    # ln 2 in two parts, so that r keeps its digits
    r = emit_multiply_add(builder, n, _constant(-0.693359375), x)
    r = emit_multiply_add(builder, n, _constant(2.12194440e-4), r)
    p = _polynomial(builder, _EXP, r)
    scaled = builder.fmul(p, r, flags=_FLAGS)
    p = emit_multiply_add(builder, scaled, r, builder.fadd(r, _constant(1.0), flags=_FLAGS))
    bits = builder.shl(builder.add(builder.bitcast(shifted, _INTS), _integers(127)), _integers(23))
    return builder.fmul(p, builder.bitcast(bits, _VECTOR), flags=_FLAGS)


# 2**r on -1/2..1/2 from the constant up, fitted to the least largest error, exact at 0.
_EXP2 = (1.0, 6.9314698e-1, 2.4022242e-1, 5.5507337e-2, 9.6715126e-3, 1.3264727e-3)


def _exp_nonpositive(builder: Any, x: Any) -> Any:
    """e**x of an x not above 0, to about 2e-7 relative, with fewer operations than `exp`."""
    low = _constant(-86.0)
    x = builder.select(builder.fcmp_ordered("<", x, low), low, x)
    x = builder.fmul(x, _constant(1.4426950408889634))
    shifted = builder.fadd(x, _constant(_ROUNDING))
    r = builder.fsub(x, builder.fsub(shifted, _constant(_ROUNDING)))
    # The terms in pairs, which wait for each other less.
    pairs = [
        emit_multiply_add(builder, _constant(odd), r, _constant(even))
        for even, odd in zip(_EXP2[::2], _EXP2[1::2], strict=True)
    ]
    square = builder.fmul(r, r)
    upper = emit_multiply_add(builder, pairs[2], square, pairs[1])
    p = emit_multiply_add(builder, upper, square, pairs[0])
    # added to the exponent; 0 for a NaN
    bits = builder.shl(builder.bitcast(shifted, _INTS), _integers(23))
    return builder.bitcast(builder.add(builder.bitcast(p, _INTS), bits), _VECTOR)


def _log(builder: Any, x: Any) -> Any:
    """ln x of a positive normal x to about 1e-7: x = m 2**e with m in [sqrt(1/2), sqrt(2))."""
    bits = builder.bitcast(x, _INTS)
    shifted = builder.sub(bits, _integers(0x3F3504F3))  # the bits of sqrt(1/2)
    exponent = builder.ashr(shifted, _integers(23))
    mantissa = builder.add(builder.and_(shifted, _integers(0x007FFFFF)), _integers(0x3F3504F3))
    f = builder.fsub(builder.bitcast(mantissa, _VECTOR), _constant(1.0), flags=_FLAGS)
    p = _polynomial(builder, _LOG, f)
    square = builder.fmul(f, f, flags=_FLAGS)
    cubed = builder.fmul(builder.fmul(p, f, flags=_FLAGS), square, flags=_FLAGS)
    m = builder.fadd(f, emit_multiply_add(builder, square, _constant(-0.5), cubed), flags=_FLAGS)
    e = builder.sitofp(exponent, _VECTOR)
    return emit_multiply_add(builder, e, _constant(0.6931471805599453), m)


exp = VECTORS.unary(_exp)
exp_nonpositive = VECTORS.unary(_exp_nonpositive)
log = VECTORS.unary(_log)
sqrt = VECTORS.unary(lambda builder, x: _call(builder, "llvm.sqrt.v16f32", _VECTOR, [x]))
