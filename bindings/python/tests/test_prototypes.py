"""What the package says of the C functions is what the header says."""

from __future__ import annotations

import ctypes
import re

import pytest

from argus_mqtt import _errors, _library, _prototypes
from support.programs import PACKAGE, REPOSITORY

HEADER = re.sub(r"/\*.*?\*/", "", (REPOSITORY / "include" / "argus_mqtt.h").read_text(), flags=re.DOTALL)
OURS = re.sub(r"^# ?", "", (PACKAGE / "argus_mqtt" / "_prototypes.py").read_text(), flags=re.MULTILINE)

INTEGERS = {
    "argus_mqtt_client": ctypes.c_uint64,
    "argus_mqtt_delivery": ctypes.c_uint64,
    "argus_mqtt_connection_test": ctypes.c_uint64,
    "uint64_t": ctypes.c_uint64,
    "uint32_t": ctypes.c_uint32,
    "int32_t": ctypes.c_int32,
    "size_t": ctypes.c_size_t,
}


def prototypes_in(text: str) -> dict[str, str]:
    """Give the prototypes in a text by the names of their functions."""
    found = re.findall(r"^(?:int32_t |uint32_t |const char \*)argus_mqtt_\w+\([^;]*\);", text, re.MULTILINE)
    prototypes = [" ".join(one.split()) for one in found]
    return {re.findall(r"argus_mqtt_\w+", one)[0]: one for one in prototypes}


def test_prototypes_are_those_of_the_header() -> None:
    header, ours = prototypes_in(HEADER), prototypes_in(OURS)
    assert len(ours) >= 12
    assert ours == {name: header.get(name) for name in ours}


@pytest.mark.parametrize("name", [name for name in prototypes_in(OURS) if name != "argus_mqtt_version"])
def test_types_are_those_of_the_prototype(name: str) -> None:
    function = getattr(_prototypes, name.removeprefix("argus_mqtt_"))
    _, _, parameters = prototypes_in(OURS)[name].rstrip(");").partition("(")
    expected = [None if "*" in one else INTEGERS[one.split()[0]] for one in parameters.split(", ")]
    actual = [one if issubclass(one, tuple(INTEGERS.values())) else None for one in function.argtypes]
    assert actual == expected
    assert function.restype is ctypes.c_int32


def test_numbers_are_those_of_the_header() -> None:
    numbers = {name: int(value) for name, value in re.findall(r"#define ARGUS_MQTT_(\w+) (\d+)", HEADER)}
    assert numbers.pop("ABI_VERSION") == _library.ABI_VERSION
    assert numbers.pop("MESSAGE_SIZE") == _prototypes.MESSAGE_SIZE
    assert numbers.pop("REASON_SIZE") == _prototypes.REASON_SIZE
    kinds = {name: numbers.pop(name) for name in list(numbers) if name.startswith("NOTICE_")}
    assert len(kinds) == 4
    assert kinds == {name: getattr(_prototypes, name, None) for name in kinds}
    assert numbers == {name: getattr(_errors, name, None) for name in numbers}
