"""Puts the library into the wheel, and what builds it into the source distribution.

ARGUS_MQTT_WHEEL_LIBRARY   a library that was built already, instead of one that cargo builds now
ARGUS_MQTT_WHEEL_PLATFORM  the platform that it is for, as wheels name them; this machine's unless given
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "argus_mqtt"
LIBRARY = "libargus_mqtt.dylib" if sys.platform == "darwin" else "libargus_mqtt.so"
# Where the crate lies in a source distribution; in the repository it is two levels up.
CRATE = "rust"


class CustomBuildHook(BuildHookInterface[Any]):
    """See the module."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        """Add what belongs into this kind of distribution."""
        root = Path(self.root)
        crate = root / CRATE if (root / CRATE).is_dir() else root.parents[1]
        _check_version(crate, self.metadata.version)
        if self.target_name == "sdist":
            build_data["force_include"][str(_packaged(crate))] = CRATE
            return
        given = os.environ.get("ARGUS_MQTT_WHEEL_LIBRARY")
        library = Path(given).resolve() if given else _built(crate)
        if not library.is_file():
            sys.exit(f"argus-mqtt: there is no library {library}, so there can be no wheel")
        build_data["force_include"][str(library)] = f"{PACKAGE}/{LIBRARY}"
        build_data["pure_python"] = False
        platform = os.environ.get("ARGUS_MQTT_WHEEL_PLATFORM") or sysconfig.get_platform()
        build_data["tag"] = f"py3-none-{re.sub('[-.]', '_', platform)}"


def _check_version(crate: Path, version: str) -> None:
    """Refuse a package and a crate of two versions: the package checks the same when it loads the library."""
    manifest = crate / "Cargo.toml"
    if not manifest.is_file():
        sys.exit(f"argus-mqtt: there is no {manifest}: build from the repository or from a source distribution")
    found = re.search(r'^version = "(.*)"', manifest.read_text(), re.MULTILINE)
    if not found or found[1] != version:
        sys.exit(f"argus-mqtt: {manifest} is not of version {version}, as the Python package is")


def _built(crate: Path) -> Path:
    """Build the library, optimised and without the names of what is not exported."""
    target = _target(crate)
    crate_type = ["--lib", "--crate-type", "cdylib"]
    _cargo(crate, target, "rustc", "--locked", "--release", *crate_type, "--", "-C", "strip=symbols")
    return target / "release" / LIBRARY


def _packaged(crate: Path) -> Path:
    """Unpack what `cargo package` takes of the crate, which leaves out tests and benchmarks; give where it is."""
    if crate.name == CRATE:
        return crate
    target = _target(crate)
    _cargo(crate, target, "package", "--locked", "--allow-dirty", "--no-verify", "--quiet")
    (archive,) = sorted((target / "package").glob("argus-mqtt-*.crate"), key=lambda one: one.stat().st_mtime)[-1:]
    unpacked = target / "package" / "sdist"
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as files:
        files.extractall(unpacked)  # noqa: S202  (cargo wrote it a moment ago)
    return unpacked / archive.stem


def _target(crate: Path) -> Path:
    """Give a directory of its own: what cargo builds elsewhere is for other uses, and with other options."""
    target = os.environ.get("CARGO_TARGET_DIR")
    return (Path(target).resolve() if target else crate / "target") / "wheel"


def _cargo(crate: Path, target: Path, *arguments: str) -> None:
    cargo = shutil.which("cargo")
    if not cargo:
        sys.exit(
            "argus-mqtt: this builds a library in Rust, and there is no cargo on the PATH. "
            "Install a wheel of argus-mqtt for this platform, or Rust 1.85 or later to build one."
        )
    command = [cargo, *arguments[:1], "--manifest-path", str(crate / "Cargo.toml"), *arguments[1:]]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
    if subprocess.run(command, env=environment, check=False).returncode:  # noqa: S603
        sys.exit(f"argus-mqtt: the library was not built; see above what {' '.join(command)} said")
