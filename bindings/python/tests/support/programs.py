"""Programs started by a test. None outlives it, and none outlives the test run, however that ends."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import final

from . import DEADLINE

REPOSITORY = Path(__file__).parents[4]
PACKAGE = Path(__file__).parents[2]

# Replaces itself by the program, after asking the kernel to kill it when its parent ends (PR_SET_PDEATHSIG). It does
# not ignore what nohup lets the tests ignore.
_TIED = (
    "import ctypes, os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_DFL); "
    "ctypes.CDLL(None).prctl(1, 9); os.execvp(sys.argv[1], sys.argv[1:])"
)


@final
class Program:
    """A running program, whose lines can be waited for."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
        *,
        directory: Path = PACKAGE,
    ) -> None:
        """Start it with the environment of the tests, changed by `environment`."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _TIED, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=directory,
            env={**os.environ, **(environment or {})},
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._seen: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def python(
        cls, code: str, *arguments: str, options: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> Program:
        """Start Python with the package importable."""
        return cls([sys.executable, "-u", *options, "-c", code, *arguments], environment)

    def __enter__(self) -> Program:
        """Give the program itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Kill it if it still runs."""
        self.send(signal.SIGKILL)
        # A stopped process only dies of SIGKILL once the kernel lets it; waiting collects it.
        self._process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        if self._process.stdout:
            self._process.stdout.close()

    @property
    def process_id(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has printed and was waited for."""
        return "\n".join(self._seen)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def line(self, containing: str = "") -> str:
        """Wait for its next line that contains a text."""
        while True:
            try:
                line = self._lines.get(timeout=DEADLINE)
            except queue.Empty:
                raise AssertionError(f"no line with {containing!r}, but:\n{self.output}") from None
            assert line is not None, f"it ended without a line with {containing!r}:\n{self.output}"
            self._seen.append(line)
            if containing in line:
                return line

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.running:
            self._process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end and give its exit status; what it printed is `output`."""
        try:
            status = self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end:\n{self.output}") from None
        self._reader.join(DEADLINE)
        while (line := self._lines.get(timeout=DEADLINE)) is not None:
            self._seen.append(line)
        self._lines.put(None)
        return status

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)
