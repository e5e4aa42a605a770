"""The command line: checks settings, tests a connection, and publishes beside a running service."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from argus_mqtt._errors import ArgusMqttError, InvalidArgument

from . import _arguments, _signals
from ._failing import FAILED, MISUSED, Misused
from ._terminal import Terminal, Unwritable

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 success, 1 failure, 2 wrong usage, 128 and a signal's number.

    Args:
        arguments: The arguments after the program's name; None takes them from `sys.argv`.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    terminal = Terminal(as_json="--json" in words)
    try:
        with _signals.as_interrupts() as interruption:
            try:
                return _run(words, terminal, interruption)
            finally:
                terminal.flush()
    except Unwritable as error:
        # Python would try once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error.__cause__, OSError) and not isinstance(error.__cause__, BrokenPipeError):
            Terminal(as_json=False).failure(f"the result can't be written: {error.__cause__.strerror}")
        return FAILED


def _run(words: Sequence[str], terminal: Terminal, interruption: _signals.Interruption) -> int:
    try:
        given = _arguments.parser().parse_args(words)
        terminal.as_json = given.as_json  # It can be written shorter.
        status: int = given.run(given, terminal)
    except Misused as error:
        terminal.failure(str(error), error.usage)
        return MISUSED
    except InvalidArgument as error:
        terminal.failure(str(error))
        return MISUSED
    except ArgusMqttError as error:
        terminal.failure(str(error))
        return FAILED
    except KeyboardInterrupt as error:
        terminal.failure(f"{interruption.name}{error}")
        return interruption.status
    return status
