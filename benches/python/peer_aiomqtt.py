"""The peer: aiomqtt, whose publish call waits for the acknowledgement."""

from __future__ import annotations

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

import bench
import bench_async


class Aiomqtt:
    """aiomqtt behind the calls that are measured."""

    limit = None

    def __init__(self, options: bench.Options) -> None:
        self._options = options
        self._topics = options.topics
        self._properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        self._properties.MessageExpiryInterval = bench.EXPIRY_SECONDS
        self._client = aiomqtt.Client(
            "127.0.0.1",
            options.port,
            identifier="bench-aiomqtt",
            protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=30,
            max_inflight_messages=options.window,
            timeout=bench.LONG_SECONDS,
        )

    @classmethod
    async def connect(cls, options: bench.Options) -> Aiomqtt:
        """Connect and return when the broker has accepted."""
        peer = cls(options)
        # It warns for every call that is not yet acknowledged once they are ten, and more than the window will be.
        peer._client.pending_calls_threshold = options.messages
        await peer._client.__aenter__()
        return peer

    async def publish(self, index: int) -> None:
        """Publish one event with QoS 1 and an expiry, and wait for its acknowledgement."""
        topic = self._topics[index % len(self._topics)]
        await self._client.publish(topic, self._options.payload, qos=1, properties=self._properties)

    async def announce(self) -> None:
        """Publish a retained message with QoS 1."""
        await self._client.publish(bench.AVAILABILITY_TOPIC, b"online", qos=1, retain=True)

    async def wait_acknowledged(self, count: int) -> None:
        """Return: publishing has waited."""


if __name__ == "__main__":
    bench_async.run(Aiomqtt.connect)
