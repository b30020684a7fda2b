"""Files that go out of the page or the library: one offline page, runnable code, a run file."""
