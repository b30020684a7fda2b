"""Eight float64 numbers as one value inside Numba code, as `lanes` has sixteen float32 ones.

Nothing is reassociated or contracted: every sum is rounded as it is written, on every processor.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

from unitscope.kernel.lanes import emit_pointer
from unitscope.kernel.tiles import WIDTH

_DOUBLE, _LONG, _INT = ir.DoubleType(), ir.IntType(64), ir.IntType(32)
_VECTOR, _LONGS = ir.VectorType(_DOUBLE, WIDTH), ir.VectorType(_LONG, WIDTH)


class _DoublesType(types.Type):
    def __init__(self) -> None:
        super().__init__(name="Doubles8")


DOUBLES = _DoublesType()


@register_model(_DoublesType)
class _DoublesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


def _constant(value: float) -> Any:
    return ir.Constant(_VECTOR, [float(value)] * WIDTH)


def _splat(builder: Any, scalar: Any) -> Any:
    nothing = ir.Constant(_VECTOR, ir.Undefined)
    one = builder.insert_element(nothing, scalar, ir.Constant(_INT, 0))
    zeros = ir.Constant(ir.VectorType(_INT, WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(one, nothing, zeros)


def _arithmetic(symbol: Any, method: str) -> None:
    @type_callable(symbol)
    def typed(context: Any) -> Callable[..., Any]:
        def typer(left: Any, right: Any) -> Any:
            return DOUBLES if left == DOUBLES and right == DOUBLES else None

        return typer

    @lower_builtin(symbol, DOUBLES, DOUBLES)
    def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return getattr(builder, method)(*arguments)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")


@intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """array[index : index + 8] of a flat float64 array; the bounds are not checked."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], *arguments)
        return builder.load(builder.bitcast(pointer, _VECTOR.as_pointer()), align=8)

    return DOUBLES(array, types.intp), code


@intrinsic
def store(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """array[index : index + 8] = value; the bounds are not checked."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(pointer, _VECTOR.as_pointer()), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, DOUBLES), code


@intrinsic
def load_splat(typing_context: Any, array: Any, index: Any) -> Any:
    """array[index] in every lane; the bounds are not checked."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = emit_pointer(context, builder, signature.args[0], *arguments)
        return _splat(builder, builder.load(pointer))

    return DOUBLES(array, types.intp), code


@intrinsic
def splat(typing_context: Any, scalar: Any) -> Any:
    """One number of any type in every lane, as a float64."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _splat(builder, arguments[0])

    return DOUBLES(types.float64), code


def _selecting(comparison: str) -> Any:
    @intrinsic
    def select(typing_context: Any, left: Any, right: Any, chosen: Any, otherwise: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            mask = builder.fcmp_ordered(comparison, arguments[0], arguments[1])
            return builder.select(mask, arguments[2], arguments[3])

        return DOUBLES(DOUBLES, DOUBLES, DOUBLES, DOUBLES), code

    return select


# (left, right, chosen, otherwise): lane by lane, `chosen` where left > right
select_greater = _selecting(">")
select_equal = _selecting("==")

_LEAST = -700.0  # e to less counts as e to this
_ROUNDING = 6755399441055744.0  # 1.5 * 2**52: added, it leaves the nearest whole number behind
_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 0.6931471803691238, 1.9082149292705877e-10
_BIAS, _EXPONENT = 1023, 52
_FACTORIALS = (
    *(6227020800.0, 479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0),
    *(720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0),
)


@intrinsic
def exp_nonpositive(typing_context: Any, x: Any) -> Any:
    """e**x of an x not above 0, to about 2e-16 relative: Taylor's polynomial of x - n ln 2."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (x,) = arguments
        low = _constant(_LEAST)
        x = builder.select(builder.fcmp_ordered(">", x, low), x, low)
        shifted = builder.fadd(builder.fmul(x, _constant(_LOG2_E)), _constant(_ROUNDING))
        n = builder.fsub(shifted, _constant(_ROUNDING))
        r = builder.fsub(x, builder.fmul(n, _constant(_LN2_HIGH)))
        r = builder.fsub(r, builder.fmul(n, _constant(_LN2_LOW)))
        p = _constant(1.0 / _FACTORIALS[0])
        for factorial in _FACTORIALS[1:]:
            p = builder.fadd(builder.fmul(p, r), _constant(1.0 / factorial))
        bits = builder.add(builder.bitcast(shifted, _LONGS), _longs(_BIAS))
        power = builder.bitcast(builder.shl(bits, _longs(_EXPONENT)), _VECTOR)
        return builder.fmul(p, power)

    return DOUBLES(DOUBLES), code


def _longs(value: int) -> Any:
    return ir.Constant(_LONGS, [value] * WIDTH)
