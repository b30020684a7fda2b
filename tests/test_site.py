"""The site of docs/, as `make docs` builds it: no warning, no dead link, no other host."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import unitscope as us
from patience import PATIENCE

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
PAGES = REPOSITORY / "tools" / "pages"
# What a browser fetches by itself; an <a> leads away only where it is clicked.
FETCHED = {("link", "href"), ("form", "action"), ("use", "href")} | {
    (tag, name)
    for tag in ("img", "script", "source", "video", "iframe", "embed", "object", "input")
    for name in ("src", "data", "poster")
}


def tool(name: str):
    """A module of tools/pages."""
    sys.path.insert(0, str(PAGES))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(PAGES))


class Page(HTMLParser):
    """A built page: where it leads, what it fetches, and the places in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.fetches: list[str] = []
        self.places = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.places.add(value)
            elif (tag, name) in FETCHED and value:
                self.fetches.append(value)
            elif (tag, name) == ("a", "href") and value:
                self.leads.append(value)


def outside(address: str) -> bool:
    return re.match(r"(?:[\w+.-]+:)?//|(?:http|https|ws|wss):", address) is not None


def faults(site: Path) -> list[str]:
    """What is wrong with a built site: links that lead nowhere, and what is fetched elsewhere."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    found = []
    for path, page in sorted(pages.items()):
        name = path.relative_to(site).as_posix()
        found += [f"{name} fetches {each}" for each in page.fetches if outside(each)]
        for address in {*page.leads, *page.fetches}:
            if outside(address) or address.startswith(("mailto:", "data:", "#!")):
                continue
            file, place = urldefrag(address)
            file = file.partition("?")[0]
            there = (path.parent / unquote(file)).resolve() if file else path
            if not there.is_file():
                found.append(f"{name} leads to {address}, which is not there")
            elif there in pages and unquote(place) not in pages[there].places:
                found.append(f"{name} leads to {address}, where there is no such place")
    for path in sorted(site.rglob("*.css")):
        styles = path.read_text(encoding="utf-8")
        found += [
            f"{path.name} fetches {each}"
            for each in re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s]+)", styles)
            if outside(each)
        ]
    return found


def test_faults_of_a_site_are_noticed(tmp_path):
    (tmp_path / "a.html").write_text(
        '<img src="https://elsewhere.example/a.png"><a href="b.html#c">b</a><p id="here">'
        '<a href="#here">here</a><a href="#there">there</a><a href="b.html">b</a>'
        '<a href="https://elsewhere.example/">away</a><link rel="x" href="//elsewhere.example/x">'
    )
    (tmp_path / "b.html").write_text('<p id="d"><a href="c.html">c</a><img src="d.png">')
    (tmp_path / "a.css").write_text(
        '@import "https://elsewhere.example/f.css"; a { background: url(b.png) }'
    )
    assert sorted(faults(tmp_path)) == [
        "a.css fetches https://elsewhere.example/f.css",
        "a.html fetches //elsewhere.example/x",
        "a.html fetches https://elsewhere.example/a.png",
        "a.html leads to #there, where there is no such place",
        "a.html leads to b.html#c, where there is no such place",
        "b.html leads to c.html, which is not there",
        "b.html leads to d.png, which is not there",
    ]


def test_every_page_is_in_the_menu_once():
    listed = [name for names in tool("navigation").PARTS.values() for name in names]
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    made = set(tool("build").made())
    assert sorted(listed) == sorted((pages | made) - {"index"})


def test_every_public_name_is_in_the_reference_with_an_example():
    reference = tool("reference")
    found: dict[str, str] = {}
    for path in sorted((DOCS / "reference").glob("*.md")):
        parts = reference.HEADING.split(path.read_text(encoding="utf-8"))
        assert not set(parts[1::2]) & set(found), path
        found |= dict(zip(parts[1::2], parts[2::2], strict=True))
    assert sorted(found) == sorted(reference.public())
    without = {
        name for name, text in found.items() if not re.search(r"^```python\n>>> ", text, re.M)
    }
    assert without == set()
    ours = {name for name in found if name.startswith("us.")}
    assert {name for name in ours if name not in found[name]} == set()


def test_every_command_is_in_the_reference():
    reference = tool("reference")
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    said = reference.help_of(None)
    commands = re.findall(r"^    ([\w-]+)(?:  +\S|$)", said.partition("COMMAND\n")[2], re.M)
    assert len(commands) > 10
    assert reference.COMMAND.findall(page) == ["", *commands]


def test_every_picture_is_in_the_gallery():
    lines = (DOCS / "gallery.md").read_text(encoding="utf-8")
    drawn = {name for name in us.plot.__all__ if f"us.plot.{name}(" in lines}
    assert drawn == set(us.plot.__all__) - {"save"}


def test_names_in_running_text_become_links_and_others_do_not():
    linked = tool("reference").linked
    assert linked("`us.train(data)` and `us.nothing`") == (
        "{py:obj}`us.train(data) <us.train>` and `us.nothing`"
    )
    assert linked("`Run.at`, `Run`") == "{py:obj}`Run.at <us.Run.at>`, `Run`"
    assert linked("`Run`", short=True) == "{py:obj}`Run <us.Run>`"
    kept = "```python\nx = `us.train`\n```\n## `us.train`\n[`us.train`](a.md)\n"
    assert linked(kept) == kept


def test_a_folder_of_other_files_is_left_as_it_is(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert tool("build").main(tmp_path) == 2
    assert f"Got {tmp_path} instead." in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.sphinx
@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_its_links_lead_somewhere(tmp_path):
    site = tmp_path / "site"
    ran = subprocess.run(
        [sys.executable, str(PAGES / "build.py"), str(site)],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,  # forty pictures and as many pages, beside other tests
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert faults(site) == []
    for names in tool("navigation").PARTS.values():
        assert all((site / f"{name}.html").is_file() for name in names)
    assert "silhouett" in (site / "searchindex.js").read_text(encoding="utf-8")
    gallery = (site / "gallery.html").read_text(encoding="utf-8")
    for ground in ("light", "dark"):
        assert len(set(re.findall(rf'src="(_images/[^"]+-{ground}.png)"', gallery))) > 18
    lessons = re.findall(r"<h3>(\d)\. ", (site / "teaching.html").read_text(encoding="utf-8"))
    assert lessons == list("123456")
    home = (site / "index.html").read_text(encoding="utf-8")
    assert 'action="search.html"' in home and "theme-toggle" in home
    assert str(REPOSITORY) not in home
