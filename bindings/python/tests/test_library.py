"""Which library is loaded, and what is said when none is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from argus_mqtt import LibraryNotLoaded, __version__, _library
from support.programs import PACKAGE, Program

LIBRARY = Path(os.environ["ARGUS_MQTT_LIBRARY"])

SHOW_WHICH = """
import sys
sys.path.insert(0, sys.argv[1])
import argus_mqtt
print("loaded", next(line.split()[-1] for line in open("/proc/self/maps") if "argus_mqtt.so" in line))
"""


def loaded(directory: Path, **environment: str) -> str:
    """Give the file that a package in `directory` loads."""
    program = Program.python(SHOW_WHICH, str(directory), environment=environment)
    with program:
        path = program.line("loaded ").removeprefix("loaded ")
        assert program.ended() == 0
        return path


def fault(path: object) -> str:
    """Give what is said of a library that the environment names."""
    with pytest.raises(LibraryNotLoaded) as raised:
        _library.load({"ARGUS_MQTT_LIBRARY": str(path)})
    return str(raised.value)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give the directory of a copy of the package that has no library of its own."""
    ignored = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(PACKAGE / "argus_mqtt", tmp_path / "copy" / "argus_mqtt", ignore=ignored)
    return tmp_path / "copy"


def test_the_environment_comes_first(package: Path, tmp_path: Path) -> None:
    shutil.copy(LIBRARY, package / "argus_mqtt" / "libargus_mqtt.so")
    named = tmp_path / "named_argus_mqtt.so"
    shutil.copy(LIBRARY, named)
    assert loaded(package, ARGUS_MQTT_LIBRARY=str(named)) == str(named)


def test_the_own_copy_comes_before_the_systems(package: Path, tmp_path: Path) -> None:
    own = package / "argus_mqtt" / "libargus_mqtt.so"
    shutil.copy(LIBRARY, own)
    shutil.copy(LIBRARY, tmp_path / "libargus_mqtt.so.1")
    assert loaded(package, ARGUS_MQTT_LIBRARY="", LD_LIBRARY_PATH=str(tmp_path)) == str(own)


def test_the_systems_is_found_by_its_abi_number(package: Path, tmp_path: Path) -> None:
    system = tmp_path / "libargus_mqtt.so.1"
    shutil.copy(LIBRARY, system)
    assert loaded(package, ARGUS_MQTT_LIBRARY="", LD_LIBRARY_PATH=str(tmp_path)) == str(system)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    message = fault(tmp_path / "nowhere.so")
    assert f"ARGUS_MQTT_LIBRARY: {tmp_path}/nowhere.so: there is no such file" in message
    assert "unset it" in message
    assert f"ARGUS_MQTT_LIBRARY: {tmp_path}: it is a directory, not the file of the library" in fault(tmp_path)


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    text = tmp_path / "text.so"
    text.write_text("not a library")
    assert str(text) in fault(text)


def test_another_machine_is_named(tmp_path: Path) -> None:
    header = bytearray(LIBRARY.read_bytes())
    other, name = (183, "aarch64") if header[18] != 183 else (62, "x86_64")
    header[18] = other
    library = tmp_path / "other.so"
    library.write_bytes(header)
    message = fault(library)
    assert f"it is built for 64-bit {name}, and this Python for 64-bit " in message


def test_another_library_is_noticed() -> None:
    system = next(line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libc.so" in line)
    assert f"{system}: it is not the argus-mqtt library" in fault(system)


def compiled(directory: Path, abi: int, version: str) -> Path:
    """Give a library that is another one in these respects."""
    compiler = shutil.which("cc")
    assert compiler, "a C compiler is missing: install gcc"
    source, library = directory / "other.c", directory / "libargus_mqtt.so"
    source.write_text(
        f"unsigned argus_mqtt_abi_version(void) {{ return {abi}; }}\n"
        f'const char *argus_mqtt_version(void) {{ return "{version}"; }}\n'
    )
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def test_another_abi_is_noticed(tmp_path: Path) -> None:
    library = compiled(tmp_path, 2, __version__)
    assert f"{library}: it has ABI 2, and this package needs ABI 1" in fault(library)


def test_an_older_version_is_noticed(tmp_path: Path) -> None:
    library = compiled(tmp_path, 1, "0.0.9")
    assert f"{library}: it is of version 0.0.9, and this package needs {__version__} or later" in fault(library)


def test_a_function_that_an_earlier_build_lacks_is_named(tmp_path: Path) -> None:
    library = compiled(tmp_path, 1, __version__)
    with Program.python("import argus_mqtt", environment={"ARGUS_MQTT_LIBRARY": str(library)}) as program:
        program.line(f"LibraryNotLoaded: the argus-mqtt library {library} has no function argus_mqtt_connect: ")
        assert program.ended() != 0


def test_the_own_copy_is_of_the_packages_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_library, "_SYSTEM_NAMES", ())
    library = compiled(tmp_path, 1, "99.10.1-beta.1")
    with pytest.raises(
        LibraryNotLoaded, match=r"own copy: .*: it is of version 99\.10\.1-beta\.1, and this package of"
    ):
        _library.load({}, tmp_path)
    _library.load({"ARGUS_MQTT_LIBRARY": str(library)})


def test_everything_tried_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_library, "_SYSTEM_NAMES", ("libargus_mqtt_nowhere.so.1", "libargus_mqtt_nowhere.so"))
    with pytest.raises(ImportError) as raised:
        _library.load({}, tmp_path)
    lines = str(raised.value).splitlines()
    assert lines[1] == f"  the package's own copy: {tmp_path}/libargus_mqtt.so: there is no such file"
    assert [line.split(": ")[1] for line in lines[2:4]] == ["libargus_mqtt_nowhere.so.1", "libargus_mqtt_nowhere.so"]
    assert lines[-1] == "Install the library, or name its file in ARGUS_MQTT_LIBRARY."


def test_importing_fails_with_the_reason() -> None:
    program = Program.python("import argus_mqtt", environment={"ARGUS_MQTT_LIBRARY": "/nowhere.so"})
    with program:
        assert program.ended() == 1
        assert "/nowhere.so: there is no such file" in program.output
