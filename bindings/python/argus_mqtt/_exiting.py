"""The end of Python, at which every client is shut down while daemon threads still run."""

from __future__ import annotations

import threading

_begun = threading.Event()


def begin() -> None:
    """Note that Python is exiting."""
    _begun.set()


def leave_daemon_thread() -> None:
    """End this thread, without a traceback, if Python is exiting and would end it anyway.

    A program that leaves a daemon thread publishing to the end has done nothing wrong; an exception would be
    printed all the same.
    """
    if _begun.is_set() and threading.current_thread().daemon:
        raise SystemExit
