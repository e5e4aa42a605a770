"""The client for asyncio programs: it waits on the event loop and needs no thread of Python.

    from argus_mqtt import aio

    async with aio.connect({"broker_host": "localhost"}) as client:
        delivery = await client.publish_event("front_door", {"description": "A person at the door"})
        await delivery

It belongs to the event loop that is running when it is created, that of asyncio or of uvloop. The library wakes the
loop through a file descriptor, once for everything that has happened meanwhile. Exceptions and settings are those of
`argus_mqtt`.
"""

from ._client import AsyncClient, connect
from ._connection_test import test_connection
from ._delivery import AsyncDelivery
from ._notices import Notices

__all__ = ["AsyncClient", "AsyncDelivery", "Notices", "connect", "test_connection"]

for _one in (AsyncClient, AsyncDelivery, Notices, connect, test_connection):
    _one.__module__ = __name__
