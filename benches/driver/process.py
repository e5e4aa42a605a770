"""Starting the brokers and the peer programs, and talking to them. All end with the driver, however it ends."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from . import build
from .paths import ROOT
from .peers import Peer

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)

Record = dict[str, Any]


class PeerFailed(Exception):
    """A peer program did not do what it was asked to."""


def _end_with_the_driver() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Program:
    """A running program that prints lines of JSON and reads lines."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], seconds: float) -> None:
        """Start it; it is killed when it takes longer than `seconds`."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- kill() closes it.
        self.started_ns = time.monotonic_ns()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, **environment},
            preexec_fn=_end_with_the_driver,  # noqa: PLW1509 -- One system call, which takes no lock.
        )
        self._seconds = seconds
        self._timer = threading.Timer(seconds, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    def read(self) -> Record:
        """The next line that it prints."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._failure()
        record: Record = json.loads(line)
        return record

    def write(self, line: str) -> None:
        """Give it a line to read."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None

    def ask(self, line: str) -> Record:
        """Give it a line and read its answer."""
        self.write(line)
        return self.read()

    def memory(self) -> Record:
        """Its memory in bytes: resident, and what it shares with no other process."""
        values = {}
        for line in Path(f"/proc/{self._process.pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, kilobytes = line.split()[:2]
            values[name.rstrip(":")] = int(kilobytes) * 1024
        return {"resident": values["Rss"], "private": values["Private_Clean"] + values["Private_Dirty"]}

    def kill(self) -> None:
        """End it at once."""
        self._timer.cancel()
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()

    def _failure(self) -> PeerFailed:
        """What ended it before it did what it was asked to."""
        self._process.wait()
        if self._process.returncode == -signal.SIGKILL:
            return PeerFailed(f"did not finish in {self._seconds:.0f} s")
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines() or ["nothing"]
        return PeerFailed(f"ended with {self._process.returncode}, and its last words were: {said[-1]}")


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> Iterator[Program]:
    """A program that is gone at the end of the block."""
    program = Program(command, environment, seconds)
    try:
        yield program
    finally:
        program.kill()


@contextmanager
def peer_program(peer: Peer, seconds: float = 600, **arguments: int | str | Path) -> Iterator[Program]:
    """A peer that runs with `arguments` beside the defaults."""
    complete: dict[str, int | str | Path] = {
        "messages": 1,
        "window": peer.window,
        "threads": 1,
        "pause_us": 0,
        "topics": 1,
        "tls_ca": "",
    }
    complete |= arguments
    complete.setdefault("backlog", peer.backlog(int(str(complete["window"]))))
    options = [f"{key}={value}" for key, value in complete.items()]
    with running([*peer.command, *options], peer.environment, seconds) as program:
        yield program


class Sink:
    """The broker-shaped sink of benches/src/bin/sink.rs."""

    def __init__(self, port: int = 0, receive_maximum: int = 65535, *, authority: Path | None = None) -> None:
        """Start it; with `port` 0 on any port. With `authority` over TLS, writing what to trust there."""
        arguments = [str(port), str(receive_maximum), *([str(authority)] if authority else [])]
        self._program = Program([str(build.RUST / "sink"), *arguments], {}, 3600)
        started = self._program.read()
        self.port: int = started["port"]
        self.listening_ns: int = started["listening_ns"]

    def report(self) -> Record:
        """What arrived since the last report."""
        return self._program.ask("report")

    def kill(self) -> None:
        """Take it away."""
        self._program.kill()


@contextmanager
def sink(receive_maximum: int = 65535, *, authority: Path | None = None) -> Iterator[Sink]:
    """A sink that is gone at the end of the block."""
    broker = Sink(receive_maximum=receive_maximum, authority=authority)
    try:
        yield broker
    finally:
        broker.kill()


@contextmanager
def mosquitto() -> Iterator[int]:
    """A Mosquitto with its defaults; gives its port."""
    with tempfile.TemporaryDirectory() as directory:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        configuration = Path(directory) / "mosquitto.conf"
        configuration.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nlog_type error\n")
        command = [str(ROOT / "tools" / "debian-run"), "mosquitto", "-c", str(configuration)]
        with running(command, {}, 3600):
            _wait_until_open(port)
            yield port


def _wait_until_open(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
