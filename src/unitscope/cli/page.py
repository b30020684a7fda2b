"""The command `unitscope page`: the live page as a folder for any web server."""

from __future__ import annotations

import argparse
from typing import Any


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    page = commands.add_parser(
        "page",
        allow_abbrev=False,
        help="write the live page as a folder for any web server, which needs no Python",
        description="Write the live page as a folder for any web server. It trains in the browser; "
        "no Python is needed where it is served. Nothing that is there is written over.",
    )
    page.add_argument("folder", metavar="DIR", help="the folder, new or empty")
    page.set_defaults(run=_page)


def _page(options: argparse.Namespace) -> int:
    from unitscope.export.site import export_page

    folder = export_page(options.folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"written to {folder}: {len(files)} files, {size / 1e6:.1f} MB")
    print(f"python -m http.server --directory {folder} serves it, as any other web server does.")
    return 0
