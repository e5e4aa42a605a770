"""Signals that end a program, as Ctrl-C does: so that it still says what became of its messages."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """The signal that ended a command; Ctrl-C if nothing else has come."""

    def __init__(self) -> None:
        """Begin with Ctrl-C, for which Python raises KeyboardInterrupt by itself."""
        self._number: int = signal.SIGINT

    @property
    def name(self) -> str:
        """What it did, in a word."""
        return "interrupted" if self._number == signal.SIGINT else "terminated"

    @property
    def status(self) -> int:
        """The exit status, as shells have it."""
        return 128 + self._number

    def _come(self, number: int, _frame: FrameType | None) -> None:
        self._number = number
        raise KeyboardInterrupt


@contextlib.contextmanager
def as_interrupts() -> Iterator[Interruption]:
    """Raise KeyboardInterrupt for them as well; not where somebody else handles or ignores them, as under nohup."""
    interruption = Interruption()
    is_main = threading.current_thread() is threading.main_thread()
    taken = [number for number in _ENDING if is_main and signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, interruption._come)
    try:
        yield interruption
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
