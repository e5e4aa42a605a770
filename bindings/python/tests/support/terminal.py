"""A program whose output goes to a terminal, as where a person watches."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence

from . import DEADLINE


def watched(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a program in a terminal to its end; give its exit status and all that the terminal was sent."""
    controller, terminal = pty.openpty()
    try:
        with subprocess.Popen(
            command, stdin=terminal, stdout=terminal, stderr=terminal, env={**os.environ, **environment}
        ) as process:
            os.close(terminal)
            output = bytearray()
            while True:
                try:
                    part = os.read(controller, 65536)
                except OSError:  # The kernel's way to say that nobody writes there any more.
                    break
                if not part:
                    break
                output += part
            return process.wait(DEADLINE), output.decode()
    finally:
        os.close(controller)
