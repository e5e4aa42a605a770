"""The peer: paho-mqtt with its own network thread."""

from __future__ import annotations

import threading
from functools import partial

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

import bench


class Paho:
    """paho-mqtt behind the calls that are measured."""

    def __init__(self, options: bench.Options) -> None:
        self._progress = bench.Progress()
        connected = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, "bench-paho", protocol=MQTTv5)
        self._client.max_inflight_messages_set(options.window)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda *_: connected.set()
        self._client.on_publish = self._progress.add
        self._client.connect("127.0.0.1", options.port, 30)
        self._client.loop_start()
        if not connected.wait(bench.LONG_SECONDS):
            raise TimeoutError("the broker does not accept the connection")
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = bench.EXPIRY_SECONDS
        self.publishers = [
            partial(self._client.publish, topic, options.payload, 1, retain=False, properties=properties)
            for topic in options.topics
        ]

    def announce(self) -> None:
        """Publish a retained message with QoS 1."""
        self._client.publish(bench.AVAILABILITY_TOPIC, b"online", 1, retain=True)

    def wait_acknowledged(self, count: int) -> None:
        """Wait until so many messages were acknowledged."""
        self._progress.wait(count)


if __name__ == "__main__":
    bench.run(Paho)
