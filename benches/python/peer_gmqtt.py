"""The peer: gmqtt. It does not queue what exceeds the events in flight; the measurement waits for it."""

from __future__ import annotations

import asyncio

import gmqtt
from gmqtt.mqtt.constants import MQTTv50
from gmqtt.storage import PersistentStorage

import bench
import bench_async


class CountingStorage(PersistentStorage):  # type: ignore[misc]
    """What gmqtt keeps of unacknowledged messages, here also the only place to learn of an acknowledgement."""

    def __init__(self) -> None:
        super().__init__()
        self.removed = 0
        self.awaited = 0
        self.reached = asyncio.Event()

    def remove_message_by_mid(self, mid: int) -> None:
        """Count an acknowledged message."""
        super().remove_message_by_mid(mid)
        self.removed += 1
        if self.removed == self.awaited:
            self.reached.set()


class Gmqtt:
    """gmqtt behind the calls that are measured."""

    def __init__(self, options: bench.Options) -> None:
        self._options = options
        # It raises an error when one more would reach the broker's receive maximum.
        self.limit = options.window - 1
        self._topics = options.topics
        self._storage = CountingStorage()
        self._client = gmqtt.Client("bench-gmqtt", persistent_storage=self._storage)
        self._client.set_config({"reconnect_retries": gmqtt.constants.UNLIMITED_RECONNECTS, "reconnect_delay": 1})

    @classmethod
    async def connect(cls, options: bench.Options) -> Gmqtt:
        """Connect and return when the broker has accepted."""
        peer = cls(options)
        await peer._client.connect("127.0.0.1", options.port, keepalive=30, version=MQTTv50)
        return peer

    async def publish(self, index: int) -> None:
        """Publish one event with QoS 1 and an expiry."""
        topic = self._topics[index % len(self._topics)]
        self._client.publish(topic, self._options.payload, qos=1, message_expiry_interval=bench.EXPIRY_SECONDS)

    async def announce(self) -> None:
        """Publish a retained message with QoS 1."""
        self._client.publish(bench.AVAILABILITY_TOPIC, b"online", qos=1, retain=True)

    async def wait_acknowledged(self, count: int) -> None:
        """Wait until so many messages were acknowledged."""
        self._storage.awaited = count
        self._storage.reached.clear()
        if self._storage.removed < count:
            await self._storage.reached.wait()


if __name__ == "__main__":
    bench_async.run(Gmqtt.connect)
