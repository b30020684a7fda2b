"""The page as a folder for any web server: its files, and what refuses to be one."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from importlib import resources

import pytest

import unitscope as us
from unitscope.cli import main
from unitscope.data import toys
from unitscope.errors import InvalidInput
from unitscope.export.site import site
from unitscope.page.answers import reply


@pytest.mark.slow
def test_the_folder_has_all_sets_and_no_address_of_elsewhere():
    files = site()
    kernel = resources.files("unitscope") / "web" / "kernel"
    for name in ("plain.wasm", "relaxed.wasm", "course.bin"):
        assert files[name] == (kernel / name).read_bytes()
    drawn = {name for name in toys.TOYS if "seed" in inspect.signature(toys.TOYS[name]).parameters}
    for name in set(toys.TOYS) - drawn:
        packed = json.loads(gzip.decompress(files[f"sets/{name}.bin"]))
        assert packed == reply({"id": 1, "kind": "dataset", "name": name})["data"], name
    opening = json.loads(files["page.json"])
    assert {one["name"] for one in opening["datasets"]} == set(toys.TOYS)
    index = files["index.html"].decode()
    named = set(re.findall(r'(?:src|href)="([^"]+)"', index)) - {"data:,"}
    assert named == {"page.css", "page.js", "disk.js"} and named <= set(files)
    assert "<script>" not in index and "style=" not in index and "unsafe-inline" not in index
    assert "'unsafe-eval'" not in index and "script-src 'self' 'wasm-unsafe-eval';" in index
    for name in ("page.js", "disk.js", "trainer.js", "worker.js", "page.css"):
        elsewhere = re.findall(rb"https?://[^\"'` )]+", files[name])
        assert set(elsewhere) <= {b"http://www.w3.org/2000/svg"}, (name, elsewhere)


def test_a_folder_with_files_in_it_stays_as_it_is(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match=r"folder must be a new folder, or an empty one\."):
        us.export_page(tmp_path)
    for name, words in ((str(tmp_path), "There are files in it."), (" ", "DIR must be the name")):
        assert main(["page", name]) == 1
        assert words in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_the_command_writes_what_the_function_does(tmp_path, capsys):
    assert main(["page", str(tmp_path / "a" / "page")]) == 0
    out = capsys.readouterr().out
    written = {
        path.relative_to(tmp_path / "a" / "page").as_posix(): path.read_bytes()
        for path in (tmp_path / "a" / "page").rglob("*")
        if path.is_file()
    }
    assert written == site() and f"{len(written)} files, 0.9 MB" in out
