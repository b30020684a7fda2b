"""A folder in which a sweep keeps each finished slice of seeds, so that a later call goes on there.

Every file is written whole and then renamed, so what ends the program at any moment leaves only
finished slices. One sweep at a time writes to a folder.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from unitscope.errors import refusal, said
from unitscope.files import locked, made_folder
from unitscope.sweeps import slices
from unitscope.sweeps.result import Sweep

_ANOTHER = "Choose another folder."


class SweepFolder:
    """The folder of one recipe's sweep; `empty` is that sweep without a seed."""

    def __init__(self, path: Path, empty: Sweep) -> None:
        self.path, self._empty = path, empty
        self._identity = slices.identity_of(empty.data, empty.recipe, empty.held_out)

    @classmethod
    def prepared(cls, path: Path, empty: Sweep, *, resume: bool) -> SweepFolder:
        """The folder for this sweep.

        **Raises** `InvalidInput` where it has another sweep, or has this one and must not `resume`.
        """
        if (path / slices.HEAD).exists():
            _check_same(path, Sweep.load(path / slices.HEAD), empty)
            if not resume:
                remedy = "resume=True (--resume) goes on with what is in it."
                raise refusal("folder", "new, or resumed", str(path), remedy)
            return cls(path, empty)
        empty.save(path / slices.HEAD)
        return cls(path, empty)

    def keep(self, part: Sweep) -> None:
        """Write the results of some seeds, whole or not at all."""
        slices.write(self.path, self._identity, part.packed())

    def parts(self) -> list[Sweep]:
        """What was finished, slice by slice. **Raises** `InvalidInput` as `slices.read`."""
        return slices.read(self.path, self._identity, self._empty.unpacked)


@contextlib.contextmanager
def folders_of(
    path: str | os.PathLike[str], empty: list[Sweep], *, grid: bool, resume: bool
) -> Iterator[list[SweepFolder]]:
    """The folder of every recipe: `path` itself, or of a grid one inside it for each recipe.

    They are made where they are missing, and while the block lasts no other sweep may write there.
    **Raises** `InvalidInput` where one does, where a folder can't be made, and as
    `SweepFolder.prepared`.
    """
    top = made_folder(path)
    if not os.access(top, os.R_OK | os.X_OK):
        raise refusal("folder", "one that can be read", str(top))
    with _alone(slices.grid_around(top) or top):
        if grid and (top / slices.HEAD).exists():
            raise refusal("folder", "one without a sweep, or of a grid", str(top), _ANOTHER)
        inside = slices.folders_of_grid(top)
        if not grid and inside:
            raise refusal("folder", "one without a grid, or of a sweep", str(top), _ANOTHER)
        if not grid:
            yield [SweepFolder.prepared(top, empty[0], resume=resume)]
            return
        if inside:
            _check_same_data(top, Sweep.load(slices.head_of(inside[0])), empty[0])
        folders = [made_folder(slices.folder_in_grid(top, one.recipe)) for one in empty]
        yield [
            SweepFolder.prepared(place, one, resume=resume)
            for place, one in zip(folders, empty, strict=True)
        ]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(folder))
        except BlockingIOError:
            rule, remedy = "one that no other sweep writes to", "Wait until that one has ended, or "
            raise refusal("folder", rule, str(folder), remedy + "choose another folder.") from None
        yield


def _check_same(path: Path, there: Sweep, empty: Sweep) -> None:
    _check_same_data(path, there, empty)
    theirs, ours = slices.settings_of(there.recipe), slices.settings_of(empty.recipe)
    other = [f"{name}={value!r}" for name, value in theirs.items() if value != ours[name]]
    if other:
        raise refusal(
            "folder", "of the same recipe", said(f"one with {', '.join(other)}"), _ANOTHER
        )


def _check_same_data(path: Path, there: Sweep, empty: Sweep) -> None:
    """The data, and what is held out of them."""
    if slices.digest_of(there.data) != slices.digest_of(empty.data):
        raise refusal("folder", "of the same data", str(path), _ANOTHER)
    if there.held_out != empty.held_out:
        theirs = ", ".join(f"{name}={value!r}" for name, value in _held_out(there).items())
        rule = "of the same validation and early_stopping"
        raise refusal("folder", rule, said(f"one with {theirs}"), _ANOTHER)


def _held_out(swept: Sweep) -> dict[str, object]:
    nothing: dict[str, object] = {"validation": None, "early_stopping": None}
    return nothing if swept.held_out is None else swept.held_out.settings()
