"""Several threads in the loop of one training: which does what, and where they wait for each other.

A layer's units, its weights and the parameters of a step are shared out, so that every number is
computed by one thread in the same order as by a single one: threads change no bit of a training.
Between the parts is a barrier. Waiting there is to look at one number in memory again and again.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout
from unitscope.kernel.vectors import emit_pointer

_SPINS = 200  # looks before a waiting thread lets others have the processor


@intrinsic
def _await_all(typing_context: Any, barrier: Any, members: Any) -> Any:
    """Count this thread in at barrier[0], and wait until all members are, for this time."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.IntType(64)
        zero = ir.Constant(whole, 0)
        place = emit_pointer(context, builder, signature.args[0], arguments[0], zero)
        before = builder.atomic_rmw("add", place, ir.Constant(whole, 1), "seq_cst")
        times = builder.add(builder.sdiv(before, arguments[1]), ir.Constant(whole, 1))
        goal = builder.mul(times, arguments[1])
        looks = cgutils.alloca_once_value(builder, ir.Constant(whole, 0))
        look, wait, end = (builder.append_basic_block(name) for name in ("look", "wait", "end"))
        builder.branch(look)
        builder.position_at_end(look)
        arrived = builder.load_atomic(place, "seq_cst", 8)
        builder.cbranch(builder.icmp_signed(">=", arrived, goal), end, wait)
        builder.position_at_end(wait)
        count = builder.add(builder.load(looks), ir.Constant(whole, 1))
        builder.store(count, looks)
        with builder.if_then(builder.icmp_signed(">", count, ir.Constant(whole, _SPINS))):
            kind = ir.FunctionType(ir.IntType(32), [])
            give_way = cgutils.get_or_insert_function(builder.module, kind, "sched_yield")
            builder.call(give_way, [])
        builder.branch(look)
        builder.position_at_end(end)
        return context.get_dummy_value()

    return types.void(barrier, types.int64), code


@intrinsic
def _as_it_is(typing_context: Any, numbers: Any, index: Any) -> Any:
    """A number that another thread may write."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = emit_pointer(context, builder, signature.args[0], *arguments)
        return builder.load_atomic(place, "monotonic", 8)

    return types.int64(numbers, types.int64), code


@inlined
def is_ended(numbers):
    """Whether another thread has said that training is to end."""
    return _as_it_is(numbers, layout.ENDED) > 0


@inlined
def barrier(team):
    """Go on when every member of the team has come here."""
    if team.size > 1:
        _await_all(team.barrier, team.size)


@inlined
def own_part(count, piece, team):
    """The first and the end of this member's part of `count` things, in whole pieces of `piece`."""
    if team.size == 1:
        return 0, count
    pieces = (count + piece - 1) // piece
    first = pieces * team.member // team.size * piece
    end = pieces * (team.member + 1) // team.size * piece
    return min(count, first), min(count, end)
