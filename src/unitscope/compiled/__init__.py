"""Compiled code as C functions: its translations, what LLVM makes of them, where that is kept."""
