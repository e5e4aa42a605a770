"""`argus-mqtt`, as a person or a script calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import DEADLINE
from .programs import PACKAGE

if TYPE_CHECKING:
    from .mosquitto import Mosquitto

COMMAND = (sys.executable, "-W", "error", "-m", "argus_mqtt")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


def argus_mqtt(
    *arguments: str | Path, environment: Mapping[str, str] | None = None, stdin: bytes | str = b""
) -> Ended:
    """Run it to its end, with none of the variables that it takes settings from but those given."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env={**without_settings(), **(environment or {})},
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=PACKAGE,
        timeout=DEADLINE,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def without_settings() -> dict[str, str]:
    """Give the environment of the tests without what a command would take for settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MQTT_")}


def at(broker: Mosquitto) -> list[str]:
    """Give the options that lead to a broker."""
    return ["-h", broker.host, "-p", str(broker.port)]
