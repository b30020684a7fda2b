"""The command `unitscope new-lab`: a folder to learn in, with notebook, helper and data."""

from __future__ import annotations

import argparse
from importlib import resources
from pathlib import Path
from typing import Any

from unitscope.files import new_folder, writing

_README = """# Multi-class classification: a lab

- `lab.ipynb`: the notebook. `jupyter lab lab.ipynb` opens it, after
  `pip install "unitscope[tensorflow,notebook]"`; `unitscope doctor` says what is missing.
- `lab_utils_multiclass_TF.py`: the helper that it imports, unitscope's.
- `lab.csv`: the lab's 100 points and their classes: `us.read_table("lab.csv", target="class")`.

Python imports the helper that lies beside the notebook before any that is installed. Where you have
the course's own helper in a folder of yours, `%load_ext unitscope` in the notebook's first cell
gives you unitscope's all the same.
"""


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    new_lab = commands.add_parser(
        "new-lab",
        allow_abbrev=False,
        help="make a folder with the course lab's notebook, helper and data",
        description="Make a folder with the course lab's notebook, the helper module that it "
        "imports, and its data as a table. Nothing that is there is written over.",
    )
    new_lab.add_argument("folder", metavar="DIR", help="the folder, new or empty")
    new_lab.set_defaults(run=_new_lab)


def _new_lab(options: argparse.Namespace) -> int:
    from unitscope.data.toys import lab
    from unitscope.notebook import our_helper

    folder = new_folder(options.folder)
    notebook = resources.files("unitscope") / "package_data" / "lab.ipynb"
    contents = {
        "README.md": _README.encode(),
        "lab.ipynb": notebook.read_bytes(),
        "lab_utils_multiclass_TF.py": our_helper().read_bytes(),
    }
    for name, content in contents.items():
        with writing(folder / name) as file:
            file.write(content)
    with writing(folder / "lab.csv") as file:
        lab().frame().to_csv(file, index=False, lineterminator="\n")
    print(f"written to {folder}: {', '.join([*contents, 'lab.csv'])}")
    print(f"jupyter lab {Path(folder, 'lab.ipynb')} opens the notebook.")
    return 0
