"""What the measurements ran on and with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

from .paths import BENCHES, DEBIAN, ROOT
from .plan import Plan
from .process import Record


def describe(plan: Plan) -> Record:
    """The first record of each group of results."""
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "measure": "machine",
        "date": datetime.now(timezone.utc).date().isoformat(),
        "processor": processor[1] if processor else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "load": os.getloadavg()[0],
        "plan": asdict(plan),
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    requirements = (BENCHES / "python" / "requirements.txt").read_text()
    python = dict(re.findall(r"^([\w-]+)==(\S+)$", requirements, re.MULTILINE))
    return {
        "argus-mqtt": _first_match(r'^version = "(.*)"', ROOT / "Cargo.toml"),
        "rustc": _first_line("rustc", "--version").split()[1],
        "python": platform.python_version(),
        "rumqttc": _first_match(r'name = "rumqttc"\nversion = "(.*)"', BENCHES / "Cargo.lock"),
        "libmosquitto": _debian("libmosquitto-dev"),
        "paho.mqtt.c": _debian("libpaho-mqtt-dev"),
        "mosquitto": _debian("mosquitto"),
        **{name: version for name, version in python.items() if name != "matplotlib"},
    }


def _first_line(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def _first_match(pattern: str, path: Path) -> str:
    match = re.search(pattern, path.read_text(), re.MULTILINE)
    assert match is not None
    return match[1]


def _debian(package: str) -> str:
    """The version that tools/debian unpacked, or else finds on the system."""
    lists = DEBIAN / "lists"
    options = ["-o", f"Dir::State::lists={lists}"] if lists.is_dir() else []
    command = ["apt-cache", *options, "policy", package]
    policy = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    match = re.search(r"Candidate: (.*)", policy)
    return match[1] if match else "?"
