"""Names by which compiled codes, what the machine adds and LLVM's linker find each other."""

from __future__ import annotations

ENTRY = "unitscope_entry"  # a code's C function
DOOR = "unitscope_door"  # what is called: it sets the processor's mode around the entry
# a function that tells a code whether a register holds a whole vector of the kernel
WIDE_REGISTERS = "unitscope_wide_registers"

# What Numba's wrapper names for errors. Nothing in compiled code may raise, so they are never
# called; reaching one would be a bug and ends the process.
NEVER_CALLED = (
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_unpickle",
    "numba_do_raise",
    "NRT_Free",
    "numba_runtime_build_excinfo_struct",
    "NRT_MemInfo_call_dtor",
)
# what a code needs of C's library
SYSTEM = ("memcpy", "memmove", "memset", "pow", "sched_yield", "sqrt")
