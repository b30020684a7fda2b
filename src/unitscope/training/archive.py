"""The files of runs and sweeps: one .npz each, versioned, no pickle, whole or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, UnitscopeError, refusal, said
from unitscope.files import replacing
from unitscope.recipe import Recipe

LARGEST = 4 * 2**30  # bytes a file may unpack to


def write(
    path: str | os.PathLike[str] | BinaryIO,
    about: dict[str, Any],
    arrays: dict[str, np.ndarray],
    *,
    compressed: bool = True,
) -> None:
    """Write one file, whole or not at all; or into an open one."""
    size = sum(array.nbytes for array in arrays.values())
    if size > LARGEST:
        raise refusal("the file's content", f"at most {LARGEST} bytes", said(f"{size} bytes"))
    put = np.savez_compressed if compressed else np.savez
    content = {"about": np.array(json.dumps(about)), **arrays}
    if not isinstance(path, (str, os.PathLike)):
        put(path, **content)  # type: ignore[arg-type]
        return
    target = Path(path)
    try:
        with replacing(target) as unfinished, unfinished.open("wb") as file:
            put(file, **content)  # type: ignore[arg-type]
    except OSError as error:
        raise UnitscopeError(
            f"path must be a file that can be written. Got {str(target)!r} instead "
            f"({error.strerror})."
        ) from error


def read(
    path: str | os.PathLike[str], version: int, names: Iterable[str]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A file's description and its arrays; what is wrong with it raises inside `refusing`."""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST:
            raise refusal("the file's content", f"at most {LARGEST} bytes", said(f"{size} bytes"))
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        if about.get("format") != version:
            raise refusal(
                "the file's format",
                f"{version}",
                about.get("format"),
                "Use the version that wrote it.",
            )
        return about, {name: file[name] for name in names}


@contextlib.contextmanager
def refusing(path: str | os.PathLike[str], what: str, writer: str) -> Iterator[None]:
    """Whatever a strange file raises becomes a refusal: path must be `what` written by `writer`."""
    rule = f"{what} written by {writer}"
    try:
        yield
    except FileNotFoundError:
        raise refusal("path", what, str(path), "There is no such file.") from None
    except UnitscopeError as error:
        raise InvalidInput(f"path must be {rule}. Got {str(path)!r} instead: {error}") from error
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        MemoryError,
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        RecursionError,
    ) as error:
        raise refusal("path", rule, str(path)) from error


def described(data: Dataset, recipe: Recipe) -> dict[str, Any]:
    """Recipe and names, as a file's description has them; X and y go with the arrays."""
    return {
        "recipe": dataclasses.asdict(recipe),
        "class_names": data.class_names,
        "feature_names": data.feature_names,
    }


def data_and_recipe(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[Dataset, Recipe]:
    """Both again, checked as always."""
    data = Dataset(arrays["X"], arrays["y"], about["class_names"], about["feature_names"])
    settings = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in about["recipe"].items()
    }
    return data, Recipe.of(None, settings)
