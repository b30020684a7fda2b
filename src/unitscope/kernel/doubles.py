"""Eight float64 numbers as one value inside Numba code, as `lanes` has sixteen float32 ones.

Nothing is reassociated or contracted: every sum is rounded as it is written, on every processor.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from unitscope.kernel.tiles import WIDTH
from unitscope.kernel.vectors import VectorType

_VECTORS = VectorType("Doubles8", types.float64, ir.DoubleType(), WIDTH, flags=())
_LONGS = ir.VectorType(ir.IntType(64), WIDTH)

load, store, load_splat, splat = _VECTORS.access()
select_greater = _VECTORS.selecting(">")
select_equal = _VECTORS.selecting("==")

_LEAST = -700.0  # e to less counts as e to this
_ROUNDING = 6755399441055744.0  # 1.5 * 2**52: added, it leaves the nearest whole number behind
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10
_BIAS, _EXPONENT = 1023, 52
_FACTORIALS = (
    *(6227020800.0, 479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0),
    *(720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0),
)


def _exp_nonpositive(builder: Any, x: Any) -> Any:
    """e**x of an x not above 0, to about 2e-16 relative: Taylor's polynomial of x - n ln 2."""
    constant = _VECTORS.constant
    low = constant(_LEAST)
    x = builder.select(builder.fcmp_ordered(">", x, low), x, low)
    shifted = builder.fadd(builder.fmul(x, constant(_LOG2_E)), constant(_ROUNDING))
    n = builder.fsub(shifted, constant(_ROUNDING))
    r = builder.fsub(x, builder.fmul(n, constant(_LN2_HIGH)))
    r = builder.fsub(r, builder.fmul(n, constant(_LN2_LOW)))
    p = constant(1.0 / _FACTORIALS[0])
    for factorial in _FACTORIALS[1:]:
        p = builder.fadd(builder.fmul(p, r), constant(1.0 / factorial))
    bits = builder.add(builder.bitcast(shifted, _LONGS), _longs(_BIAS))
    power = builder.bitcast(builder.shl(bits, _longs(_EXPONENT)), _VECTORS.llvm)
    return builder.fmul(p, power)


def _longs(value: int) -> Any:
    return ir.Constant(_LONGS, [value] * WIDTH)


exp_nonpositive = _VECTORS.unary(_exp_nonpositive)
