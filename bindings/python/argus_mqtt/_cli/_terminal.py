"""Output for people, and for programs."""

from __future__ import annotations

import contextlib
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


class Unwritable(Exception):
    """The result can't be written; the cause is the OSError."""


class Terminal:
    """The output of a command: results on the standard output, the rest on the standard error."""

    def __init__(self, *, as_json: bool) -> None:
        """Write results as JSON, or for people.

        Whatever writes a result raises Unwritable if that fails.
        """
        self.as_json = as_json

    def line(self, text: str = "", style: str = "") -> None:
        """Write a line for people."""
        if not self.as_json:
            _write(styled(text, style, sys.stdout) + "\n")

    def json(self, value: object) -> None:
        """Write the result for programs, if requested."""
        if self.as_json:
            self.document(value)

    def document(self, value: object) -> None:
        """Write a result that is JSON, for people and programs."""
        text = json.dumps(value, indent=2, ensure_ascii=False, default=_as_json)
        if not _can_show(text, sys.stdout):
            text = json.dumps(value, indent=2, default=_as_json)
        _write(text + "\n")

    def note(self, text: str) -> None:
        """Write a note that is not part of the result."""
        _say(f"{styled('note:', 'doubtful', sys.stderr)} {text}")

    def failure(self, text: str, usage: str = "") -> None:
        """Write why the command failed, and its usage; for programs, in place of the result."""
        if self.as_json:
            self.json({"error": text})
        else:
            _say(f"{usage}{styled('argus-mqtt:', 'bad', sys.stderr)} {text}")

    def flush(self) -> None:
        """Flush the result."""
        _write("", flush=True)

    def waiting(self, text: str, call: Callable[[], _T]) -> _T:
        """Make a call that may take a while, and show its duration on a terminal.

        The call runs on its own thread, so that Ctrl-C ends the program at once.
        """
        work = _Work(call)
        thread = threading.Thread(target=work.run, daemon=True)
        begun = time.monotonic()
        is_shown = sys.stderr is not None and sys.stderr.isatty() and not self.as_json
        thread.start()
        try:
            while True:
                if is_shown:
                    seconds = time.monotonic() - begun
                    _draw(f"\r\033[K{text} … {seconds:.1f} s")
                thread.join(_SHOWN_EVERY_SECONDS)
                if not thread.is_alive():
                    break
        finally:
            if is_shown:
                _draw("\r\033[K")
        return work.result()


class _Work(Generic[_T]):
    """A call and its result."""

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


# Python's standard streams are None where they are closed, which types do not say.
def styled(text: str, style: str, where: TextIO | None) -> str:
    """Colour a text, if it is shown on a terminal that allows colours."""
    is_colored = (
        style
        and where
        and where.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") != "dumb"
    )
    return f"\033[{_COLORS[style]}m{text}\033[0m" if is_colored else text


def _write(text: str, *, flush: bool = False) -> None:
    """Write to the standard output; nothing where that is closed."""
    try:
        print(_shown(text, sys.stdout), end="", flush=flush)
    except OSError as error:
        raise Unwritable from error


def _say(text: str) -> None:
    """Write a line to the standard error. That nobody can read it keeps no command from its work."""
    with contextlib.suppress(OSError):
        print(_shown(text, sys.stderr), file=sys.stderr)


def _draw(text: str) -> None:
    """Write to the terminal at once. One that has hung up must not hide what the call returns or raises."""
    with contextlib.suppress(OSError):
        print(text, end="", file=sys.stderr, flush=True)


def _shown(text: str, where: TextIO | None) -> str:
    """Give a text with escapes for what the encoding of a stream lacks."""
    if _can_show(text, where):
        return text
    encoding = (where and where.encoding) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _can_show(text: str, where: TextIO | None) -> bool:
    try:
        text.encode((where and where.encoding) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _as_json(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
