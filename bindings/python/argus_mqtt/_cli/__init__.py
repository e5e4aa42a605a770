"""The command line: checks settings, tests a connection, and publishes beside a running service."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from argus_mqtt._errors import ArgusMqttError, InvalidArgument

from . import _arguments
from ._failing import FAILED, INTERRUPTED, MISUSED, Misused
from ._terminal import Terminal

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and give the status to exit with: 0 done, 1 it did not work, 2 it was called wrongly.

    Args:
        arguments: Those after the name of the program; None takes them from `sys.argv`.
    """
    given = _arguments.parser().parse_args(arguments)
    terminal = Terminal(as_json=given.as_json)
    try:
        status: int = given.run(given, terminal)
        sys.stdout.flush()
    except (Misused, InvalidArgument) as error:
        terminal.failure(str(error))
        return MISUSED
    except ArgusMqttError as error:
        terminal.failure(str(error))
        return FAILED
    except KeyboardInterrupt:
        terminal.failure("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has enough; Python would complain of it once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status
