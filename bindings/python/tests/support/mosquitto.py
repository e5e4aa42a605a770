"""A real broker."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from . import DEADLINE, wait_until
from .programs import REPOSITORY, Program

_UNPACKED = REPOSITORY / "target" / "debian" / "usr" / "sbin" / "mosquitto"


class Mosquitto:
    """A Mosquitto on a free port of 127.0.0.1, without persistence."""

    host = "127.0.0.1"

    def __init__(self, directory: Path, *lines: str) -> None:
        """Start it; its files are in `directory`, and `lines` are added to its configuration."""
        self._lines = lines
        self._configuration = directory / "mosquitto.conf"
        self._program: Program | None = None
        for _ in range(5):  # Another program may take the free port first.
            self.port = free_port()
            if self.start():
                return
        raise AssertionError(f"Mosquitto does not start:\n{self._output}")

    def start(self) -> bool:
        """Start it on its port, again after `stop`; False when it ended instead."""
        lines = (f"listener {self.port} {self.host}", "allow_anonymous true", "user root", "persistence false")
        self._configuration.write_text("\n".join((*lines, *self._lines, "")))
        program = self._program = Program([*_command(), "-c", self._configuration])
        wait_until(lambda: self._answers() or not program.running, "Mosquitto starts")
        if program.running:
            return True
        program.ended()
        self._output = program.output
        self.stop()
        return False

    def stop(self) -> None:
        """Kill it, if it runs."""
        if self._program:
            self._program.__exit__(None, None, None)
            self._program = None

    def _answers(self) -> bool:
        try:
            socket.create_connection((self.host, self.port), DEADLINE).close()
        except ConnectionRefusedError:
            return False
        return True


def _command() -> list[str | Path]:
    if _UNPACKED.exists():
        return [REPOSITORY / "tools" / "debian-run", "mosquitto"]
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    assert program, "Mosquitto is missing: run tools/debian mosquitto, or install it"
    return [program]


def free_port() -> int:
    """Give a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
