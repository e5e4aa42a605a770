"""A publisher in an asyncio program, with the client for such programs.

python examples/python/asyncio_client.py '{"broker_host": "homeassistant.local"}'

Each line of standard input is an event, as JSON, of the camera "front_door". What becomes of each, and every change
of the connection, is written to standard output. The end of the input ends the program in good order.
"""

import asyncio
import sys

import argus_mqtt
from argus_mqtt import aio


async def publish(client: aio.AsyncClient, event: bytes) -> None:
    """Publish one event, and tell what became of it."""
    try:
        delivery = await client.publish_event("front_door", event)
        await delivery
    except argus_mqtt.ArgusMqttError as error:
        print(f"asyncio_client: {error}", file=sys.stderr, flush=True)
    else:
        print(f"{delivery.id}: delivered", flush=True)


async def tell(client: aio.AsyncClient) -> None:
    """Tell of every change of the connection, until the client is shut down."""
    async for notice in client.notices():
        if isinstance(notice, argus_mqtt.StateChange):
            print(notice.state, flush=True)


async def run(settings: str) -> None:
    """Publish what comes; nothing here waits for the network, nor for another task."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tasks: set[asyncio.Task[None]] = set()
    async with aio.connect(settings) as client:
        telling = asyncio.create_task(tell(client))
        async for line in lines:
            task = asyncio.create_task(publish(client, line))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await client.flush(timeout=30)
    await telling


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: asyncio_client.py SETTINGS_AS_JSON")
    try:
        asyncio.run(run(sys.argv[1]))
    except argus_mqtt.ArgusMqttError as failure:
        sys.exit(f"asyncio_client: {failure}")
