"""What is released: a wheel with the library in it, and a source distribution that builds one where Rust is.

The library is not built here, which takes minutes: the wheels get the one that is tested.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from argus_mqtt import __version__
from support.programs import PACKAGE, REPOSITORY, Program

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto

LIBRARY = os.environ["ARGUS_MQTT_LIBRARY"]


def build(project: Path, out: Path, kind: str, **environment: str) -> tuple[int, str]:
    """Build a distribution of a project; give exit status and output."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "build",
        f"--{kind}",
        "--no-isolation",
        "--outdir",
        out,
        project,
    ]
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def built(project: Path, out: Path, kind: str, **environment: str) -> Path:
    """Build a distribution of a project, and give its file."""
    status, output = build(project, out, kind, **environment)
    assert status == 0, output
    (file,) = out.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a wheel with the library that is tested."""
    return built(PACKAGE, tmp_path_factory.mktemp("wheel"), "wheel", ARGUS_MQTT_WHEEL_LIBRARY=LIBRARY)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an unpacked source distribution."""
    file = built(PACKAGE, tmp_path_factory.mktemp("sdist"), "sdist")
    directory = tmp_path_factory.mktemp("sources")
    with tarfile.open(file) as archive:
        archive.extractall(directory)  # noqa: S202  (our own)
    return directory / f"argus_mqtt-{__version__}"


def test_package_and_crate_have_one_version() -> None:
    manifest = (REPOSITORY / "Cargo.toml").read_text()
    assert re.findall(r'^version = "(.*)"', manifest, re.MULTILINE)[0] == __version__


def test_the_licences_are_those_of_the_repository() -> None:
    for name in ("LICENSE-APACHE", "LICENSE-MIT"):
        assert (PACKAGE / name).read_bytes() == (REPOSITORY / name).read_bytes()


def test_a_wheel_is_for_every_python_and_one_platform(wheel: Path) -> None:
    platform = re.sub("[-.]", "_", sysconfig.get_platform())
    assert wheel.name == f"argus_mqtt-{__version__}-py3-none-{platform}.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        about = f"argus_mqtt-{__version__}.dist-info"
        metadata = message_from_bytes(archive.read(f"{about}/METADATA"))
        assert b"Root-Is-Purelib: false" in archive.read(f"{about}/WHEEL")
        assert archive.read("argus_mqtt/libargus_mqtt.so") == Path(LIBRARY).read_bytes()
        assert b"\nargus-mqtt = argus_mqtt._cli:main\n" in archive.read(f"{about}/entry_points.txt")
    modules = {str(path.relative_to(PACKAGE)) for path in (PACKAGE / "argus_mqtt").rglob("*.py")}
    page = (PACKAGE / "argus_mqtt" / "settings" / "page").rglob("*")
    built_page = {str(path.relative_to(PACKAGE)) for path in page if path.is_file()}
    assert modules | {"argus_mqtt/py.typed"} | built_page <= names
    assert {f"{about}/licenses/LICENSE-{name}" for name in ("APACHE", "MIT")} <= names
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert "argus_mqtt.connect" in str(metadata.get_payload())
    # By itself it needs nothing.
    extras = metadata.get_all("Provides-Extra", [])
    for requirement in metadata.get_all("Requires-Dist", []):
        found = re.search(r"; extra == '(\w+)'$", requirement)
        assert found, requirement
        assert found[1] in extras
    assert {"prometheus", "settings"} <= set(extras)


def test_check_wheel_contents_finds_nothing(wheel: Path) -> None:
    subprocess.run([Path(sys.executable).with_name("check-wheel-contents"), wheel], check=True)


def test_a_wheel_works_without_anything_else(
    wheel: Path, tmp_path: Path, settings: Settings, broker: Mosquitto
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202  (our own)
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import argus_mqtt
with argus_mqtt.connect({{"broker_host": "{broker.host}", "broker_port": {broker.port},
                         "topic_prefix": "{settings["topic_prefix"]}"}}) as client:
    client.publish_event("front", {{}}).wait(60)
print(argus_mqtt.__file__, argus_mqtt.library_version() == argus_mqtt.__version__, flush=True)
"""
    with Program([sys.executable, "-I", "-S", "-c", code], {"ARGUS_MQTT_LIBRARY": ""}) as program:
        program.line(f"{tmp_path}/argus_mqtt/__init__.py True")
        assert program.ended() == 0


def test_there_is_no_wheel_without_a_library(tmp_path: Path) -> None:
    status, output = build(PACKAGE, tmp_path, "wheel", ARGUS_MQTT_WHEEL_LIBRARY=str(tmp_path / "none.so"))
    assert status
    assert f"there is no library {tmp_path}/none.so, so there can be no wheel" in output
    assert list(tmp_path.iterdir()) == []


def test_where_rust_is_missing_it_is_said(sources: Path, tmp_path: Path) -> None:
    status, output = build(sources, tmp_path, "wheel", PATH=str(tmp_path))
    assert status
    assert "argus-mqtt: this builds a library in Rust, and there is no cargo on the PATH" in output
    assert "Traceback" not in output
    assert list(tmp_path.iterdir()) == []


def test_a_source_distribution_builds_the_crate_that_it_brings(sources: Path, tmp_path: Path) -> None:
    for name in ("Cargo.toml", "Cargo.lock", "build.rs", "src/lib.rs", "include/argus_mqtt.h"):
        assert (sources / "rust" / name).is_file(), name
    programs, out = tmp_path / "programs", tmp_path / "out"
    programs.mkdir()
    cargo = programs / "cargo"
    # Stands for cargo, which is tried by building the crate's own package: same files, same manifest.
    cargo.write_text(
        "#!/bin/sh -e\n"
        f'[ "$*" = "rustc --manifest-path {sources}/rust/Cargo.toml --locked --release --lib --crate-type cdylib '
        '-- -C strip=symbols" ] || { echo "called with $*"; exit 1; }\n'
        'mkdir -p "$CARGO_TARGET_DIR/release"\n'
        f'cp {LIBRARY} "$CARGO_TARGET_DIR/release/libargus_mqtt.so"\n'
    )
    cargo.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    wheel = built(sources, out, "wheel", PATH=path, CARGO_TARGET_DIR=str(tmp_path / "target"))
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("argus_mqtt/libargus_mqtt.so") == Path(LIBRARY).read_bytes()


def test_two_versions_make_no_wheel(sources: Path, tmp_path: Path) -> None:
    manifest = sources / "rust" / "Cargo.toml"
    text = manifest.read_text()
    manifest.write_text(text.replace(f'version = "{__version__}"', 'version = "9.9.9"', 1))
    try:
        status, output = build(sources, tmp_path, "wheel", ARGUS_MQTT_WHEEL_LIBRARY=LIBRARY)
    finally:
        manifest.write_text(text)
    assert status
    assert f"is not of version {__version__}, as the Python package is" in output
