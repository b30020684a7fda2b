"""`unitscope sweep` with grids, folders and workers: output, exit status, Ctrl-C, no traceback."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest

import unitscope as us
from patience import PATIENCE, eventually
from unitscope import cli
from unitscope.cli import backends
from unitscope.sweeps import block

LAB = us.datasets.lab()


def test_several_values_make_a_grid(capsys):
    assert (
        cli.main(
            [
                "sweep",
                "--seeds",
                "40",
                "--epochs",
                "30",
                "--hidden",
                "2",
                "--hidden",
                "3",
                "3",
                "--learning-rate",
                "0.01",
                "0.1",
                "--optimizer",
                "adam",
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert out.startswith("160 of 160 runs in ")
    table = us.sweep(
        LAB, seeds=40, epochs=30, grid={"hidden": [(2,), (3, 3)], "learning_rate": [0.01, 0.1]}
    )
    assert out.endswith(f"s\n{table}\n")


def test_what_large_networks_do_not_need_is_not_compiled(monkeypatch, capsys):
    monkeypatch.setattr(block, "LOCKSTEP", None)
    assert cli.main(["sweep", "--seeds", "2", "--epochs", "1", "--hidden", "80", "80"]) == 0
    assert capsys.readouterr().out.startswith("2 of 2 seeds in ")


def test_a_folder_is_kept_and_resumed(tmp_path, capsys):
    folder = str(tmp_path / "out")
    sweep = ["sweep", "--epochs", "20", "--out", folder]
    assert cli.main([*sweep, "--seeds", "64"]) == 0
    assert capsys.readouterr().out.endswith(f"kept in {folder}\n")
    assert cli.main([*sweep, "--seeds", "96"]) == 1
    assert capsys.readouterr().err.startswith("unitscope: --out must be new, or resumed. Got ")
    assert cli.main([*sweep, "--seeds", "96", "--resume"]) == 0
    assert capsys.readouterr().out.startswith("96 of 96 seeds in ")
    assert (
        us.Sweep.load(folder).losses.tobytes()
        == us.sweep(LAB, seeds=96, epochs=20).losses.tobytes()
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "--resume must be given with --out DIR. Got no folder instead."),
        (
            ["--jobs", "2"],
            "--jobs must be given with --backend loky, dask or ray. Got --backend threads instead.",
        ),
        (
            ["--jobs", "0", "--backend", "loky"],
            "--jobs must be a whole number from 1 to 1024. Got 0 instead.",
        ),
        (
            ["--address", "x:1", "--backend", "loky"],
            "--address must be given with --backend dask or ray. Got --backend loky instead.",
        ),
        (
            ["--learning-rate", "0.1", "-1"],
            "--learning-rate must be a finite number above 0. Got -1.0 instead.",
        ),
        (
            ["--optimizer", "x"],
            "--optimizer must be one of sgd, rmsprop, adam, adamw. Got 'x' instead.",
        ),
        (
            ["--hidden", "2", "--hidden", "2"],
            "--hidden must be given different values. Got 2 twice instead.",
        ),
    ],
)
def test_refusals_are_one_line(arguments, message, capsys):
    assert cli.main(["sweep", "--seeds", "3", *arguments]) == 1
    assert capsys.readouterr().err == f"unitscope: {message}\n"


@pytest.mark.parametrize(
    ("backend", "library", "extra"), [("dask", "distributed", "dask"), ("ray", "ray", "ray")]
)
def test_a_missing_library_is_said_with_the_remedy(backend, library, extra, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, library, None)
    assert cli.main(["sweep", "--seeds", "3", "--backend", backend]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.endswith(f'pip install "unitscope[{extra}]"\n')


STARTS_NONE = [pytest.mark.slow, pytest.mark.ray(starts=False)]
NO_SCHEDULER = [
    pytest.param("dask", "nonsense://x", "ValueError", marks=[pytest.mark.slow, pytest.mark.dask]),
    pytest.param("dask", "silent", "", marks=[pytest.mark.slow, pytest.mark.dask]),
    pytest.param("ray", "nonsense", "ValueError", marks=STARTS_NONE),
    pytest.param("ray", "silent", "", marks=STARTS_NONE),
]


@pytest.mark.parametrize(("backend", "address", "says"), NO_SCHEDULER)
def test_what_is_no_scheduler_is_refused_in_bounded_time(
    backend, address, says, monkeypatch, capsys
):
    # An address that is none is refused by what the library says, however long its import takes.
    monkeypatch.setattr(backends, "_ANSWER", 4 if address == "silent" else PATIENCE)
    with socket.create_server(
        ("127.0.0.1", 0)
    ) as silent:  # it takes connections and never says a word
        place = f"127.0.0.1:{silent.getsockname()[1]}" if address == "silent" else address
        assert cli.main(["sweep", "--seeds", "3", "--backend", backend, "--address", place]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and f"Got {place!r} instead." in error and says in error
    assert error.startswith("unitscope: --address must be the address of a ")


@pytest.mark.slow
@pytest.mark.dask
def test_a_scheduler_at_an_address_does_the_work(capsys):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        assert (
            cli.main(
                [
                    "sweep",
                    "--seeds",
                    "96",
                    "--epochs",
                    "20",
                    "--backend",
                    "dask",
                    "--address",
                    cluster.scheduler_address,
                ]
            )
            == 0
        )
    assert capsys.readouterr().out.startswith("96 of 96 seeds in ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to another process")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "whom"),
    [
        ("threads", "the process"),
        ("threads", "its group, as a terminal does"),
        ("loky", "its group, as a terminal does"),
        pytest.param("dask", "its group, as a terminal does", marks=pytest.mark.dask),
        pytest.param("ray", "its group, as a terminal does", marks=pytest.mark.ray),
    ],
)
def test_ctrl_c_keeps_what_is_done(backend, whom, tmp_path):
    folder = tmp_path / "out"
    jobs = [] if backend == "threads" else ["--jobs", "2"]
    sweep = [
        sys.executable,
        "-m",
        "unitscope",
        "sweep",
        "--epochs",
        "3000",
        "--backend",
        backend,
        "--out",
        str(folder),
    ]
    running = subprocess.Popen(
        [*sweep, *jobs, "--seeds", "50000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        eventually(lambda: len(list(folder.glob("seeds-*"))) > 1 or running.poll() is not None)
        (os.kill if whom == "the process" else os.killpg)(running.pid, signal.SIGINT)
        out, error = running.communicate(timeout=PATIENCE)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    assert (running.returncode, "Traceback" in error) == (130, False), error
    done = int(re.search(r"^([\d,]+) of 50,000 seeds in", out, re.M).group(1).replace(",", ""))
    assert out.endswith(f"kept in {folder}; --resume goes on\n")
    kept = us.Sweep.load(folder)
    assert len(kept) == done > 0
    seeds = kept.seeds[:64].tolist()
    assert (
        kept.joined([kept], seeds).losses.tobytes()
        == us.sweep(LAB, seeds=seeds, epochs=3000).losses.tobytes()
    )
