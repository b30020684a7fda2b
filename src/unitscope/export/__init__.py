"""Files made of a run: one offline page, runnable code, a run file."""
