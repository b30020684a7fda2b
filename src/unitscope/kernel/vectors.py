"""Several numbers as one value inside Numba code: what `lanes` and `doubles` are made by.

A value of such a type is an LLVM vector, so a line of the kernel is a handful of instructions on
every processor. In a compiled function: `store(out, i, load(a, i) * load_splat(w, k) + splat(1))`.
The methods whose name begins with `emit_` write the LLVM instructions, for the code generators.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

INDEX = ir.IntType(32)  # LLVM's type of a lane's number


class Access(NamedTuple):
    """What compiled code does with vectors and memory; no bounds are checked."""

    load: Any  # (array, index): array[index : index + width] of a flat array
    store: Any  # (array, index, value): array[index : index + width] = value
    load_splat: Any  # (array, index): array[index] in every lane
    splat: Any  # (number): one number of any type in every lane


class VectorType:
    """A type of `width` numbers of one `scalar` type, with its arithmetic.

    `flags` are what LLVM may do with sums and products; a quotient has none, or LLVM would turn
    one division outside a loop into products in it.
    """

    def __init__(self, name: str, scalar: Any, number: Any, width: int, flags: tuple[str, ...]):
        self.type = _new_type(name, ir.VectorType(number, width))
        self.llvm = ir.VectorType(number, width)
        self.scalar, self.width = scalar, width
        self._align = scalar.bitwidth // 8  # of any address that holds one number
        for symbol, method in (
            (operator.add, "fadd"),
            (operator.sub, "fsub"),
            (operator.mul, "fmul"),
        ):
            self._arithmetic(symbol, method, flags)
        self._arithmetic(operator.truediv, "fdiv", ())

    def _arithmetic(self, symbol: Any, method: str, flags: tuple[str, ...]) -> None:
        @type_callable(symbol)
        def typed(context: Any) -> Callable[..., Any]:
            def typer(left: Any, right: Any) -> Any:
                return self.type if left == self.type and right == self.type else None

            return typer

        @lower_builtin(symbol, self.type, self.type)
        def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return getattr(builder, method)(*arguments, flags=flags)

    def constant(self, value: float) -> Any:
        """A number, the same in every lane."""
        return ir.Constant(self.llvm, [float(value)] * self.width)

    def emit_splat(self, builder: Any, scalar: Any) -> Any:
        """One scalar in every lane."""
        return emit_splat(builder, scalar, self.llvm)

    def emit_load(self, builder: Any, pointer: Any) -> Any:
        """The numbers from an address of any alignment."""
        return builder.load(builder.bitcast(pointer, self.llvm.as_pointer()), align=self._align)

    def emit_store(self, builder: Any, value: Any, pointer: Any) -> None:
        """The numbers to an address of any alignment."""
        builder.store(value, builder.bitcast(pointer, self.llvm.as_pointer()), align=self._align)

    def access(self) -> Access:
        """The functions for compiled code that read and write this type."""

        @intrinsic
        def load(typing_context: Any, array: Any, index: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                pointer = emit_pointer(context, builder, signature.args[0], *arguments)
                return self.emit_load(builder, pointer)

            return self.type(array, types.intp), code

        @intrinsic
        def store(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                pointer = emit_pointer(context, builder, signature.args[0], *arguments[:2])
                self.emit_store(builder, arguments[2], pointer)
                return context.get_dummy_value()

            return types.void(array, types.intp, self.type), code

        @intrinsic
        def load_splat(typing_context: Any, array: Any, index: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                pointer = emit_pointer(context, builder, signature.args[0], *arguments)
                return self.emit_splat(builder, builder.load(pointer))

            return self.type(array, types.intp), code

        @intrinsic
        def splat(typing_context: Any, scalar: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                return self.emit_splat(builder, arguments[0])

            return self.type(self.scalar), code

        return Access(load, store, load_splat, splat)

    def selecting(self, comparison: str) -> Any:
        """(left, right, chosen, otherwise): lane by lane, `chosen` where the comparison holds."""

        @intrinsic
        def select(typing_context: Any, left: Any, right: Any, chosen: Any, otherwise: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                mask = builder.fcmp_ordered(comparison, arguments[0], arguments[1])
                return builder.select(mask, arguments[2], arguments[3])

            return self.type(*[self.type] * 4), code

        return select

    def unary(self, build: Callable[[Any, Any], Any]) -> Any:
        """A function of one vector that gives one, from what writes its instructions."""

        @intrinsic
        def apply(typing_context: Any, vector: Any) -> Any:
            def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
                return build(builder, arguments[0])

            return self.type(self.type), code

        return apply


def _new_type(name: str, vector: Any) -> Any:
    class Type(types.Type):
        def __init__(self) -> None:
            super().__init__(name=name)

    @register_model(Type)
    class Model(models.PrimitiveModel):
        def __init__(self, dmm: Any, fe_type: Any) -> None:
            super().__init__(dmm, fe_type, vector)

    return Type()


def emit_splat(builder: Any, scalar: Any, vector: Any) -> Any:
    """One scalar in every lane of an LLVM vector type."""
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, scalar, ir.Constant(INDEX, 0))
    zeros = ir.Constant(ir.VectorType(INDEX, vector.count), [0] * vector.count)
    return builder.shuffle_vector(one, nothing, zeros)


def emit_pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """The address of array[index]; the bounds are not checked."""
    # a proxy of the array, Numba's usual way, is slow to make
    place = context.data_model_manager[array_type].get_field_position("data")
    return builder.gep(builder.extract_value(array, place), [index])
