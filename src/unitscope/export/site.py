"""The page as a folder for any web server: it trains in the browser, and asks nobody."""

from __future__ import annotations

import gzip
import inspect
import json
import os
from pathlib import Path

from unitscope import lab
from unitscope.data import toys
from unitscope.export.bundle import compact, stylesheet, web_file
from unitscope.files import made_folder, new_folder, writing
from unitscope.wire.greeting import greeting
from unitscope.wire.messages import Hello
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import claims_to_wire, data_to_wire, run_to_wire, shown_to_wire

# Also for servers that send headers, which may say as much and more: docs/site.md.
RULES = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none'; "
    "form-action 'none'"
)
_INDEX = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{RULES}">
<meta name="referrer" content="no-referrer">
<title>unitscope: see how a small classifier decides</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<script src="disk.js"></script>
<script type="module" src="page.js"></script>
</head>
<body>
<main id="scope"><p class="loading">Opening unitscope …</p></main>
<noscript><p>This page needs JavaScript.</p></noscript>
</body>
</html>
"""
_SCRIPTS = {
    "page.js": "entries/site.js",
    "disk.js": "entries/disk.js",
    "trainer.js": "kernel/inside.js",
    "worker.js": "pure/worker.js",
}
_KERNEL = ("plain.wasm", "relaxed.wasm", "course.bin")


def export_page(folder: str | os.PathLike[str]) -> Path:
    """Write the live page as a folder for any web server, where no Python is needed any more.

    It opens with the course lab, and trains, draws the toy data sets from any seed and tells the
    story in the browser; lessons and links are there, too. Addresses in it are relative: it may lie
    in any folder of a server, and fetches nothing from elsewhere.

    - `folder`: a new folder, or an empty one.

    Returns the folder. **Raises** `InvalidInput` where there are files in it, or it cannot be made;
    `CannotWrite`.
    """
    made = new_folder(folder)
    made_folder(made / "sets")
    for name, content in site().items():
        with writing(made / name) as file:
            file.write(content)
    return made


def site() -> dict[str, bytes]:
    """The files of the folder by their names; index.html is the last."""
    files = {name: compact(entry).encode() for name, entry in _SCRIPTS.items()}
    files["page.css"] = stylesheet().encode()
    files |= {name: web_file(f"kernel/{name}") for name in _KERNEL}
    files["page.json"] = _json(_hello())
    for name, toy in toys.TOYS.items():
        if "seed" not in inspect.signature(toy).parameters:
            packed = gzip.compress(_json(data_to_wire(toys.load(name))), 9, mtime=0)
            files[f"sets/{name}.bin"] = packed
    files["index.html"] = _INDEX.encode()
    return files


def _hello() -> Hello:
    """What the page opens with: the course lab's run."""
    run = lab.run()
    shown = Shown.of(run)
    return {
        **greeting(),
        "first": {
            "data": shown_to_wire(shown),
            "run": run_to_wire(run, course=True),
            "claims": claims_to_wire(run.network, shown, run=run),
        },
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
