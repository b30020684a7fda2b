"""Several threads in the compiled loop of one training: who does which part, and where they wait for each other.

A layer's units, its weights and the parameters of a step are shared out, so that every number is
computed by one thread in the same order as by a single one: threads change no bit of a training.
Between the parts all members of the team meet. Waiting is a look at one number in memory.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from unitscope.kernel.lanes import emit_pointer

_SPINS = 200  # looks before a waiting thread lets others have the processor


@intrinsic
def _await_all(typing_context: Any, meeting: Any, members: Any) -> Any:
    """Count this thread in at meeting[0], and wait until all members of this meeting are."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.IntType(64)
        place = emit_pointer(
            context, builder, signature.args[0], arguments[0], ir.Constant(whole, 0)
        )
        before = builder.atomic_rmw("add", place, ir.Constant(whole, 1), "seq_cst")
        meetings = builder.add(builder.sdiv(before, arguments[1]), ir.Constant(whole, 1))
        goal = builder.mul(meetings, arguments[1])
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

    return types.void(meeting, types.int64), code


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def meet(meeting, team):
    """Go on when every member of the team has come here."""
    if team > 1:
        _await_all(meeting, team)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def part(count, size, team, member):
    """The first and the end of a member's part of `count` things, in whole pieces of `size`."""
    if team == 1:
        return 0, count
    pieces = (count + size - 1) // size
    return min(count, pieces * member // team * size), min(
        count, pieces * (member + 1) // team * size
    )
