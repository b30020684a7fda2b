"""A folder in which a sweep keeps each finished slice of seeds, so that a later call goes on there.

Every file is written whole and then renamed, so what ends the program at any moment leaves only
finished slices.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

from unitscope.errors import refusal, said
from unitscope.sweeps import slices
from unitscope.sweeps.result import Sweep, packed, unpacked

_ANOTHER = "Choose another folder."


class SweepFolder:
    """The folder of one recipe's sweep; `empty` is that sweep without a seed."""

    def __init__(self, path: Path, empty: Sweep) -> None:
        self.path, self._empty = path, empty
        self._identity = slices.identity_of(empty.data, empty.recipe)

    @classmethod
    def prepared(cls, path: Path, empty: Sweep, *, resume: bool) -> SweepFolder:
        """The folder for this sweep, made where it is missing.

        **Raises** `InvalidInput` where it has another sweep, or has this one and must not `resume`.
        """
        if (path / slices.HEAD).exists():
            _check_same(path, Sweep.load(path / slices.HEAD), empty)
            if not resume:
                remedy = "resume=True (--resume) goes on with what is in it."
                raise refusal("folder", "new, or resumed", str(path), remedy)
            return cls(path, empty)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            rule, remedy = "a folder that can be made", f"{error.strerror}."
            raise refusal("folder", rule, str(path), remedy) from error
        empty.save(path / slices.HEAD)
        return cls(path, empty)

    def keep(self, part: Sweep) -> None:
        """Write the results of some seeds, whole or not at all."""
        slices.write(self.path, self._identity, packed(part))

    def parts(self) -> list[Sweep]:
        """What was finished, slice by slice. **Raises** `InvalidInput` as `slices.read`."""
        return slices.read(
            self.path, self._identity, functools.partial(unpacked, empty=self._empty)
        )


def folders_of(
    path: str | os.PathLike[str], empty: list[Sweep], *, grid: bool, resume: bool
) -> list[SweepFolder]:
    """The folder of every recipe: `path` itself, or of a grid one inside it for each recipe."""
    top = Path(path)
    if grid and (top / slices.HEAD).exists():
        raise refusal("folder", "one without a sweep, or of a grid", str(top), _ANOTHER)
    inside = slices.folders_of_grid(top)
    if not grid and inside:
        raise refusal("folder", "one without a grid, or of a sweep", str(top), _ANOTHER)
    if not grid:
        return [SweepFolder.prepared(top, empty[0], resume=resume)]
    if inside:
        _check_same_data(top, Sweep.load(slices.head_of(inside[0])), empty[0])
    return [
        SweepFolder.prepared(slices.folder_in_grid(top, one.recipe), one, resume=resume)
        for one in empty
    ]


def _check_same(path: Path, there: Sweep, empty: Sweep) -> None:
    _check_same_data(path, there, empty)
    theirs, ours = slices.settings_of(there.recipe), slices.settings_of(empty.recipe)
    other = [f"{name}={value!r}" for name, value in theirs.items() if value != ours[name]]
    if other:
        raise refusal(
            "folder", "of the same recipe", said(f"one with {', '.join(other)}"), _ANOTHER
        )


def _check_same_data(path: Path, there: Sweep, empty: Sweep) -> None:
    if slices.digest_of(there.data) != slices.digest_of(empty.data):
        raise refusal("folder", "of the same data", str(path), _ANOTHER)
