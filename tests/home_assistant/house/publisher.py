"""Programs that publish: examples of the library, as a user would run them."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import final

from support.programs import Program

from . import REPOSITORY


@final
class Publisher:
    """A program that reads lines."""

    def __init__(self, directory: Path, settings: Mapping[str, object], *command: str | Path) -> None:
        """Start it; its settings file is the argument that follows `command`."""
        directory.mkdir(exist_ok=True)
        self._settings = directory / "settings.json"
        self._settings.write_text(json.dumps(settings))
        pipe = directory / "input"
        pipe.unlink(missing_ok=True)
        os.mkfifo(pipe)
        shell: list[str | Path] = ["sh", "-c", 'exec < "$0" && exec "$@"', pipe]
        environment = {"PYTHONPATH": str(REPOSITORY / "bindings/python")}
        self.program = Program([*shell, *command, self._settings], environment)
        self._input = pipe.open("w")

    @classmethod
    def cameras(cls, directory: Path, settings: Mapping[str, object]) -> Publisher:
        """Start the example that announces cameras."""
        target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
        return cls(directory, settings, target / "debug/examples/home_assistant")

    @classmethod
    def daemon(cls, directory: Path, settings: Mapping[str, object]) -> Publisher:
        """Start the Python example that publishes events alone."""
        return cls(directory, settings, sys.executable, REPOSITORY / "examples/python/daemon.py")

    def __enter__(self) -> Publisher:
        """Give the publisher itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Kill it if it still runs."""
        self.program.__exit__(kind, exception, traceback)
        self._input.close()

    def write(self, *words: object) -> None:
        """Write a line; what is no text is written as JSON."""
        line = " ".join(word if isinstance(word, str) else json.dumps(word) for word in words)
        self._input.write(line + "\n")
        self._input.flush()

    def do(self, *words: object) -> None:
        """Write a command, and wait until everything that follows from it has been delivered."""
        self.write(*words)
        answer = self.program.line()
        assert answer == "done", answer

    def reconfigure(self, settings: Mapping[str, object]) -> None:
        """Put new settings in force, and wait until everything that follows from it has been delivered."""
        self._settings.write_text(json.dumps(settings))
        self.do("reconfigure", str(self._settings))

    def end(self) -> None:
        """End it in good order."""
        self._input.close()
        status = self.program.ended()
        assert status == 0, self.program.output

    def kill(self) -> None:
        """End it as a crash does."""
        self.program.send(signal.SIGKILL)
        self.program.ended()

    def terminate(self) -> None:
        """Ask it to end."""
        self.program.send(signal.SIGTERM)
        status = self.program.ended()
        assert status == 0, self.program.output
