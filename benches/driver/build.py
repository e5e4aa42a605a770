"""Builds the programs that are measured, and fetches what they are linked with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .paths import BENCHES, DEBIAN, ROOT, WORK

RUST = WORK / "cargo" / "release"
C = WORK / "c"
PYTHON = WORK / "venv" / "bin" / "python"

_C_FLAGS = ("-std=c11", "-D_DEFAULT_SOURCE", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror", "-pedantic")
_C_LIBRARIES = {"none": None, "mosquitto": "mosquitto", "paho": "paho-mqtt3a", "argus": "argus_mqtt"}


def library(*, tls: bool) -> Path:
    """The shared library of argus-mqtt as it is released, but not stripped."""
    return WORK / ("tls" if tls else "plain") / "release" / "libargus_mqtt.so"


def debian_file(name: str) -> Path:
    """A library from Debian: the one that tools/debian unpacked, else the system's."""
    for base in (DEBIAN / "usr" / "lib", Path("/usr/lib")):
        for path in sorted(base.glob(f"*-linux-*/{name}")):
            return path.resolve()
    raise FileNotFoundError(f"{name} is neither in {DEBIAN} nor in /usr/lib")


def build() -> None:
    """Build all; quick when nothing has changed."""
    WORK.mkdir(parents=True, exist_ok=True)
    _say("the Rust programs and the library (some minutes the first time)")
    _cargo("--manifest-path", str(BENCHES / "Cargo.toml"), "--features", "tls", target="cargo")
    _cargo("--lib", target="tls")
    _cargo("--lib", "--no-default-features", target="plain")
    _say("the C programs")
    _run(str(ROOT / "tools" / "debian"), "libmosquitto-dev", "libpaho-mqtt-dev", "mosquitto")
    C.mkdir(exist_ok=True)
    for name, linked in _C_LIBRARIES.items():
        _compile(name, linked)
    _say("the Python environment")
    _python_environment()


def _say(what: str) -> None:
    print(f"== Building {what}", flush=True)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _cargo(*arguments: str, target: str) -> None:
    _run("cargo", "build", "--release", "--locked", *arguments, "--target-dir", str(WORK / target))


def _compile(name: str, linked: str | None) -> None:
    sources = [str(BENCHES / "c" / source) for source in ("bench.c", "progress.c", f"{name}.c")]
    _run("cc", *_C_FLAGS, *_search_paths(), *sources, "-o", str(C / f"peer-{name}"), *_link(linked))


def _search_paths() -> Sequence[str]:
    return (f"-I{ROOT / 'include'}", f"-I{DEBIAN / 'usr' / 'include'}")


def _link(linked: str | None) -> Sequence[str]:
    if linked is None:
        return ()
    directory = library(tls=True).parent if linked == "argus_mqtt" else debian_file(f"lib{linked}.so").parent
    return (f"-L{directory}", f"-l{linked}", f"-Wl,-rpath,{directory}")


def _python_environment() -> None:
    requirements = BENCHES / "python" / "requirements.txt"
    stamp = WORK / "venv" / "requirements.txt"
    if stamp.exists() and stamp.read_text() == requirements.read_text():
        return
    _run(sys.executable, "-m", "venv", "--clear", str(WORK / "venv"))
    _run(str(PYTHON), "-m", "pip", "install", "--quiet", "--requirement", str(requirements))
    shutil.copy(requirements, stamp)
