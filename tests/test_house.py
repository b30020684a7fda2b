"""The house rules that no linter knows: imports, names, versions, words, forbidden text."""

from __future__ import annotations

import ast
import graphlib
import inspect
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import unitscope as us
from needs import skipped_line

REPOSITORY = Path(__file__).parent.parent
SOURCE = REPOSITORY / "src" / "unitscope"
MODULES = sorted(SOURCE.rglob("*.py"))
HELPER = REPOSITORY / "src" / "lab_utils_multiclass_TF.py"

# In the order of data flow: a room imports only from itself and from rooms before it.
ROOMS = tuple(
    re.findall(
        r"^\| `(\w+)(?:\.py|/)` \|",
        (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        re.M,
    )
)

HEAVY = (
    "anywidget",
    "dask",
    "distributed",
    "jax",
    "joblib",
    "keras",
    "matplotlib",
    "numba",
    "onnx",
    "pandas",
    "ray",
    "scipy",
    "sklearn",
    "tensorflow",
    "tf_keras",
    "torch",
)


def room(module: str) -> str:
    """unitscope.data.toys -> data."""
    return module.split(".")[1]


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_rooms(tree: ast.AST) -> set[str]:
    """Rooms that a module imports, at its top or inside a function."""
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "unitscope":
            modules += [
                us._PUBLIC.get(alias.name, f"unitscope.{alias.name}") for alias in node.names
            ]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            modules.append(node.module or "")
    return {room(module.partition(":")[0]) for module in modules if module.startswith("unitscope.")}


def broken_import_law(name: str, source: str) -> list[str]:
    """The imports of module `name` that its room may not make."""
    here = room(name)
    return [
        f"{name} imports {other}"
        for other in sorted(imported_rooms(ast.parse(source)))
        if other != "__version__" and ROOMS.index(other) > ROOMS.index(here)
    ]


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.parent != SOURCE or path.stem in ROOMS],
    ids=module_name,
)
def test_a_room_imports_only_from_rooms_above_it(path):
    assert broken_import_law(module_name(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import unitscope.training.run",
        "from unitscope.training import run",
        "from unitscope import train",
        "def f():\n    from unitscope.training.run import Run",
        "if TYPE_CHECKING:\n    from unitscope.training.run import Run",
    ],
)
def test_the_import_law_notices(source):
    assert broken_import_law("unitscope.geometry.plane", source) == [
        "unitscope.geometry.plane imports training"
    ]
    assert broken_import_law("unitscope.sweeps.sweep", source) == []


def imports_of_ours() -> dict[str, set[str]]:
    """Each module with ours that it imports, at its top or inside a function."""
    modules = {module_name(path): path for path in MODULES if path.name != "__main__.py"}
    found = {}
    for name, path in modules.items():
        named = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                inside = {f"{node.module}.{alias.name}" for alias in node.names}
                named |= inside & set(modules) or {node.module or ""}
        found[name] = named & set(modules) - {name, "unitscope"}
    del found["unitscope"]  # its names are loaded when they are first used
    return found


def test_no_module_imports_itself_in_a_circle():
    assert tuple(graphlib.TopologicalSorter(imports_of_ours()).static_order())


def test_every_module_has_a_room():
    strays = [
        path.name
        for path in MODULES
        if path.parent == SOURCE and path.stem not in (*ROOMS, "__init__", "__main__")
    ]
    folders = [
        path.name
        for path in SOURCE.iterdir()
        if path.is_dir() and path.name not in (*ROOMS, "package_data", "web", "__pycache__")
    ]
    assert (strays, folders) == ([], [])


def test_nothing_is_called_utils():
    # The course gave its helper module the name that our drop-in must have.
    assert [
        path.name for path in (REPOSITORY / "src").rglob("*.py") if "util" in path.stem.lower()
    ] == [HELPER.name]
    assert [
        path for path in SOURCE.rglob("*") if path.is_dir() and "util" in path.name.lower()
    ] == []


@pytest.mark.parametrize(
    "code",
    [
        "import unitscope",
        "import unitscope; dir(unitscope); unitscope.__version__",
        "import unitscope as us; us.datasets.lab(); us.Network.initialize([2, 2, 4]); us.Recipe()",
    ],
)
def test_importing_stays_light(code):
    report = f"{code}\nimport sys\nprint(*sorted({set(HEAVY)!r} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_every_public_name_loads_and_has_a_docstring():
    for name in us.__all__:
        value = getattr(us, name)
        assert (value.__doc__ or "").strip(), f"us.{name} has no docstring"
        assert name in dir(us)
        for member, inner in vars(value).items():
            own = getattr(inner, "__module__", None) == getattr(value, "__module__", value.__name__)
            if (
                own
                and not member.startswith("_")
                and (inspect.isfunction(inner) or inspect.isclass(inner))
            ):
                assert (inner.__doc__ or "").strip(), f"us.{name}.{member} has no docstring"


@pytest.mark.parametrize("name", ["datasets", "errors", "lab", "plot"])
def test_a_public_module_shows_what_users_may_use_and_nothing_else(name):
    module = getattr(us, name)
    assert dir(module) == sorted(module.__all__)
    for shown in dir(module):
        value = getattr(module, shown)
        assert inspect.isfunction(value) or inspect.isclass(value)
        assert not shown.startswith("_") and (value.__doc__ or "").strip()


def test_help_tells_every_public_name_and_no_other():
    assert all(f"`{name}`" in (us.__doc__ or "") for name in us.__all__)
    _, contents = pydoc.plain(pydoc.render_doc(us)).split("SUBMODULES")
    shown = re.findall(r"^    (?:class )?(\w+)(?: = (?:\w+))?\(", contents, re.M)
    assert set(shown) - {"builtins"} <= set(us.__all__)


def test_the_type_checkers_names_are_the_lazy_ones():
    # The lazy table is invisible to type checkers and editors: the block for them must list the
    # same names.
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    listed = {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name: target.replace(":", ".") for name, target in us._PUBLIC.items()} == {
        name: target.replace(":", ".") for name, target in listed.items()
    }


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'unitscope' has no attribute 'nonsense'$"):
        us.nonsense  # noqa: B018


def test_the_changelogs_newest_version_is_ours():
    versions = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\]", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    assert versions[0] == us.__version__
    citation = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {us.__version__}\n" in citation


# Hosts of package registries and paths of someone's machine. Written in pieces: this file is
# searched too.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"py" r"pi\.org",
            r"python" r"hosted\.org",
            r"registry\.npm" r"js",
            r"deb\.debi" r"an\.org",
            r"/wo" r"rk/(?:main|shared|steering|\.)",
            r"/ro" r"ot/",
            r"/op" r"t/(?:pypi|wheels)",
            r"/ho" r"me/[a-z]",
            r"/Use" r"rs/[A-Za-z]",
            r"file:/" r"//",
            r"/tm" r"p/[a-z]+/",
        )
    )
)


def test_nothing_names_a_registrys_host_or_a_path_of_a_machine():
    found = []
    for path in committed_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(REPOSITORY)}:{number}: {line[:120]}"
            for number, line in enumerate(text.splitlines(), start=1)
            if FORBIDDEN.search(line)
        ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["https://" + "py" + "pi.org/simple", "/ro" + "ot/.cache", "/wo" + "rk/main/src"]
)
def test_the_forbidden_text_is_noticed(text):
    assert FORBIDDEN.search(text)


def test_constraints_pin_every_version_and_nothing_else():
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    pin = r"[a-z0-9-]+==\d+(\.\d+)*(\.post\d+|b\d+)?(; python_version (<|>=) '3\.\d+')?"
    assert [line for line in pins if not re.fullmatch(pin, line)] == []
    names = [re.sub(r"==[^;]*", "", line) for line in pins]  # one pin of each, or one for a Python
    assert names == sorted(set(names))


def committed_files() -> list[Path]:
    """The repository's files, tracked or about to be; without git, all but what tools leave."""
    git = [
        "git",
        "-C",
        str(REPOSITORY),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    try:
        listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout.split("\0")
        paths = [REPOSITORY / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [
            path
            for path in REPOSITORY.rglob("*")
            if not re.search(
                r"/(\.\w*cache|\.git|\.hypothesis|\.venv|build|dist|__pycache__)(/|$)", str(path)
            )
        ]
    return [path for path in paths if path.is_file()]


def test_skipped_tests_are_told_in_one_line():
    reasons = ["Skipped: needs torch: make extras", "Skipped: needs chromium: the packages"]
    assert skipped_line([*reasons, reasons[1]]) == (
        "skipped: 3 tests that need chromium (2), torch (1); see README"
    )
    assert skipped_line([*reasons[:1], "Skipped: reads /proc"]) == (
        "skipped: 1 tests that need torch (1); 1 for the reasons above; see README"
    )
    assert skipped_line([]) == ""
