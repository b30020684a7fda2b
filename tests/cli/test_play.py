"""`unitscope play`: where it listens, whom it lets in, and what it says of both."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import socket
from types import SimpleNamespace

import pytest
import uvicorn

from unitscope import cli
from unitscope.cli import play
from unitscope.errors import InvalidInput
from unitscope.server import ALLOWED_HOSTS, TOKEN


@pytest.fixture
def started(monkeypatch):
    """Runs the command up to the serving; what it would serve with, and what it says."""
    seen: dict[str, object] = {}

    def serve(self, sockets):
        self.config.load()  # makes the app
        seen["token"] = os.environ[TOKEN]
        seen["names"] = os.environ[ALLOWED_HOSTS].split(",")

    monkeypatch.delenv(TOKEN, raising=False)
    monkeypatch.setattr(uvicorn.Server, "run", serve)
    monkeypatch.setattr(play.webbrowser, "open", lambda address: seen.update(opened=address))

    def run(*arguments: str) -> SimpleNamespace:
        seen.clear()
        out, err = io.StringIO(), io.StringIO()
        before = dict(os.environ)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.main(["play", "--port", "0", *arguments])
        assert dict(os.environ) == before
        said = {"code": code, "out": out.getvalue(), "err": err.getvalue()}
        return SimpleNamespace(**{"opened": None, **seen, **said})

    return run


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_computer_alone_no_token_is_asked_for(started, host):
    done = started("--host", host)
    assert done.code == 0 and done.token == "" and done.err == ""
    place = f"[{host}]" if ":" in host else host
    assert re.fullmatch(
        rf"unitscope is at http://{re.escape(place)}:\d+/ \(Ctrl-C ends it\)\n", done.out
    )
    assert done.opened in done.out


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::"])
def test_where_others_can_reach_it_a_token_is_made_and_both_are_said(started, host):
    done, again = started("--host", host), started("--host", host)
    assert done.code == 0 and re.fullmatch("[0-9a-f]{32}", done.token) and done.err == ""
    assert again.token != done.token
    first, second = done.out.splitlines()
    assert re.fullmatch(
        rf"unitscope is at http://\S+:\d+/\?token={done.token} \(Ctrl-C ends it\)", first
    )
    assert second.startswith("Others can reach it: whoever has this address, with its token, may")
    assert done.opened in first
    assert socket.gethostname().lower() in done.names


def test_a_token_can_be_chosen_made_and_turned_off(started, monkeypatch):
    assert started("--token", "ours-2026").token == "ours-2026"
    assert len(started("--token").token) == 32
    off = started("--host", "0.0.0.0", "--token", "")
    assert off.token == "" and off.err.startswith(
        "unitscope: without a token, whoever reaches port "
    )
    assert "token" not in off.out
    monkeypatch.setenv("UNITSCOPE_TOKEN", "from-the-environment")
    assert started("--host", "0.0.0.0").token == "from-the-environment"
    assert started("--token", "ours-2026").token == "ours-2026"


def test_names_are_taken_or_refused(started):
    done = started("--allow-host", "Lab.Example:8443", "--allow-host", "bücher.example")
    assert done.names == ["lab.example:8443", "xn--bcher-kva.example", "127.0.0.1"]
    assert started("--allow-host", "*", "--token", "12345678").names[0] == "*"
    assert started("--allow-host", "*", "--host", "0.0.0.0").names[0] == "*"


NAME = "--allow-host must be a host's name, NAME:PORT or *. Got "
REFUSED = [
    ("--allow-host", "*", "--allow-host must be a name, where --token is ''. Got '*' instead."),
    ("--allow-host", "", f"{NAME}'' instead."),
    ("--allow-host", "http://a/", f"{NAME}'http://a/' instead. Leave out http:// and what comes"),
    ("--allow-host", "*.a.example", f"{NAME}'*.a.example' instead. Give every name by itself, or"),
    ("--allow-host", "straße.de", "--allow-host must be a name as browsers send it: xn--…. Got "),
    ("--token", "short", "--token must be 8 to 200 letters, digits, or any of . _ ~ -, or '' for "
     "none. Got another, of length 5 instead."),
    ("--port", "-1", "--port must be a whole number from 0 to 65535. Got -1 instead."),
    ("--port", "65536", "--port must be a whole number from 0 to 65535. Got 65536 instead."),
    ("--workers", "0", "--workers must be a whole number from 1 to 64. Got 0 instead."),
]  # fmt: skip
NOT_HERE = [
    "nonsense.invalid", "192.0.2.77", "1.2.3.4.5", "http://a", "a" * 70, "[::1]", "..", "a b",
    "127.0.0.1:8600", "2001:db8::77",
]  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        *REFUSED,
        *(("--host", host, f"--host must be an address of this computer, such as 127.0.0.1 or "
           f"0.0.0.0. Got {host!r} instead.") for host in NOT_HERE),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line_that_names_the_flag(started, flag, value, said):
    done = started(flag, value)
    assert done.code == 1 and done.out == "" and done.opened is None
    assert done.err.startswith(f"unitscope: {said}") and done.err.count("\n") == 1


def test_a_host_that_is_not_here_is_not_called_a_taken_port(monkeypatch):
    for port in (None, 0, 8600):
        with pytest.raises(InvalidInput, match=r"^--host must be an address of this computer"):
            play.listen("192.0.2.77", port)


def test_a_taken_port_is_blamed_and_the_next_is_taken_where_none_is_given(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=rf"^--port must be one that is free on .*{port}: "):
            play.listen("127.0.0.1", port)
        monkeypatch.setattr(play, "_PORT", port)
        with play.listen("127.0.0.1", None) as other:
            assert port < other.getsockname()[1] < port + 20


def test_on_windows_no_other_program_can_take_the_port_over(monkeypatch):
    """There, SO_REUSEADDR would let it."""
    options = []

    class Windows(socket.socket):
        def setsockopt(self, *given):
            options.append(given)

        def bind(self, _address):
            raise OSError(errno.EADDRINUSE, "taken")

    monkeypatch.setattr(play.socket, "socket", Windows)
    monkeypatch.setattr(play.socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)
    with pytest.raises(InvalidInput):
        play.listen("127.0.0.1", 8600)
    assert options == [(socket.SOL_SOCKET, -5, 1)]
    options.clear()
    monkeypatch.delattr(play.socket, "SO_EXCLUSIVEADDRUSE")
    with pytest.raises(InvalidInput):
        play.listen("127.0.0.1", 8600)
    assert options == [(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)]
