"""The client for asyncio programs: what waits is awaited, and no thread waits for it.

    from argus_mqtt import aio

    async with aio.connect({"broker_host": "localhost"}) as client:
        delivery = await client.publish_event("front_door", {"description": "A person at the door"})
        await delivery

It belongs to the event loop that is running when it is connected, asyncio's own or uvloop's. The loop is woken by the
library's file descriptor, once for all that has happened meanwhile. Exceptions and settings are those of
`argus_mqtt`.
"""

from ._client import AsyncClient, connect
from ._connection_test import test_connection
from ._delivery import AsyncDelivery
from ._notices import Notices

__all__ = ["AsyncClient", "AsyncDelivery", "Notices", "connect", "test_connection"]

for _one in (AsyncClient, AsyncDelivery, Notices, connect, test_connection):
    _one.__module__ = __name__
