"""Exact activation regions, decision boundaries and margins on a window of the input plane."""
