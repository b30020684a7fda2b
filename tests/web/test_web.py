"""The page's modules: their own tests, their types, and that they can be joined into one script."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from unitscope.export.bundle import bundle, stylesheet

HERE = Path(__file__).parent
WEB = HERE.parent.parent / "src" / "unitscope" / "web"
MODULES = sorted(WEB.rglob("*.js"))
DENO = shutil.which("deno", path=str(Path(sys.executable).parent)) or shutil.which("deno")
needs_deno = pytest.mark.skipif(DENO is None, reason="deno is not installed")


def deno(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [DENO, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env={"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1", "PATH": "", "HOME": str(Path.home())},
    )


@needs_deno
def test_the_modules_own_tests_pass():
    done = deno("test", "--no-check", "--allow-read", *map(str, sorted(HERE.glob("*.test.js"))))
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 80


@pytest.fixture
def browser_types(tmp_path) -> str:
    """Settings for a strict check of types in a browser."""
    settings = tmp_path / "deno.json"
    settings.write_text(
        json.dumps(
            {
                "compilerOptions": {
                    "checkJs": True,
                    "strict": True,
                    "lib": ["dom", "dom.iterable", "esnext"],
                }
            }
        )
    )
    return str(settings)


@needs_deno
def test_the_types_are_right(browser_types):
    done = deno("check", "--config", browser_types, *map(str, MODULES))
    assert done.returncode == 0, done.stderr


def test_python_still_computes_what_the_fixtures_say():
    spec = importlib.util.spec_from_file_location(
        "make_fixtures", HERE.parents[1] / "tools" / "fixtures.py"
    )
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    kept = json.loads(maker.PATH.read_text(encoding="utf-8"))
    now = maker.cases()
    assert [case["name"] for case in kept] == [case["name"] for case in now]
    for old, new in zip(kept, now, strict=True):
        assert (
            old["layers"] == new["layers"]
            and old["regions"] == new["regions"]
            and old["exact"] == new["exact"]
        )
        for part in ("weights", "X", "logits", "probabilities", "area"):
            assert old[part] == pytest.approx(new[part], rel=1e-5, abs=1e-6), (old["name"], part)
        assert old["predicted"] == new["predicted"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_a_module_is_small_checked_and_plain(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check\n/**")
    assert text.count("\n") <= 400
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )
    assert "</script" not in text.lower() and "https://" not in text
    plain = r'import \{[^{}"]*\} from "\.\.?/[^"]+\.js";'  # all that the bundle joins
    assert all(re.fullmatch(plain, one) for one in re.findall(r"^import\b[^;]*;$", text, re.M))
    assert len(re.findall(rf"^{plain}$", text, re.M)) == len(re.findall(r"^import\b", text, re.M))


def test_no_name_is_in_two_modules():
    """The notebook's and the file's script has all modules in one scope."""
    seen: dict[str, str] = {}
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function|class|const|let) \*?(\w+)", text, re.M
        ):
            assert name not in seen or {path.name, seen[name]} <= {
                "app.js",
                "file.js",
                "widget.js",
            }, (name, path.name, seen[name])
            seen[name] = path.name


@pytest.mark.parametrize("entry", ["entries/file.js", "entries/widget.js"])
def test_the_joined_script_has_no_imports_left_and_each_module_once(entry):
    text = bundle(entry)
    assert not re.search(r"^import ", text, re.M)
    assert len(re.findall(r"^export ", text, re.M)) == (1 if entry == "entries/widget.js" else 0)
    assert (
        len(re.findall(r"^// \S+\.js$", text, re.M))
        == len(set(re.findall(r"^// (\S+\.js)$", text, re.M)))
        > 20
    )


@needs_deno
@pytest.mark.parametrize("entry", ["entries/file.js", "entries/widget.js"])
def test_the_joined_script_is_javascript(entry, tmp_path, browser_types):
    path = tmp_path / "joined.js"
    # types name their modules, and those of messages their file
    types = f'import("{(WEB / "pure" / "scene.d.ts").as_uri()}").'
    text = re.sub(r'import\("[./a-z]+scene\.d\.ts"\)\.', lambda _: types, bundle(entry))
    path.write_text(re.sub(r'import\("\.[^"]+"\)\.', "", text), encoding="utf-8")
    done = deno("check", "--config", browser_types, str(path))
    assert done.returncode == 0, done.stderr


def test_the_page_weighs_less_than_300_kilobytes():
    size = sum(path.stat().st_size for path in WEB.rglob("*") if path.is_file())
    assert size < 300_000
    assert "url(" not in stylesheet() and "@import" not in stylesheet()
