"""A short run of the fuzz of files, that it notices what is wrong, and files made to take much."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import fuzz_files
import unitscope as us
from thorough import few
from unitscope.errors import InvalidInput


@pytest.mark.parametrize(("kind", "count"), [("runs", 300), ("tables", 120)])
def test_damaged_files_are_read_or_refused_in_words(kind, count):
    found = list(fuzz_files.outcomes(kind, count, seed=1))
    assert [one for one in found if one[1] not in ("read", "refused")] == []
    counts = [sum(one[1] == outcome for one in found) for outcome in ("read", "refused")]
    assert min(counts) > 15


@pytest.mark.keras
def test_damaged_files_of_models_are_read_or_refused_in_words():
    pytest.importorskip("keras")
    found = list(fuzz_files.outcomes("models", few(250, 100_000), seed=1))
    assert [one for one in found if one[1] not in ("read", "refused")] == []
    counts = [sum(one[1] == outcome for one in found) for outcome in ("read", "refused")]
    assert min(counts) > 15


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [("runs", few(1000, 5000)), ("tables", few(200, 1000))])
def test_thousands_more(kind, count):
    found = fuzz_files.outcomes(kind, count, seed=2)
    assert [one for one in found if one[1] not in ("read", "refused")] == []


def test_the_fuzz_notices_what_is_no_refusal(monkeypatch, capsys):
    def broken(_path):
        raise zipfile.BadZipFile("File is not a zip file")

    monkeypatch.setitem(fuzz_files.USES, "table", broken)
    assert fuzz_files.main(["--runs", "0", "--tables", "3"]) == 1
    shown = capsys.readouterr()
    assert "| table | 0 | 0 | 3 |" in shown.out
    assert shown.err.count("table: BadZipFile: File is not a zip file") == 3


def test_every_change_of_one_byte_is_read_or_refused(tmp_path):
    whole = fuzz_files.originals(tmp_path)["run"]
    refused, rng = 0, np.random.default_rng(0)
    for at in rng.choice(len(whole), 400, replace=False).tolist():
        path = tmp_path / "changed"
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        try:
            us.Run.load(path)
        except InvalidInput:
            refused += 1
    assert refused > 200


# Files that would take much memory


def zipped(members):
    """A zip file; a member is its bytes, or an array of zeros by its shape."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, member in members.items():
            with out.open(name + ".npy", "w", force_zip64=True) as file:
                if isinstance(member, tuple):
                    header = {"descr": "<f4", "fortran_order": False, "shape": member}
                    np.lib.format.write_array_header_1_0(file, header)
                    for _ in range(4 * int(np.prod(member)) // 10**6):
                        file.write(bytes(10**6))
                else:
                    np.save(file, member)
    return made.getvalue()


def members(run_path):
    with np.load(run_path) as run:
        return {name: run[name] for name in run.files}


def of_zeros(parts):
    return zipped(parts | {"weights": (100, 10**6)})  # 400 MB


def of_names(parts):
    about = json.loads(str(parts["about"]))
    about["class_names"] = [[]] * 6_000_000
    return zipped(parts | {"about": np.array(json.dumps(about))})


def of_layers(parts):
    about = json.loads(str(parts["about"]))
    about["layers"] = [{"units": 2500, "activation": "relu", "negative_slope": 0.2}] * 10
    return zipped(parts | {"about": np.array(json.dumps(about)), "parameters": (2500, 2500)})


def of_tiny_layers(parts):
    about = json.loads(str(parts["about"]))
    about["layers"] = [{"units": 1, "activation": "relu", "negative_slope": 0.2}] * 50_000
    count = 3 + 2 * 49_999
    about = np.array(json.dumps(about))
    return zipped(parts | {"about": about, "parameters": np.zeros(count, np.float32)})


def of_members(parts):
    made = io.BytesIO(zipped(parts))
    with zipfile.ZipFile(made, "a") as out:
        for number in range(50_000):
            out.writestr(str(number), b"")
    return made.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's ru_maxrss")
@pytest.mark.parametrize(
    "bomb",
    [
        of_layers,
        *(
            pytest.param(bomb, marks=pytest.mark.slow)
            for bomb in (of_zeros, of_names, of_tiny_layers, of_members)
        ),
    ],
)
def test_a_small_file_takes_little_memory(tmp_path, bomb):
    fuzz_files.originals(tmp_path)
    content = bomb(members(tmp_path / "run"))
    (tmp_path / "bomb").write_bytes(content)
    assert len(content) < 8_000_000
    program = (
        "import resource, sys, unitscope as us\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000\n"
        "us.Run.load(sys.argv[1]); before = peak()\n"
        "try: us.Run.load(sys.argv[2])\n"
        "except us.errors.InvalidInput: print(peak() - before)"
    )
    arguments = [sys.executable, "-c", program, tmp_path / "run", tmp_path / "bomb"]
    ran = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert float(ran.stdout) < 64


def test_what_is_written_is_read_however_well_it_packs(tmp_path):
    X = np.zeros((1_500_000, 3))
    X[:2] = 1, 2, 3
    run = us.train(us.Dataset(X, np.arange(1_500_000) % 2), hidden=(), epochs=0)
    run.save(tmp_path / "run.npz")
    assert us.Run.load(tmp_path / "run.npz").data.X.tobytes() == run.data.X.tobytes()
