"""`unitscope play`: the live page, served on this computer."""

from __future__ import annotations

import argparse
import os
import socket
import webbrowser
from typing import Any

from unitscope.errors import MissingDependency, refusal, said

_PORT = 8600
_PORTS_TRIED = 20


def add_to(commands: Any) -> None:
    """Add the command's arguments."""
    play = commands.add_parser(
        "play",
        help="open the live page: train, drag a point, watch it all change",
        description="Serve the live page on this computer and open it in the browser. "
        "Ctrl-C ends it.",
    )
    play.add_argument(
        "--port", type=int, metavar="N", help=f"port (default: {_PORT}, or the next that is free)"
    )
    play.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on (default: 127.0.0.1, this computer only)",
    )
    play.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer to this name too, such as a proxy's; may be given again",
    )
    play.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes that answer (default: 1)"
    )
    play.add_argument("--no-browser", action="store_true", help="only print the address")
    play.set_defaults(run=_play)


def _play(options: argparse.Namespace) -> int:
    try:
        import uvicorn

        from unitscope.page.server import ALLOWED_HOSTS
        from unitscope.wire.limits import LIMITS
    except ImportError as error:
        raise MissingDependency(
            f"The live page needs {error.name or 'Starlette and uvicorn'}: "
            'pip install "unitscope[app]"'
        ) from error
    if not 1 <= options.workers <= 64:
        raise refusal("--workers", "a whole number from 1 to 64", options.workers)
    if options.port is not None and not 0 <= options.port <= 65535:
        raise refusal("--port", "a whole number from 0 to 65535", options.port)
    listening = _listen(options.host, options.port)
    port = listening.getsockname()[1]
    shown = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host
    address = f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
    print(f"unitscope is at {address} (Ctrl-C ends it)", flush=True)
    os.environ[ALLOWED_HOSTS] = ",".join([*options.allow_host, shown])
    if not options.no_browser:
        webbrowser.open(address)
    config = uvicorn.Config(
        "unitscope.page.server:create_app",
        factory=True,
        host=options.host,
        port=port,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=LIMITS["message"],
        ws_per_message_deflate=False,
        workers=options.workers,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    if options.workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listening]).run()
    else:
        server.run(sockets=[listening])
    return 0


def _listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens on the port; without one, on the first free from `_PORT` on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in [port] if port is not None else range(_PORT, _PORT + _PORTS_TRIED):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
            listening.listen(128)
        except OSError as error:
            listening.close()
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
