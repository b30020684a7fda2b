"""Write docs/fit.md, every kind of fit on every backend: `python tools/fits.py`, a quarter hour.

Of the backends that are named only those are run again: `python tools/fits.py torch`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "keras_fit"))

from catalogue import table

if __name__ == "__main__":
    wanted = sys.argv[1:] or list(table.NAMES)
    before = table.PAGE.read_text(encoding="utf-8") if sys.argv[1:] else ""
    results = {
        backend: table.run(backend, "all")
        if backend in wanted
        else table.read_page(before, backend)
        for backend in table.NAMES
    }
    table.PAGE.write_text(table.page(results), encoding="utf-8")
