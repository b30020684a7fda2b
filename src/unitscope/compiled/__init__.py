"""Compiled code as C functions: what Numba makes of it, what LLVM makes of that, and where it is kept."""
