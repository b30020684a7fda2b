"""The page's modules: their own tests, their types, and that they can be joined into one script."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from javascript import deno, needs_deno
from unitscope.data import toys
from unitscope.data.dataset import Dataset
from unitscope.export.bundle import bundle, compact, stylesheet
from unitscope.page import answers
from unitscope.wire.greeting import greeting

HERE = Path(__file__).parent
WEB = HERE.parent.parent / "src" / "unitscope" / "web"
MODULES = sorted(WEB.rglob("*.js"))


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


MISSPELT = """
import { initialState } from "WEB/page/state.js";
import { element } from "WEB/panels/elements.js";

/** @import { Page } from "WEB/page/page.js" */
/** @import { View } from "WEB/pure/view.js" */
/** @import { Hello, Trained } from "WEB/pure/scene.d.ts" */

/** @param {Page} page @param {View} view @param {Hello} hello @param {Trained} trained */
export function use(page, view, hello, trained) {
  const state = initialState(hello);
  return [
    page.selection.litPoint,
    page.selection.pinnedUnit,
    page.dataset.undo,
    page.playback.epoch,
    page.requests.ask,
    view.network.layers[0].bias,
    view.hidden?.outputs,
    hello.limits.points,
    trained.run.stopped,
    state.networkShape,
    element("input").checked,
  ];
}

/** @param {Page} page */
export function ask(page) {
  page.requests.ask("dataset", { make: () => ({ name: "lab" }), take: ({ data }) => data.points });
  page.change({ epochs: 3, view: "hard" });
}
"""
SLIPS = {
    "litPoint": "litPiont",
    "pinnedUnit": "pinedUnit",
    "undo": "undoo",
    "epoch,": "epochs,",
    "requests.ask,": "requests.aks,",
    "bias": "biases",
    "outputs": "output",
    "limits.points": "limits.poinst",
    "stopped": "stoped",
    "networkShape": "networkSahpe",
    "checked": "cheked",
    'ask("dataset"': 'ask("dataste"',
    "name:": "nmae:",
    "data.points": "data.piont",
    "epochs: 3": 'epochs: "3"',
    '"hard"': '"hrad"',
}


@needs_deno
@pytest.mark.slow
def test_a_misspelt_member_fails_the_check_of_types(browser_types, tmp_path):
    """Of the page and its parts, of what it shows, of a message, of the settings, of an element."""
    source = MISSPELT.replace("WEB", WEB.as_uri())
    right = tmp_path / "right.js"
    right.write_text(source, encoding="utf-8")
    done = deno("check", "--config", browser_types, str(right))
    assert done.returncode == 0, done.stderr
    wrong = []
    for k, (word, slip) in enumerate(SLIPS.items()):
        assert word in source
        wrong.append(tmp_path / f"wrong{k}.js")
        wrong[k].write_text(source.replace(word, slip), encoding="utf-8")
    done = deno("check", "--config", browser_types, *map(str, wrong))
    missed = [slip for k, slip in enumerate(SLIPS.values()) if f"/wrong{k}.js:" not in done.stderr]
    assert done.returncode != 0 and not missed, (missed, done.stderr)


def test_types_are_not_left_open():
    """`any` only where nothing else says it: listeners, settings by their name, saved pens."""
    open_types = re.compile(r"\{[^{}\n]*\bany\b[^{}\n]*\}")
    found = {
        (path.relative_to(WEB).as_posix(), hollow)
        for path in MODULES
        for hollow in open_types.findall(path.read_text(encoding="utf-8"))
    }
    assert {name for name, _ in found} <= {
        "entries/widget.js",
        "page/requests.js",
        "page/state.js",
        "panels/elements.js",
        "panels/svgpen.js",
    }, found
    assert len(found) < 10


@pytest.mark.parametrize("path", [*MODULES, *sorted(HERE.glob("*.js")), *WEB.rglob("*.d.ts")])
def test_no_line_is_longer_than_100_characters(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [(k + 1, line) for k, line in enumerate(lines) if len(line) > 100] == []


def test_no_function_is_over_80_lines():
    """Functions of a module and methods of a class, as `deno fmt` writes them."""
    start = re.compile(r"^(?:export )?(?:async )?function (\w+)|^  (?:async )?(\w+)\(.*\{$")
    long = {}
    for path in MODULES:
        lines = path.read_text(encoding="utf-8").splitlines()
        for k, line in enumerate(lines):
            found = start.match(line)
            if found and found[2] not in ("if", "for", "while", "switch"):
                close = "}" if found[1] else "  }"
                size = lines[k:].index(close) + 1 if close in lines[k:] else 1
                if size > 80:
                    long[f"{path.name}: {found[1] or found[2]}"] = size
    assert long == {}


def made_by(tool: str):
    """A tool as a module."""
    spec = importlib.util.spec_from_file_location(tool, HERE.parents[1] / "tools" / f"{tool}.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return maker


@needs_deno
def test_the_link_of_a_toy_that_is_added_is_taken(tmp_path, monkeypatch):
    """A function and a line in the table of toys, as CONTRIBUTING says, and nothing else."""

    def rings(n: int = 90, noise: float = 0.2, seed: int = 0) -> Dataset:
        return toys.circles(n=n, noise=noise, seed=seed)

    monkeypatch.setitem(toys.TOYS, "rings", rings)
    script = tmp_path / "link.js"
    script.write_text(
        f'import {{ stateFromHash }} from "{(WEB / "page" / "state.js").as_uri()}";\n'
        f"const hello = {json.dumps(greeting())};\n"
        'console.log(JSON.stringify(stateFromHash("#dataset=rings&n=50", hello)));\n',
        encoding="utf-8",
    )
    done = deno("run", "--no-check", "--allow-read", str(script))
    found = json.loads(done.stdout)
    assert found["notices"] == []
    assert (found["state"]["dataset"], found["state"]["n"]) == ("rings", 50)
    answer = answers.reply(
        {"id": 1, "kind": "dataset", "name": "rings", "n": 50, "noise": 0.1, "classes": 4}
    )
    assert answer["kind"] == "data", answer


def test_python_still_computes_what_the_fixtures_say():
    maker = made_by("fixtures")
    assert maker.GREETING.read_text(encoding="utf-8") == maker.greeting_text()
    kept = json.loads(maker.NETWORKS.read_text(encoding="utf-8"))
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
                "site.js",
                "widget.js",
            }, (name, path.name, seen[name])
            seen[name] = path.name


@pytest.mark.parametrize("entry", ["entries/file.js", "entries/site.js", "entries/widget.js"])
def test_the_joined_script_has_no_imports_left_and_each_module_once(entry):
    text = bundle(entry)
    assert not re.search(r"^import ", text, re.M)
    assert len(re.findall(r"^export ", text, re.M)) == (1 if entry == "entries/widget.js" else 0)
    assert (
        len(re.findall(r"^// \S+\.js$", text, re.M))
        == len(set(re.findall(r"^// (\S+\.js)$", text, re.M)))
        > 20
    )


def test_a_files_script_has_no_comments_and_margins_and_no_text_of_several_lines():
    text, short = bundle("entries/file.js"), compact("entries/file.js")
    assert len(short) < 0.75 * len(text)
    assert not re.search(r"/\*\*|^\s|^//", short, re.MULTILINE)
    short = re.sub(r"/\(\[[^\]\n]*\][^\n/]*/g", "", short)  # a pattern of signs, ` among them
    for line in short.splitlines():  # a text ends in its line, or goes on within ${ and }
        assert line.count("`") % 2 == 0 or line.endswith("${") or line.startswith("}"), line


def imported_types() -> str:
    """The imports of messages' types: the modules', which the joined script leaves out."""
    names: set[str] = set()
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        for found in re.findall(r"^/\*\* @import \{([^}]*)\} from .*scene\.d\.ts", text, re.M):
            names |= {name.strip() for name in found.split(",")}
    place = (WEB / "pure" / "scene.d.ts").as_uri()
    return (
        f'/** @import {{ {", ".join(sorted(names))} }} from "{place}" */\n'
        f'/** @import * as scene from "{place}" */\n'
    )


@needs_deno
@pytest.mark.slow
@pytest.mark.parametrize("entry", ["entries/file.js", "entries/site.js", "entries/widget.js"])
def test_the_joined_script_is_javascript(entry, tmp_path, browser_types):
    path = tmp_path / "joined.js"
    path.write_text(imported_types() + bundle(entry), encoding="utf-8")
    done = deno("check", "--config", browser_types, str(path))
    assert done.returncode == 0, done.stderr


def test_the_page_weighs_less_than_410_kilobytes():
    served = [path for path in WEB.rglob("*") if path.is_file() and path.suffix != ".ts"]
    # beside the kernel, which a browser takes when it trains by itself, with one of its modules,
    # beside the story, which it tells where there is no Python, and beside the lessons, which it
    # takes when they are first asked for, and beside what only a page without a server has
    beside = ("kernel", "story", "lessons", "toys", "site.js", "disk.js")
    page = [path for path in served if not {path.name, path.parent.name} & set(beside)]
    weights = [path.stat().st_size for path in page]
    assert sum(weights) < 410_000
    assert "url(" not in stylesheet() and "@import" not in stylesheet()


def test_the_story_weighs_less_than_105_kilobytes():
    assert sum(path.stat().st_size for path in (WEB / "story").iterdir()) < 105_000


def test_the_lessons_weigh_less_than_90_kilobytes_and_come_when_they_are_asked_for():
    assert sum(path.stat().st_size for path in (WEB / "lessons").iterdir()) < 90_000
    for path in MODULES:
        if path.name not in ("file.js", "site.js", "widget.js") and path.parent.name != "lessons":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r'^import .*"[./]*lessons/', text, re.M), path.name
