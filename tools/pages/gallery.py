"""The pictures of docs/gallery.md: what its lines draw, on light ground and on dark."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GROUNDS = {"light": "#ffffff", "dark": "#131416"}  # those of the site
_BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.M | re.S)


def illustrated(text: str, pages: Path) -> str:
    """The page with a picture behind each block that draws one; they are in images/gallery/."""
    folder = pages / "images" / "gallery"
    folder.mkdir(parents=True)
    light = drawn(text, folder, "light")
    found = {"light": light, "dark": drawn(text, folder, "dark", light)}
    numbers = iter(range(len(found["light"])))

    def with_picture(block: re.Match[str]) -> str:
        number = next(numbers)
        shown = [
            f"![What the lines above draw](images/gallery/{names[number]}){{.only-{ground}}}"
            for ground, names in found.items()
            if names[number]
        ]
        return block[0] + ("\n" + " ".join(shown) + "\n" if shown else "")

    return _BLOCK.sub(with_picture, text)


def drawn(text: str, folder: Path, ground: str, before: Sequence[str] = ()) -> list[str]:
    """The name of each block's picture, empty where it draws none.

    A film, which takes seconds, is taken from those drawn before.
    """
    import matplotlib.style

    names: dict[str, Any] = {"__name__": "gallery"}
    files = []
    here = Path.cwd()
    colour = GROUNDS[ground]
    styles = ["dark_background"] if ground == "dark" else ["default"]
    settings = {"figure.facecolor": colour, "axes.facecolor": colour, "savefig.facecolor": colour}
    with matplotlib.style.context([*styles, settings]):
        os.chdir(folder)  # where a line that writes a file writes it
        try:
            for number, block in enumerate(_BLOCK.findall(text)):
                if before and before[number].endswith(".gif"):
                    files.append(before[number])
                else:
                    files.append(kept(value(block, names), f"{number}-{ground}"))
        finally:
            os.chdir(here)
    return files


def value(block: str, names: dict[str, Any]) -> Any:
    """What the last line of a block gives; its names are kept."""
    *before, last = ast.parse(block).body
    exec(compile(ast.Module(before, []), "gallery.md", "exec"), names)
    if not isinstance(last, ast.Expr):
        return exec(compile(ast.Module([last], []), "gallery.md", "exec"), names)
    return eval(compile(ast.Expression(last.value), "gallery.md", "eval"), names)


def kept(given: Any, name: str) -> str:
    """A picture in a file of its own in the current folder; its name."""
    if given is None:
        return ""
    if isinstance(given, Path):
        return given.rename(f"{name}{given.suffix}").name
    first = given.flat[0] if hasattr(given, "flat") else given
    figure = getattr(first, "figure", first)
    figure.savefig(f"{name}.png", dpi=100, facecolor=figure.get_facecolor())
    return f"{name}.png"
