"""The size of the libraries, stripped."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import build
from .paths import WORK
from .peers import Peer
from .plan import Plan
from .process import Record


def run(_: Plan, __: Sequence[Peer]) -> Iterator[Record]:
    """Each library by itself; what it needs besides is not counted."""
    libraries = {
        "argus-mqtt": build.library(tls=True),
        "argus-mqtt without TLS": build.library(tls=False),
        "libmosquitto": build.debian_file("libmosquitto.so"),
        "paho.mqtt.c": build.debian_file("libpaho-mqtt3as.so"),
        "paho.mqtt.c without TLS": build.debian_file("libpaho-mqtt3a.so"),
        "awscrt": next((WORK / "venv").glob("lib/python*/site-packages/_awscrt*.so")),
    }
    for name, path in libraries.items():
        yield {"measure": "size", "peer": name, "round": 0, "bytes": _stripped_size(path)}


def _stripped_size(path: Path) -> int:
    stripped = WORK / "stripped.so"
    subprocess.run(["strip", "--strip-unneeded", "-o", str(stripped), str(path)], check=True)
    size = stripped.stat().st_size
    stripped.unlink()
    return size
