"""`unitscope play`: the live page, served on this computer."""

from __future__ import annotations

import argparse
import contextlib
import errno
import ipaddress
import os
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unitscope.cli.tables import (
    add_model_flags,
    add_table_flags,
    data_of,
    is_run_file,
    run_of,
    run_with_table,
)
from unitscope.errors import InvalidInput, MissingDependency, refusal, said
from unitscope.isolated import workers_isolated
from unitscope.page import FIRST_RUN
from unitscope.server import ALLOWED_HOSTS, EMBEDDERS, LESSON, TOKEN

_FRESH = "at random"  # no token: it has a space
_PORT = 8600
_PORTS_TRIED = 20


def add_to(commands: Any) -> None:
    """Add the command's arguments."""
    play = commands.add_parser(
        "play",
        allow_abbrev=False,
        help="open the live page: train, drag a point, watch it all change",
        description="Serve the live page on this computer and open it in the browser, with the "
        "course lab, your own table, a run, or a model with its table. Ctrl-C ends it.",
    )
    play.add_argument(
        "opened",
        nargs="?",
        metavar="FILE",
        help="what it opens with: the file of a table or a run (run.npz), or a toy's name; or that "
        "of a model, before TABLE (default: the course lab)",
    )
    add_model_flags(play)
    add_table_flags(play)
    play.add_argument(
        "--port", type=int, metavar="N", help=f"port (default: {_PORT}, or the next that is free)"
    )
    play.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on (default: 127.0.0.1, this computer only; 0.0.0.0: every address "
        "that it has, which asks for a token)",
    )
    play.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer to this name too, such as a proxy's: NAME, NAME:PORT, or * for any; may be "
        "given again",
    )
    play.add_argument(
        "--token",
        nargs="?",
        const=_FRESH,
        metavar="TEXT",
        help="ask whoever opens the page for this; without TEXT, for one made at random, as is "
        "done where others can reach the page; '' asks for none. Others on this computer see "
        f"arguments: {TOKEN} in the environment is for them too",
    )
    play.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes that answer (default: 1)"
    )
    play.add_argument(
        "--lesson", metavar="FILE", help="the lesson that the page begins with: see docs/lessons.md"
    )
    play.add_argument(
        "--allow-embed",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this site, such as https://moodle.example.org, have the page in a "
        "frame; may be given again",
    )
    play.add_argument("--no-browser", action="store_true", help="only print the address")
    play.set_defaults(run=_play)


def _play(options: argparse.Namespace) -> int:
    try:
        from unitscope.server import access, protocol
        from unitscope.server.lesson import lesson_from
    except ImportError as error:
        raise MissingDependency(
            f"The live page needs {error.name or 'Starlette and uvicorn'}: "
            'pip install "unitscope[app]"'
        ) from error
    if not 1 <= options.workers <= 64:
        raise refusal("--workers", "a whole number from 1 to 64", options.workers)
    if options.port is not None and not 0 <= options.port <= 65535:
        raise refusal("--port", "a whole number from 0 to 65535", options.port)
    names = [access.allowed_name(name, "--allow-host") for name in options.allow_host]
    embedders = [access.embedder(one, "--allow-embed") for one in options.allow_embed]
    if options.lesson is not None:
        lesson_from(options.lesson)  # refused before anything is served
    listening = listen(options.host, options.port)
    with listening, _first_run(options) as first:
        ip, port = listening.getsockname()[:2]
        public = not ipaddress.ip_address(ip.partition("%")[0]).is_loopback
        token = _token(options.token, public)
        if access.ANY_NAME in names and not token:
            raise refusal("--allow-host", "a name, where --token is ''", access.ANY_NAME)
        shown = _shown(options.host, ip)
        names.append(access.allowed_name(shown.partition("%")[0], "--host"))
        if public:
            names += _names_of_this_computer()
        address = _say(shown, port, token, public)
        if not options.no_browser:
            webbrowser.open(address)
        config = protocol.config(
            "unitscope.server.app:create_app",
            factory=True,
            host=options.host,
            port=port,
            workers=options.workers,
            timeout_graceful_shutdown=2,
        )
        told = {ALLOWED_HOSTS: ",".join(names), TOKEN: token, FIRST_RUN: first}
        lesson = str(Path(options.lesson).resolve()) if options.lesson else ""
        told |= {LESSON: lesson, EMBEDDERS: " ".join(embedders)}
        with _environment(told):
            if options.workers > 1:
                from unitscope.cli.supervisor import Supervisor

                with workers_isolated():
                    Supervisor(config, sockets=[listening]).run()
            else:
                protocol.Server(config).run(sockets=[listening])
    return 0


@contextlib.contextmanager
def _first_run(options: argparse.Namespace) -> Iterator[str]:
    """The file of the run that the page opens with while it is served; "" is the lab's.

    **Raises** `InvalidInput` where it cannot be read, or is beyond the page's limits.
    """
    if options.opened is None:
        yield ""
        return
    from unitscope.export.page import check_size
    from unitscope.training.train import train

    if options.table is not None:
        run = run_with_table(options.opened, options)
    elif is_run_file(options.opened):
        run = run_of(options.opened)
    else:
        run = train(data_of(options.opened, options, "FILE"), hidden=(8, 8))
    check_size(run)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.npz")  # noqa: PTH118 - a string, for the environment
        run.save(path)
        yield path


def _token(given: str | None, public: bool) -> str:
    """The token to ask for, or ""."""
    from unitscope.server.access import checked_token, fresh_token

    if given is None and TOKEN in os.environ:
        return checked_token(os.environ[TOKEN], TOKEN)
    if given == _FRESH or (given is None and public):
        return fresh_token()
    return checked_token(given or "", "--token")


def _say(shown: str, port: int, token: str, public: bool) -> str:
    """Print the address, and who else may use it; gives the address."""
    place = f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"
    address = f"http://{place}/?token={token}" if token else f"http://{place}/"
    print(f"unitscope is at {address} (Ctrl-C ends it)", flush=True)
    if public and token:
        print(
            "Others can reach it: whoever has this address, with its token, may use it. "
            "What is sent is not encrypted: docs/play.md says how it can be.",
            flush=True,
        )
    elif public:
        print(
            f"unitscope: without a token, whoever reaches port {port} of this computer may use it.",
            file=sys.stderr,
            flush=True,
        )
    return address


def _shown(host: str, ip: str) -> str:
    """The name or address by which a browser reaches what listens on `host`."""
    if not ipaddress.ip_address(ip.partition("%")[0]).is_unspecified:
        return host
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    elsewhere = "2001:db8::1" if ":" in ip else "192.0.2.1"  # in examples only: nothing is sent
    with socket.socket(family, socket.SOCK_DGRAM) as towards:
        try:
            towards.connect((elsewhere, 9))
            return str(towards.getsockname()[0])
        except OSError:  # not in any network
            return "::1" if ":" in ip else "127.0.0.1"


def _names_of_this_computer() -> list[str]:
    """By which others in its network reach it; not one that no Host header can have."""
    from unitscope.server.access import allowed_name

    name = socket.gethostname()
    try:
        return [allowed_name(name), allowed_name(f"{name}.local")]
    except InvalidInput:
        return []


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """What the app reads, in this process or in its workers; put back at the end."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens on the port; without one, on the first free from `_PORT` on.

    **Raises** `InvalidInput` that says which of the two cannot be.
    """
    rule = "an address of this computer, such as 127.0.0.1 or 0.0.0.0"
    try:
        found = socket.getaddrinfo(
            host or "0.0.0.0", 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, ValueError):  # a name that nobody knows, or that is none
        raise refusal("--host", rule, host) from None
    # Of a name that has addresses of both kinds, that of IPv4.
    family, _, _, _, (ip, _, *more) = min(found, key=lambda one: one[0] != socket.AF_INET)
    for candidate in [port] if port is not None else range(_PORT, _PORT + _PORTS_TRIED):
        listening = socket.socket(family, socket.SOCK_STREAM)
        # On Windows, the other option would let any program take the port over.
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)
        listening.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR if exclusive is None else exclusive, 1
        )
        try:
            listening.bind((ip, candidate, *more))
            listening.listen(128)
        except OSError as error:
            listening.close()
            if error.errno == errno.EADDRNOTAVAIL:
                raise refusal("--host", rule, host) from None
            if port is not None:
                raise refusal(
                    "--port", f"one that is free on {host}", said(f"{port}: {error.strerror}")
                ) from None
        else:
            listening.set_inheritable(True)
            return listening
    raise refusal(
        "--port", f"given: {_PORT} to {_PORT + _PORTS_TRIED - 1} are all taken", said("none")
    )
