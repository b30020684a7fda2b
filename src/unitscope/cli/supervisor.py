"""Uvicorn's worker processes, as `unitscope play` starts and ends them."""

from __future__ import annotations

from uvicorn.supervisors import Multiprocess

from unitscope.cli.interrupts import withheld
from unitscope.server.protocol import let_wait


class Supervisor(Multiprocess):
    """Workers that only this process ends: a terminal sends Ctrl-C to them, too."""

    _interrupted = False

    def run(self) -> None:
        """Serve until a signal. **Raises** `KeyboardInterrupt` after Ctrl-C."""
        super().run()
        if self._interrupted:
            raise KeyboardInterrupt

    def init_processes(self) -> None:
        """Start all workers."""
        with withheld():
            super().init_processes()

    def keep_subprocess_alive(self) -> None:
        """Start again those that are no more."""
        with withheld():
            super().keep_subprocess_alive()
        let_wait(self.sockets)  # which are the workers', too

    def handle_int(self) -> None:
        """Note Ctrl-C."""
        self._interrupted = True
        super().handle_int()
