"""Builds the programs that are measured, and fetches what they are linked with."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .paths import BENCHES, DEBIAN, ROOT, WORK

RUST = WORK / "cargo" / "release"
C = WORK / "c"
PYTHON = WORK / "venv" / "bin" / "python"
SERVER_PYTHON = ROOT / "target" / "venv" / "bin" / "python"
"""With what the settings page is served by; the same as for the tests."""

_C_FLAGS = ("-std=c11", "-D_DEFAULT_SOURCE", "-O2", "-pthread", "-Wall", "-Wextra", "-Werror", "-pedantic")
_C_LIBRARIES = {"none": None, "mosquitto": "mosquitto", "paho": "paho-mqtt3as", "argus": "argus_mqtt"}


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
    _cargo("build", BENCHES, target="cargo")
    # As `make build` does it: cargo optimises across crates only when no rlib is made as well.
    as_released = ("--lib", "--crate-type", "cdylib,staticlib")
    _cargo("rustc", ROOT, *as_released, target="tls")
    _cargo("rustc", ROOT, *as_released, "--no-default-features", target="plain")
    _link_by_soname(library(tls=True))
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


def _cargo(command: str, package: Path, *arguments: str, target: str) -> None:
    manifest, directory = str(package / "Cargo.toml"), str(WORK / target)
    _run(
        "cargo", command, "--release", "--locked", "--manifest-path", manifest, "--target-dir", directory, *arguments
    )


def _link_by_soname(library: Path) -> None:
    """Programs that were linked with the library look for it under this name, which cargo does not make."""
    dynamic = subprocess.run(["readelf", "-d", str(library)], check=True, capture_output=True, text=True).stdout
    soname = re.search(r"SONAME.*\[(.*)\]", dynamic)
    assert soname is not None
    link = library.with_name(soname[1])
    link.unlink(missing_ok=True)
    link.symlink_to(library.name)


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
    python_env = str(ROOT / "tools" / "python-env")
    _run(python_env, str(WORK / "venv"), str(BENCHES / "python" / "requirements.txt"))
    _run(python_env, "target/venv")
