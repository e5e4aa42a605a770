"""A publisher in an asyncio program, which waits for events to publish and for what happens to them at the same time.

python examples/python/event_loop.py '{"broker_host": "homeassistant.local"}'

Each line of standard input is an event, as JSON, of the camera "front_door". Everything that happens is written to
standard output. The end of the input ends the program in good order.
"""

import asyncio
import sys

import argus_mqtt


async def run(settings: str) -> None:
    """Publish what comes, and tell what happens."""
    loop = asyncio.get_running_loop()
    client = argus_mqtt.connect(settings)
    # A delivery that is held is told of when it ends.
    pending: dict[int, argus_mqtt.Delivery] = {}

    def read_notice() -> None:
        notice = client.next_notice(timeout=0)
        print(notice, flush=True)
        if isinstance(notice, argus_mqtt.Ended):
            pending.pop(notice.delivery, None)

    loop.add_reader(client, read_notice)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        try:
            delivery = client.publish_event("front_door", line)
        except argus_mqtt.InvalidArgument as error:
            print(f"event_loop: {error}", file=sys.stderr)
        else:
            pending[delivery.id] = delivery
    loop.remove_reader(client)
    # Waits for the network, so it does that on another thread.
    await asyncio.to_thread(client.shutdown, 10)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: event_loop.py SETTINGS_AS_JSON")
    try:
        asyncio.run(run(sys.argv[1]))
    except argus_mqtt.ArgusMqttError as failure:
        sys.exit(f"event_loop: {failure}")
