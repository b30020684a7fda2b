"""What is installed of what unitscope can use: an answer in a line each, with the remedy."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sys
import webbrowser
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

from unitscope import __version__
from unitscope.compiled import cache
from unitscope.notebook import HELPER, is_ours
from unitscope.visible import on_one_line

State = Literal["ok", "absent", "broken"]
# Extras for those who work on unitscope itself.
_OF_DEVELOPERS = ("bench", "dev", "docs", "pyright")


class Finding(NamedTuple):
    """One thing that was looked at.

    - `name`: what; `found`: what is there, on one line.
    - `state`: "ok"; "absent", where something optional isn't there; "broken", where something is
      not as it must be.
    - `remedy`: what helps; empty where nothing is to be done.
    """

    name: str
    found: str
    state: State = "ok"
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """All that `unitscope doctor` says, in order. Nothing is compiled, trained or written."""
    yield Finding("unitscope", f"{__version__}, in {Path(__file__).parent}")
    yield Finding(
        "Python", f"{platform.python_version()} on {platform.platform()}, {sys.executable}"
    )
    try:
        needed = _requirements()
    except metadata.PackageNotFoundError:
        remedy = "pip install . in its folder"
        yield Finding("packages", "unitscope is not installed, only found", "broken", remedy)
        needed = {"": []}
    else:
        yield _packages("packages", needed[""], 'pip install "unitscope"')
    del needed[""]
    yield from _code()
    for extra, requirements in needed.items():
        found = _packages(f"[{extra}]", requirements, f'pip install "unitscope[{extra}]"')
        yield found if found.state == "ok" else found._replace(state="absent")
    yield from _keras()
    yield _browser()
    ffmpeg = shutil.which("ffmpeg")
    yield Finding("MP4", ffmpeg or "no ffmpeg", *(() if ffmpeg else _NO_FFMPEG))
    yield helper(Path.cwd())


_NO_FFMPEG: tuple[State, str] = (
    "absent",
    "install the package ffmpeg, or animate as .gif or .html",
)


def helper(folder: Path) -> Finding:
    """Whose copy of the course's helper a notebook in that folder would import."""
    beside = folder / f"{HELPER}.py"
    if not beside.is_file():
        return Finding("lab helper", "ours: no other lies in this folder")
    if is_ours(beside):
        return Finding("lab helper", "ours, in this folder")
    remedy = "%load_ext unitscope in the notebook's first cell; or unitscope new-lab for a folder"
    return Finding("lab helper", f"{beside} comes before ours", "broken", remedy)


def _requirements() -> dict[str, list[str]]:
    """What must be installed here for each extra, by its name; "" without one.

    Each is a requirement without its condition. Extras that others name are followed.
    """
    from packaging.requirements import Requirement  # which Matplotlib depends on

    ours = [Requirement(line) for line in metadata.requires("unitscope") or ()]
    extras = metadata.metadata("unitscope").get_all("Provides-Extra") or []

    def of(extra: str) -> list[str]:
        found = []
        for one in ours:
            if one.marker is None or not one.marker.evaluate({"extra": extra}):
                continue
            if one.name == "unitscope":
                found += [line for inner in sorted(one.extras) for line in of(inner)]
            else:
                found.append(f"{one.name}{one.specifier}")
        return found

    plain = [f"{one.name}{one.specifier}" for one in ours if one.marker is None]
    return {"": plain} | {extra: of(extra) for extra in extras if extra not in _OF_DEVELOPERS}


def _packages(name: str, requirements: list[str], remedy: str) -> Finding:
    """Whether the packages are there, in versions that do."""
    from packaging.requirements import Requirement

    there: list[str] = []
    wrong: list[str] = []
    for requirement in map(Requirement, requirements):
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"no {requirement.name}")
            continue
        fits = requirement.specifier.contains(version, prereleases=True)
        here = f"{requirement.name} {on_one_line(version)}"
        (there if fits else wrong).append(here if fits else f"{here}, not {requirement.specifier}")
    if wrong:
        return Finding(name, "; ".join(wrong), "broken", remedy)
    return Finding(name, ", ".join(there))


def _code() -> Iterator[Finding]:
    """Whether the kernel is compiled, and where it is kept."""
    from unitscope.compiled.code import no_llvm
    from unitscope.compiled.machine import Machine
    from unitscope.kernel.advance import LOOP

    if reason := no_llvm():
        remedy = 'pip install --force-reinstall "llvmlite"; until then NumPy computes, slowly'
        yield Finding("kernel", f"no compiled code: {on_one_line(reason)}", "broken", remedy)
    else:
        host = Machine.host()
        when = "compiled" if LOOP.is_ready() else "not compiled yet: the first training does it"
        yield Finding("kernel", f"{when}; LLVM, {host.triple}, {host.model}")
    yield _cache()


def _cache() -> Finding:
    """The first folder that compiled code may be kept in; one that isn't there yet will be made."""
    refused = []
    for path in cache.folders():
        try:
            with contextlib.closing(cache.Folder(path)), os.scandir(path) as files:
                size = sum(file.stat(follow_symlinks=False).st_size for file in files)
        except FileNotFoundError:
            return Finding("cache", f"{path}, which the first training makes")
        except OSError as error:
            refused.append(f"{path}: {error.strerror or error}")
        else:
            why = f" (not {'; '.join(refused)})" if refused else ""
            return Finding("cache", f"{path}, {size / 1e6:.1f} MB{why}")
    remedy = "UNITSCOPE_CACHE_DIR=FOLDER names one of yours; until then every start compiles"
    return Finding("cache", "; ".join(refused) or "this user has no home", "broken", remedy)


def _keras() -> Iterator[Finding]:
    """Whether Keras would start on a backend that is here; nothing where there is no Keras."""
    from unitscope.models.backend import chosen_backend, installed_backends

    if find_spec("keras") is None:
        return
    chosen, there = chosen_backend(), installed_backends()
    if chosen in there:
        yield Finding("Keras", f"starts on {chosen}")
    else:
        other = there[0] if there else "jax"
        remedy = f"KERAS_BACKEND={other} in the environment, before Python starts"
        remedy = remedy if there else 'pip install "unitscope[keras]"'
        yield Finding("Keras", f"would start on {chosen}, which isn't installed", "absent", remedy)


def _browser() -> Finding:
    """Which browser `unitscope play` would open."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        remedy = "open the address that unitscope play prints, on this computer or through SSH"
        return Finding("browser", "none that can be opened from here", "absent", remedy)
    return Finding("browser", on_one_line(getattr(browser, "name", type(browser).__name__)))
