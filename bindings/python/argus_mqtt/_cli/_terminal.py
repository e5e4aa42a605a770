"""What a person sees, and what a program reads."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Generic, TextIO, TypeVar

_T = TypeVar("_T")

_COLORS = {"good": "32", "bad": "31", "doubtful": "33", "quiet": "2", "strong": "1"}
_SHOWN_EVERY_SECONDS = 0.1


class Terminal:
    """Where a command writes: results to the standard output, the rest to the standard error."""

    def __init__(self, *, as_json: bool) -> None:
        """Write results as JSON, or else for people."""
        self.as_json = as_json

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line for people."""
        if not self.as_json:
            print(styled(text, style, sys.stdout))

    def json(self, value: object) -> None:
        """Write the result for programs, if that was asked for."""
        if self.as_json:
            print(json.dumps(value, indent=2, ensure_ascii=False, default=_as_json))

    def note(self, text: str) -> None:
        """Write something that is worth knowing, beside the result."""
        print(f"{styled('note:', 'doubtful', sys.stderr)} {text}", file=sys.stderr)

    def failure(self, text: str) -> None:
        """Write why it did not work; for programs, in place of the result."""
        if self.as_json:
            self.json({"error": text})
        else:
            print(f"{styled('argus-mqtt:', 'bad', sys.stderr)} {text}", file=sys.stderr)

    def waiting(self, text: str, call: Callable[[], _T]) -> _T:
        """Make a call that takes its time, and show for how long it does, where a person watches.

        It runs on a thread of its own, so that Ctrl-C ends the program at once.
        """
        work = _Work(call)
        thread = threading.Thread(target=work.run, daemon=True)
        begun = time.monotonic()
        is_shown = sys.stderr.isatty() and not self.as_json
        thread.start()
        try:
            while True:
                if is_shown:
                    seconds = time.monotonic() - begun
                    print(f"\r\033[K{text} … {seconds:.1f} s", end="", file=sys.stderr, flush=True)
                thread.join(_SHOWN_EVERY_SECONDS)
                if not thread.is_alive():
                    break
        finally:
            if is_shown:
                print("\r\033[K", end="", file=sys.stderr, flush=True)
        return work.result()


class _Work(Generic[_T]):
    """A call, and what came of it."""

    def __init__(self, call: Callable[[], _T]) -> None:
        self._call = call
        self._results: list[_T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._results.append(self._call())
        except BaseException as error:  # noqa: BLE001  (raised again where it is waited for)
            self._error = error

    def result(self) -> _T:
        if self._error:
            raise self._error
        return self._results[0]


def styled(text: str, style: str, where: TextIO) -> str:
    """Give a text its colour, if a terminal shows it and nobody objects."""
    is_colored = (
        style and where.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
    )
    return f"\033[{_COLORS[style]}m{text}\033[0m" if is_colored else text


def _as_json(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
