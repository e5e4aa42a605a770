"""Finding and loading the C library.

`ARGUS_MQTT_LIBRARY` names a library file; when it is set, nothing else is tried. Otherwise the package's own
copy is loaded, and where there is none that fits, the system's.

The package's own copy is of the package's version. Another one may be of a later one with the same ABI, which has all
that this package calls.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ._errors import LibraryNotLoaded
from ._version import __version__

ABI_VERSION = 1
"""The number of the C ABI that this package speaks."""

ENVIRONMENT_VARIABLE = "ARGUS_MQTT_LIBRARY"

_FILE_NAME = "libargus_mqtt.dylib" if sys.platform == "darwin" else "libargus_mqtt.so"
# The system's loader looks these up; the first is the name that carries the ABI number.
_SYSTEM_NAMES = (
    ("libargus_mqtt.1.dylib", "libargus_mqtt.dylib")
    if sys.platform == "darwin"
    else ("libargus_mqtt.so.1", "libargus_mqtt.so")
)

_OWN = "the package's own copy"

# e_machine of the ELF header, for the machines people run this on.
_MACHINES = {3: "x86", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv"}


def load(
    environment: Mapping[str, str] = os.environ, package: Path = Path(__file__).parent
) -> tuple[ctypes.CDLL, ctypes.PyDLL]:
    """Load the library, twice: once releasing the interpreter's lock during calls, once keeping it.

    Both are the same library in memory.

    Raises:
        LibraryNotLoaded: No library fits; the text names each that was tried and what was wrong with it.
    """
    tried: list[str] = []
    for origin, name in _candidates(environment, package):
        fault = _fault_before_loading(name)
        if fault is None:
            try:
                library = ctypes.CDLL(name)
            except OSError as error:
                fault = str(error)
            else:
                fault = _fault_of(library) or _fault_of_version(library, own=origin == _OWN)
                if fault is None:
                    return library, ctypes.PyDLL(name)
        tried.append(f"  {origin}: {name}: {fault}")
    remedy = (
        f"Correct {ENVIRONMENT_VARIABLE}, or unset it to use the package's own copy or the system's."
        if environment.get(ENVIRONMENT_VARIABLE)
        else f"Install the library, or name its file in {ENVIRONMENT_VARIABLE}."
    )
    raise LibraryNotLoaded("\n".join(["the argus-mqtt library could not be loaded. Tried:", *tried, remedy]))


def lacks(library: ctypes.CDLL, function: str) -> LibraryNotLoaded:
    """Describe a library whose version fits, but that was built before this function was added."""
    return LibraryNotLoaded(
        f"the argus-mqtt library {library._name} has no function {function}: it was built from an earlier state of "
        f"version {__version__} than this package; build or install both anew"
    )


def _candidates(environment: Mapping[str, str], package: Path) -> list[tuple[str, str]]:
    """What to try, in order, each with where the name comes from."""
    named = environment.get(ENVIRONMENT_VARIABLE)
    if named:
        return [(ENVIRONMENT_VARIABLE, named)]
    own = (_OWN, str(package / _FILE_NAME))
    return [own, *(("the system's", name) for name in _SYSTEM_NAMES)]


def _fault_before_loading(name: str) -> str | None:
    """What can be told from the file alone, better than the system's loader tells it."""
    if os.sep not in name:
        return None
    if Path(name).is_dir():
        return "it is a directory, not the file of the library"
    if not Path(name).is_file():
        return "there is no such file"
    # For a library of another machine glibc says that there is no such file.
    library, python = _machine(name), _machine(sys.executable)
    if library and python and library != python:
        return f"it is built for {library}, and this Python for {python}"
    return None


def _machine(path: str) -> str | None:
    """The machine an ELF file is built for, such as `64-bit x86_64`; None when it is no ELF file."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (nothing of a Path is needed)
            header = file.read(20)
    except OSError:
        return None
    if len(header) < 20 or header[:4] != b"\x7fELF":
        return None
    bits = {1: "32-bit", 2: "64-bit"}.get(header[4], "unknown")
    number = int.from_bytes(header[18:20], "little" if header[5] == 1 else "big")
    return f"{bits} {_MACHINES.get(number, f'machine {number}')}"


def _fault_of(library: ctypes.CDLL) -> str | None:
    """What is wrong with a library that the system could load."""
    try:
        abi_version = library.argus_mqtt_abi_version
    except AttributeError:
        return "it is not the argus-mqtt library: it has no function argus_mqtt_abi_version"
    abi_version.argtypes = []
    abi_version.restype = ctypes.c_uint32
    number = abi_version()
    if number != ABI_VERSION:
        return (
            f"it has ABI {number}, and this package needs ABI {ABI_VERSION}: "
            "install the library and the package from the same release"
        )
    return None


def _fault_of_version(library: ctypes.CDLL, *, own: bool) -> str | None:
    """Say what is wrong with the version of a library whose ABI fits."""
    version = library.argus_mqtt_version
    version.argtypes = []
    version.restype = ctypes.c_char_p
    found = version().decode()
    if own and found != __version__:
        return f"it is of version {found}, and this package of {__version__}: reinstall the package"
    if _numbers(found) < _numbers(__version__):
        return f"it is of version {found}, and this package needs {__version__} or later: install a newer library"
    return None


def _numbers(version: str) -> list[int]:
    """Give the three numbers of a version, which come before any "-" or "+"."""
    return [int(number) for number in version.replace("+", "-").partition("-")[0].split(".")]
