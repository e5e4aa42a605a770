"""Testing a connection from an event loop."""

from __future__ import annotations

import asyncio
import ctypes
from typing import TYPE_CHECKING

from argus_mqtt import _arguments, _buffer, _prototypes, _waiting
from argus_mqtt._connection_test import report_from
from argus_mqtt._errors import OK, error_for
from argus_mqtt._settings import settings_error, settings_json

if TYPE_CHECKING:
    from argus_mqtt._connection_test import ConnectionReport
    from argus_mqtt._settings import GivenSettings


async def test_connection(settings: GivenSettings, timeout: float = 15.0) -> ConnectionReport:  # noqa: PT028
    """Test whether a client with these settings can connect and publish, as `argus_mqtt.test_connection` does.

    The test runs on a thread of the library, and the loop continues meanwhile. If the wait for it is cancelled, the
    test is ended.

    Args:
        settings: As for `connect`.
        timeout: How many seconds it may take.

    Raises:
        InvalidSettings: The settings have faults.
        ArgusMqttError: The operating system refuses a thread or a file descriptor.
    """
    loop = asyncio.get_running_loop()
    test = _begun(settings_json(settings), _waiting.deadline_after(_arguments.timeout(timeout)))
    try:
        ended = asyncio.Event()
        fd = _descriptor(test)
        loop.add_reader(fd, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(fd)
        return report_from(_buffer.read(lambda *output: _prototypes.connection_test_report(test, 0, *output)))
    finally:
        _prototypes.connection_test_end(test, None)


def _begun(settings: bytes, deadline: float) -> int:
    test = ctypes.c_uint64()
    error = _prototypes.Error()
    status = _prototypes.connection_test_begin(
        settings, _waiting.milliseconds_to(deadline), ctypes.byref(test), ctypes.byref(error)
    )
    if status != OK:
        raise settings_error(status, error, settings)
    return test.value


def _descriptor(test: int) -> int:
    fd = ctypes.c_int()
    error = _prototypes.Error()
    status = _prototypes.connection_test_fd(test, ctypes.byref(fd), ctypes.byref(error))
    if status != OK:
        raise error_for(status, error.text)
    return fd.value


# It is no test, whatever pytest thinks of its name.
setattr(test_connection, "__test__", False)  # noqa: B010  (functions have no such attribute for type checkers)
