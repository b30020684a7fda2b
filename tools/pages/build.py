"""Build the site of docs/ as static HTML: `make docs`, or `python tools/pages/build.py [FOLDER]`.

The pages of docs/ are those that GitHub shows. They are copied to a folder of their own, and beside
them is written what belongs to the site alone: the menu, the changelog and the map. Then Sphinx
makes HTML of them. A warning of its own, such as a link that leads nowhere, is an error.
"""

from __future__ import annotations

import logging
import re
import shutil
import sys
import tempfile
from pathlib import Path

from gallery import illustrated
from navigation import PARTS
from reference import filled, linked

import unitscope as us

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
DOCS = REPOSITORY / "docs"
LIVE = "live.html"
# Pages of the site that are files beside docs/, by their names there.
BESIDE = {"changelog": "CHANGELOG.md", "map": "CONTRIBUTING.md"}


def main(out: Path) -> int:
    """The site in a folder, where an earlier one is replaced. 0, or Sphinx's error.

    2 where there are files in the folder and no site.
    """
    if out.exists() and not (out / LIVE).exists() and any(out.iterdir()):
        print(f"FOLDER must be new, empty or of this site. Got {out} instead.", file=sys.stderr)
        return 2
    from sphinx.cmd.build import main as sphinx

    logging.getLogger("unitscope").setLevel(logging.ERROR)  # what a reader would be told

    with tempfile.TemporaryDirectory() as folder:
        pages, kept = Path(folder) / "pages", Path(folder) / "kept"
        prepare(pages)
        shutil.rmtree(out, ignore_errors=True)
        strict = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "--jobs", "2"]
        status = sphinx([*strict, "-c", str(HERE), "-d", str(kept), str(pages), str(out)])
    us.export_html(us.lab.run(), out / LIVE)
    return status


def prepare(pages: Path) -> None:
    """Every page as Sphinx takes it, in an empty folder."""
    shutil.copytree(DOCS, pages)
    for name, file in BESIDE.items():
        text = (REPOSITORY / file).read_text(encoding="utf-8")
        (pages / f"{name}.md").write_text(inside(text), encoding="utf-8")
    gallery = pages / "gallery.md"
    gallery.write_text(illustrated(gallery.read_text(encoding="utf-8"), pages), encoding="utf-8")
    for path in pages.rglob("*.md"):
        text = marked(path.read_text(encoding="utf-8"))
        text = text.replace("<!-- live -->", live_frame()).replace("<!-- lessons -->", lessons())
        ours = path.parent.name == "reference"
        path.write_text(linked(filled(text), short=True) if ours else linked(text), "utf-8")
    with (pages / "index.md").open("a", encoding="utf-8") as home:
        home.write(menu())


def live_frame() -> str:
    """The course lab's network, alive in a page: its file trains by itself."""
    return (
        f'<iframe class="live" src="{LIVE}" title="The course lab, live" loading="lazy">'
        "</iframe>\n\n"
        f'<p class="live"><a href="{LIVE}">Alone in the window</a></p>'
    )


def lessons() -> str:
    """The titles of the live page's lessons and of their steps."""
    folder = Path(us.__file__).parent / "web" / "lessons"
    text = "".join(
        (folder / f"{name}.js").read_text(encoding="utf-8") for name in ("first", "more")
    )
    lines, number = ["## The lessons"], 0
    for indent, field, words in re.findall(r'^( +)(title|about): "(.*)",$', text, re.M):
        if field == "about":
            lines.append(f"\n{words}\n")
        elif len(indent) == 4:
            number += 1
            lines.append(f"\n### {number}. {words}")
        else:
            lines.append(f"1. {words}")
    return "\n".join(lines)


def made() -> list[str]:
    """The pages that are written for the site, beside those of docs/."""
    return list(BESIDE)


def menu() -> str:
    """The tables of contents that make the site's menu."""
    return "".join(
        f"\n```{{toctree}}\n:hidden:\n:caption: {part}\n\n" + "\n".join(names) + "\n```\n"
        for part, names in PARTS.items()
    )


def inside(text: str) -> str:
    """A file that lies beside docs/, as a page in it: its links are those of the site."""
    text = text.replace("](docs/", "](")
    for name, file in BESIDE.items():
        text = text.replace(f"]({file})", f"]({name}.md)")
    return re.sub(r"\[([^]]+)\]\((?!https?:|#|\w+\.md)[^)]*\)", r"\1", text)


def marked(text: str) -> str:
    """Blocks with Python's prompt in the colours of those, without the line that ends an output."""
    text = re.sub(r"^```python\n(?=>>>)", "```pycon\n", text, flags=re.M)
    return re.sub(r"^\n```$", "```", text, flags=re.M).replace("<BLANKLINE>", "")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "build" / "docs"))
