"""Write docs/models.md, which models are read and which refused: `python tools/models.py`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "models"))

import listed

if __name__ == "__main__":
    listed.PAGE.write_text(listed.page(), encoding="utf-8")
