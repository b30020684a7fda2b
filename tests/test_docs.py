"""What the pages of docs/ say that Python answers, Python answers."""

from __future__ import annotations

import ast
import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE
from unitscope import cli
from unitscope.cli import program
from unitscope.server.lesson import lesson_from

REPOSITORY = Path(__file__).parents[1]
DOCS = REPOSITORY / "docs"
SOURCE = REPOSITORY / "src" / "unitscope"
CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")


KERAS = [
    pytest.mark.keras,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of Keras, with a later NumPy
]
# Pages with examples as in a Python session, and what some of them need.
SESSIONS = [
    "regions.md",
    "explanation.md",
    "compare.md",
    "sampled.md",
    "how.md",
    "howto/green.md",
    "howto/csv.md",
    pytest.param("tutorial.md", marks=pytest.mark.slow),
    pytest.param("teaching.md", marks=pytest.mark.slow),
    pytest.param("howto/small.md", marks=pytest.mark.slow),
    pytest.param("howto/loss.md", marks=pytest.mark.slow),
    pytest.param("howto/pipeline.md", marks=pytest.mark.slow),
    "reference/data.md",
    pytest.param("reference/looking.md", marks=pytest.mark.slow),
    pytest.param("reference/lab.md", marks=pytest.mark.slow),
    pytest.param("reference/training.md", marks=KERAS),
    pytest.param("reference/networks.md", marks=[*KERAS, pytest.mark.torch]),
    pytest.param("reference/errors.md", marks=KERAS),
]


@pytest.mark.usefixtures("never_slow")
@pytest.mark.parametrize("page", SESSIONS)
def test_the_answers_in_a_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert found.attempted > 3
    assert found.failed == 0


# Pages whose programs and commands are run in their order, in one empty folder.
PAGES = [
    "words.md",
    "widget.md",
    "teaching.md",
    "howto/lesson.md",
    "howto/hub.md",
    "site.md",
    pytest.param("howto/csv.md", marks=pytest.mark.slow),
    pytest.param("start.md", marks=pytest.mark.slow),
    pytest.param("reference/commands.md", marks=pytest.mark.slow),
]
# Pages whose programs others run, or of which one is no whole program.
ELSEWHERE = {
    "animals.md": "tests/models/test_split.py, and tests/data/test_animals.py",
    "clusters.md": "below, and tests/keras_fit/test_distribution.py",
    "examples.md": "tests/test_examples.py",
    "gallery.md": "tests/test_site.py builds the site, which draws them",
    "models.md": "tests/models/test_listed.py reads such a pipeline",
    "sampled.md": "tests/models/test_onnx_trees.py",
}
# Commands that are not run here: what they install or serve, other tests and the gate do.
LEFT = ("pip install ", "make lab", "python train.py", "export KERAS", "KERAS_DISTRIBUTION")


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page: their language, and what is in them."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)


def commands(block: str) -> list[tuple[str, str]]:
    """The commands of a block, behind "$ ", and what is shown of what each prints."""
    return re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)


def words_of(command: str) -> list[str]:
    program, *words = shlex.split(command)
    assert program == "unitscope", command
    return words


@pytest.mark.parametrize("page", PAGES)
def test_the_programs_and_commands_of_a_page_run(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for number, (language, block) in enumerate(blocks(page)):
        if language == "python" and not block.startswith(">>> "):
            exec(compile(block, f"block {number} of {page}", "exec"), names)
        for command, shown in commands(block) if language == "console" else []:
            capsys.readouterr()
            try:
                status = cli.main(words_of(command))
            except SystemExit as ended:
                status = ended.code
            printed = capsys.readouterr()
            assert not status, f"{command}: {printed.err}"
            assert " ".join(shown.split()) in " ".join(printed.out.split()), command
        for line in block.splitlines() if language == "console" else []:
            if line.startswith("unitscope play "):
                options = program._parser().parse_args(words_of(line.partition("  #")[0]))
                if options.lesson:
                    assert lesson_from(options.lesson)


def test_every_program_of_a_page_is_run_somewhere():
    sessions, programs = (
        {page if isinstance(page, str) else page.values[0] for page in pages}
        for pages in (SESSIONS, PAGES)
    )
    for path in DOCS.rglob("*.md"):
        page = path.relative_to(DOCS).as_posix()
        for language, block in blocks(page):
            if language == "python" and block.startswith(">>> "):
                assert page in sessions, page
            elif language == "python":
                assert page in programs or page in ELSEWHERE, page
            elif language == "console" and commands(block) and page not in programs:
                assert page == "animals.md", page  # a picture of one's own
            elif language == "console":
                for line in block.splitlines():
                    known = ("$ ", "unitscope play", "unitscope sweep", *LEFT)
                    assert line.startswith(known) or commands(block), f"{page}: {line}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "jobs=2",
        pytest.param("LocalCluster(", marks=pytest.mark.dask),
        pytest.param("ray.init()", marks=pytest.mark.ray),
    ],
)
def test_the_programs_of_the_clusters_page_run(words, tmp_path):
    blocks = re.findall(
        r"^```python\n(.*?)^```", (DOCS / "clusters.md").read_text(encoding="utf-8"), re.M | re.S
    )
    (program,) = (block for block in blocks if words in block)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, ran.stderr
    assert "2,000 seeds; " in ran.stdout


def defines(path: Path, name: str) -> bool:
    """Whether a Python or JavaScript file has the function or class, or `Class.method`."""
    text = path.read_text(encoding="utf-8")
    outer, _, inner = name.partition(".")
    if path.suffix == ".py":
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        bodies = {node.name: node.body for node in ast.parse(text).body if isinstance(node, kinds)}
        return outer in bodies and (
            not inner
            or any(isinstance(node, kinds) and node.name == inner for node in bodies[outer])
        )
    found = re.search(
        rf"^(?:export )?(?:async )?(?:class|function) {outer}\b(.*?)^}}", text, re.M | re.S
    )
    return found is not None and (
        not inner or re.search(rf"^  (?:async )?{inner}\(", found[1], re.M) is not None
    )


@pytest.mark.parametrize("walk", ["A point becomes a sentence", "A drag becomes a picture"])
def test_a_walk_has_six_steps_that_are_there(walk):
    part = re.search(rf"^\*\*{walk}\*\*.*?\n\n((?:\d\. .*\n)+)", CONTRIBUTING, re.M)[1]
    steps = re.findall(r"^(\d)\. `([\w./]+)` `([\w.]+)` ", part, re.M)
    assert [number for number, _, _ in steps] == list("123456")
    for _, file, name in steps:
        assert defines(SOURCE / file, name), f"{file} has no {name}"
    for file in re.findall(r"`([\w/]+\.(?:py|js))`", part):
        assert (SOURCE / file).is_file(), file


def test_a_walk_notices_what_is_not_there():
    assert defines(SOURCE / "training" / "run.py", "Run.at")
    assert not defines(SOURCE / "training" / "run.py", "Run.nowhere")
    assert not defines(SOURCE / "training" / "run.py", "at")
    assert defines(SOURCE / "web" / "page" / "page.js", "Page.takeRun")
    assert not defines(SOURCE / "web" / "page" / "page.js", "takeRun")


def test_every_module_is_named_in_its_rooms_line_or_readme():
    missing = []
    for room, line in re.findall(r"^\| `(\w+)/` \| (.*) \|$", CONTRIBUTING, re.M):
        folder = SOURCE / room
        readme = folder / "README.md"
        named = line + (readme.read_text(encoding="utf-8") if readme.exists() else "")
        for path in sorted(folder.rglob("*.py")):
            part = path.relative_to(folder)
            name = part.name if len(part.parts) == 1 else f"{part.parts[0]}/"
            if path.name != "__init__.py" and f"`{name}`" not in named:
                missing.append(f"{room}/{name}")
    assert missing == []
