"""What tests need that `dev` does not bring, and what is said of those that were skipped."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from importlib.util import find_spec


def installed(*modules: str) -> bool:
    return all(find_spec(module) for module in modules)


def chromium() -> bool:
    """Whether there is a Chromium and the driver that goes with it."""
    return bool(
        (shutil.which("chromium") or shutil.which("google-chrome")) and shutil.which("chromedriver")
    )


def emulator() -> bool:
    """Whether programs for aarch64 can be made and run."""
    return bool(shutil.which("qemu-aarch64") and shutil.which("aarch64-linux-gnu-gcc"))


# By the mark of the tests that need it: its name, whether it is here, and how to have it.
NEEDS = {
    "browser": ("chromium", chromium(), "the packages chromium and chromium-driver"),
    "torch": ("torch", installed("torch"), "make extras"),
    "dask": ("dask", installed("joblib", "distributed"), "make extras"),
    "ray": ("ray", installed("joblib", "ray"), "make extras"),
    "pyright": ("pyright", installed("basedpyright"), "make extras"),
    "tensorflow": ("tensorflow", installed("tensorflow"), "Python 3.11 to 3.13"),
    "sphinx": ("sphinx", installed("sphinx", "myst_parser", "furo"), "make docs"),
    "lld": ("lld", bool(shutil.which("wasm-ld")), "the package lld"),
    "qemu": (
        "qemu",
        emulator(),
        "the packages qemu-user, gcc-aarch64-linux-gnu and libc6-arm64-cross",
    ),
    "regioncam": ("regioncam", installed("regioncam"), "make extras"),
}


def skipped_line(reasons: list[str]) -> str:
    """The line for tests that were skipped with these reasons; empty where none was."""
    wants = Counter(
        found[1] if (found := re.match(r"(?:Skipped: )?needs (\w+)", reason)) else ""
        for reason in reasons
    )
    others = wants.pop("", 0)
    parts = []
    if wants:
        names = ", ".join(f"{name} ({count})" for name, count in wants.most_common())
        parts.append(f"{wants.total()} tests that need {names}")
    if others:
        parts.append(f"{others} for the reasons above")
    return f"skipped: {'; '.join(parts)}; see README" if parts else ""
