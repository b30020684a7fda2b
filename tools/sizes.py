"""Print the sizes of a checkout's package as a table: `python tools/sizes.py [FOLDER ...]`."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parents[1]


def lines_of(paths: Iterable[Path]) -> dict[Path, list[str]]:
    return {path: path.read_text(encoding="utf-8").splitlines() for path in paths}


def functions_of(paths: Iterable[Path]) -> list[tuple[int, int]]:
    """Of every function, inner ones too: its lines and its parameters, `self` included."""
    found = []
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                asked = node.args
                count = len(asked.posonlyargs) + len(asked.args) + len(asked.kwonlyargs)
                found.append(((node.end_lineno or node.lineno) - node.lineno + 1, count))
    return found


def of_files(kind: str, files: dict[Path, list[str]]) -> dict[str, str]:
    sizes = {path: len(lines) for path, lines in files.items()}
    widths = [len(line) for lines in files.values() for line in lines if line.strip()]
    largest = max(sizes, key=sizes.__getitem__)
    return {
        f"{kind} files, lines": f"{len(files)}, {sum(sizes.values()):,}",
        f"{kind} files: median, largest": (
            f"{statistics.median(sizes.values()):.0f}, {sizes[largest]} ({largest.name})"
        ),
        f"{kind} characters in a line": f"{statistics.mean(widths):.1f}",
        f"{kind} lines over 100, longest": f"{sum(w > 100 for w in widths)}, {max(widths)}",
    }


def sizes(folder: Path) -> dict[str, str]:
    """The rows of the table, for the package in src/unitscope of a checkout."""
    source = folder / "src" / "unitscope"
    python = lines_of(sorted(source.rglob("*.py")))
    lengths, parameters = zip(*functions_of(python), strict=True)
    tests = lines_of(sorted((folder / "tests").rglob("*.py")))
    return {
        **of_files("Python", python),
        "functions: number, median, largest": (
            f"{len(lengths)}, {statistics.median(lengths):.0f}, {max(lengths)}"
        ),
        "functions over 80 lines": str(sum(length > 80 for length in lengths)),
        "functions over 7 parameters, most": (
            f"{sum(count > 7 for count in parameters)}, {max(parameters)}"
        ),
        **of_files("JavaScript", lines_of(sorted((source / "web").rglob("*.js")))),
        "test lines": f"{sum(map(len, tests.values())):,}",
    }


def main() -> None:
    folders = [Path(given) for given in sys.argv[1:]] or [HERE]
    tables = [sizes(folder) for folder in folders]
    print("|", *(f"| {folder.resolve().name}" for folder in folders), "|")
    print("|---" * (1 + len(folders)) + "|")
    for row in tables[0]:
        print("|", row, *(f"| {table[row]}" for table in tables), "|")


if __name__ == "__main__":
    main()
