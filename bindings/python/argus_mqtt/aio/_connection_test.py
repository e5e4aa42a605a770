"""Testing a connection from an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

import argus_mqtt
from argus_mqtt._errors import SYSTEM, error_for

if TYPE_CHECKING:
    from argus_mqtt._connection_test import ConnectionReport
    from argus_mqtt._settings import GivenSettings


async def test_connection(settings: GivenSettings, timeout: float = 15.0) -> ConnectionReport:  # noqa: PT028
    """Test whether settings make a connection that works, as `argus_mqtt.test_connection` does.

    The test has a thread of its own, and the loop goes on meanwhile. When the wait for it is cancelled, it ends
    unheard, at its timeout at the latest.

    Args:
        settings: As for `connect`.
        timeout: How many seconds it may take.

    Raises:
        InvalidSettings: The settings have faults.
        ArgusMqttError: The operating system does not give a thread or a file descriptor.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[ConnectionReport] = loop.create_future()

    def tell(report: ConnectionReport | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        elif report is not None:
            future.set_result(report)

    def work() -> None:
        report, error = None, None
        try:
            report = argus_mqtt.test_connection(settings, timeout)
        except BaseException as fault:  # noqa: BLE001  (told to whoever waits)
            error = fault
        with contextlib.suppress(RuntimeError):  # The loop was closed meanwhile; nobody waits any more.
            loop.call_soon_threadsafe(tell, report, error)

    # Not one of the loop's executor, whose end waits for all of its threads.
    thread = threading.Thread(target=work, name="argus-mqtt-test", daemon=True)
    try:
        thread.start()
    except RuntimeError as fault:
        raise error_for(SYSTEM, f"test_connection needs a thread: {fault}") from None
    return await future


# It is no test, whatever pytest thinks of its name.
setattr(test_connection, "__test__", False)  # noqa: B010  (functions have no such attribute for type checkers)
