"""Damaged run files, sweep files and tables by the thousand: each is read, or refused in words.

    python tests/fuzz_files.py --runs 100000 --tables 100000 --models 100000

Half of the runs and sweeps have bytes of the file changed, taken out, put in, or moved; the other
half are whole zip files of changed members: bytes of an array, its header, or a part of the
description. Tables are those of `fuzz_tables.py`, models those of `fuzz_models.py`. What is not an
`InvalidInput` or an `UnsupportedModel` is a fault, and so is a file that is read and cannot be
used, or that takes a processor for more than two seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import json
import logging
import random
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import fuzz_models
import fuzz_tables
import unitscope as us
from unitscope.errors import InvalidInput, UnsupportedModel

MOST_SECONDS, HANGING_SECONDS = 2.0, 300.0  # of a processor; until the program ends itself
JUNK: list[Any] = [None, True, -1, 0, 1, 2, 2**31, 2**63, 2**64, 10**100, -0.0, 1e308, float("nan")]
JUNK += ["", "relu", "x" * 300, "\ud800", "\0", [], [[]], [None], [1] * 300, {}, {"a": 1}]
HEADERS = [b"'<f8'", b"'|O'", b"'>f4'", b"'<U9'", b"'|V0'", b"'<U0'", b"[('a','<f8')]", b"'<M8[s]'"]
HEADERS += [
    b"(10,)",
    b"(-1,)",
    b"()",
    b"(0,)",
    b"(1000000000000, 100)",
    b"True",
    b"lambda: 0",
    b"(",
]


def changed_bytes(content: bytes, rng: random.Random, pieces: list[bytes]) -> bytes:
    """One to five places changed: a bit, a byte, a piece taken out, put in or repeated; or cut."""
    made = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        at = rng.randrange(len(made) + 1)
        end = min(len(made), at + rng.choice([1, 1, 2, 8, 60]))
        how = rng.randrange(7)
        if how == 0 and at < len(made):
            made[at] ^= 1 << rng.randrange(8)
        elif how == 1 and at < len(made):
            made[at] = rng.choice([0, 1, 127, 128, 255, rng.randrange(256)])
        elif how == 2:
            del made[at:end]
        elif how == 3:
            made[at:at] = rng.choice(pieces)
        elif how == 4:
            made[at:end] = rng.choice(pieces)
        elif how == 5:
            made[at:at] = made[rng.randrange(len(made) + 1) :][: end - at]
        elif rng.random() < 0.3:
            del made[at:]
    return bytes(made)


def changed_member(content: bytes, rng: random.Random) -> bytes:
    """An array's file with its bytes changed, or a value of its header."""
    if rng.random() < 0.5 or b":" not in content.partition(b"\n")[0]:
        return changed_bytes(content, rng, [b"\0", b"\xff" * 8, np.float64(np.nan).tobytes()])
    header, _, rest = content.partition(b"\n")
    parts = header.split(b":")
    at = rng.randrange(1, len(parts))
    value, comma, name = parts[at].rpartition(b",")
    parts[at] = (b" " + rng.choice(HEADERS)).ljust(len(value)) + comma + name
    return b":".join(parts) + b"\n" + rest


def changed_description(about: Any, rng: random.Random) -> Any:
    """The description with one part replaced, taken out, repeated or renamed."""
    made = json.loads(json.dumps(about))
    places = [(made, key) for key in made]
    places += [(part, key) for part, at in places if isinstance(part[at], dict) for key in part[at]]
    places = [
        (part[key], inner)
        for part, key in places
        if isinstance(part.get(key), (dict, list))
        for inner in (part[key] if isinstance(part[key], dict) else range(len(part[key])))
    ] + [(made, key) for key in made]
    part, key = rng.choice(places)
    how = rng.randrange(4)
    if how == 0:
        del part[key]
    elif how == 1 and isinstance(part, dict):
        part[str(rng.choice(JUNK))[:50]] = part[key]
    elif how == 2 and isinstance(part[key], list):
        part[key] = part[key] * rng.choice([2, 50])
    else:
        part[key] = rng.choice(JUNK)
    return made


def changed_archive(content: bytes, rng: random.Random) -> bytes:
    """A whole zip file, one or two of whose members are changed, missing or exchanged."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    for _ in range(rng.choice([1, 1, 2])):
        name = rng.choice(["about.npy", *members])
        how = rng.randrange(10)
        if name == "about.npy" and how < 8 and name in members:
            with contextlib.suppress(ValueError, EOFError, SyntaxError):
                about = json.loads(str(np.load(io.BytesIO(members[name]))))
                array, file = np.array(json.dumps(changed_description(about, rng))), io.BytesIO()
                np.save(file, array)
                members[name] = file.getvalue()
        elif how == 8:
            members.pop(name, None)
        elif how == 9:
            members[name] = members[rng.choice(list(members))] if members else b""
        elif name in members:
            members[name] = changed_member(members[name], rng)
        if not members:
            break
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as out:
        for name, member in members.items():
            out.writestr(name, member)
    return made.getvalue()


def use_run(path: Path) -> None:
    """Load a run, and ask it for what a page shows."""
    run = us.Run.load(path)
    run.network.predict(run.data.X[:5])
    repr((run, run.data, run.recipe))
    run.save(io.BytesIO())


def use_sweep(path: Path) -> None:
    """Load a sweep, and ask it for what the command prints."""
    swept = us.Sweep.load(path)
    repr((swept, swept.data, swept.recipe, swept.loss, swept.accuracy))


def originals(folder: Path) -> dict[str, bytes]:
    """A run's and a sweep's file, small."""
    data = us.datasets.lab().where(np.arange(100) < 12)
    run = us.train(data, hidden=(3, 2), activation=("leaky_relu", "tanh"), epochs=3)
    run.save(folder / "run")
    us.sweep(data, seeds=3, epochs=2).save(folder / "sweep")
    return {kind: (folder / kind).read_bytes() for kind in ("run", "sweep")}


def cases(kind: str, count: int, seed: int, folder: Path) -> Iterator[tuple[str, bytes]]:
    """So many damaged files: of which kind each is, and its content."""
    rng = random.Random(f"{kind} {seed}")
    makers = {"runs": originals, "models": fuzz_models.originals}
    whole = makers[kind](folder) if count and kind in makers else {}
    for number in range(count):
        if kind == "tables":
            if number % 10 == 9:
                yield "frame", rng.randbytes(8)
            else:
                yield "table", fuzz_tables.damaged(rng, changed_bytes)
            continue
        if kind == "models":
            which = fuzz_models.kind_of(number)
            yield which, fuzz_models.damaged(which, whole[which], rng, changed_bytes, JUNK)
            continue
        which = "sweep" if number % 4 == 3 else "run"
        change = changed_archive if number % 2 else None
        content = whole[which]
        yield which, change(content, rng) if change else changed_bytes(content, rng, [b"PK\1\2"])


USES: dict[str, Callable[[Path], None]] = {
    "run": use_run,
    "sweep": use_sweep,
    "table": fuzz_tables.use_table,
    "frame": fuzz_tables.use_frame,
    **dict.fromkeys(("network", "state", "onnx", "keras", "h5"), fuzz_models.use_model),
}


def outcomes(kind: str, count: int, seed: int = 0) -> Iterator[tuple[str, str, bytes, float]]:
    """Of each file: its kind, what became of it, its content, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = folder / "file.csv"
        for which, content in cases(kind, count, seed, folder):
            path.write_bytes(content)
            began = time.process_time()
            try:
                USES[which](path)
                outcome = "read"
            except (InvalidInput, UnsupportedModel) as refused:
                outcome = "refused"
                if not 20 < len(str(refused)) < 1000 or " must be " not in str(refused):
                    outcome = f"refused without words: {refused}"
            except BaseException as error:
                outcome = f"{type(error).__name__}: {error}"[:200]
            seconds = time.process_time() - began
            if seconds > MOST_SECONDS:
                outcome += f", in {seconds:.1f} seconds"
            yield which, outcome, content, seconds


def main(arguments: list[str] | None = None) -> int:
    """Print a table of what became of all files; 1 where one had a fault."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=1000, metavar="N")
    parser.add_argument("--tables", type=int, default=1000, metavar="N")
    parser.add_argument("--models", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    options = parser.parse_args(arguments)
    warnings.simplefilter("error")
    counted: Counter[tuple[str, str]] = Counter()
    faults, slowest = 0, 0.0
    for kind in ("runs", "tables", "models"):
        for which, outcome, content, seconds in outcomes(
            kind, getattr(options, kind), options.seed
        ):
            faulthandler.dump_traceback_later(HANGING_SECONDS, exit=True, file=sys.__stderr__)
            if outcome not in ("read", "refused"):
                faults += 1
                print(f"{which}: {outcome}\n{content[:300]!r}", file=sys.stderr)
                outcome = "faulty"
            counted[which, outcome] += 1
            slowest = max(slowest, seconds)
    faulthandler.cancel_dump_traceback_later()
    print("| file | refused | read | faulty |\n|---|--:|--:|--:|")
    for which in USES:
        row = [counted[which, outcome] for outcome in ("refused", "read", "faulty")]
        print(f"| {which} | {' | '.join(f'{count:,}' for count in row)} |")
    print(f"\nThe slowest took {slowest:.2f} s; {most_memory()}")
    return int(faults > 0)


def most_memory() -> str:
    """What the process took at most."""
    try:
        import resource
    except ImportError:  # Windows
        return "its memory isn't known here."
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kilobytes //= 1024 if sys.platform == "darwin" else 1
    return f"the process at most {kilobytes / 1000:.0f} MB."


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # what is told of a table
    sys.exit(main())
