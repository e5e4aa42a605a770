"""The peer: awscrt's MQTT 5 client."""

from __future__ import annotations

import threading
from functools import partial

from awscrt import mqtt5

import bench


class Awscrt:
    """awscrt behind the calls that are measured."""

    def __init__(self, options: bench.Options) -> None:
        self._progress = bench.Progress()
        connected = threading.Event()
        self._client = mqtt5.Client(
            mqtt5.ClientOptions(
                host_name="127.0.0.1",
                port=options.port,
                connect_options=mqtt5.ConnectPacket(client_id="bench-awscrt", keep_alive_interval_sec=30),
                # The default holds back to 100 messages a second, the limit of one cloud service.
                extended_validation_and_flow_control_options=mqtt5.ExtendedValidationAndFlowControlOptions.NONE,
                min_reconnect_delay_ms=1000,
                max_reconnect_delay_ms=1000,
                ack_timeout_sec=int(bench.LONG_SECONDS),
                on_lifecycle_event_connection_success_fn=lambda _: connected.set(),
            )
        )
        self._client.start()
        if not connected.wait(bench.LONG_SECONDS):
            raise TimeoutError("the broker does not accept the connection")
        self.publishers = [
            partial(self._publish, self._packet(topic, options.payload, expiry_seconds=bench.EXPIRY_SECONDS))
            for topic in options.topics
        ]

    @staticmethod
    def _packet(
        topic: str, payload: bytes, *, retain: bool = False, expiry_seconds: int | None = None
    ) -> mqtt5.PublishPacket:
        return mqtt5.PublishPacket(
            topic=topic,
            payload=payload,
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            retain=retain,
            message_expiry_interval_sec=expiry_seconds,
        )

    def _publish(self, packet: mqtt5.PublishPacket) -> None:
        self._client.publish(packet).add_done_callback(self._progress.add)

    def announce(self) -> None:
        """Publish a retained message with QoS 1."""
        self._publish(self._packet(bench.AVAILABILITY_TOPIC, b"online", retain=True))

    def wait_acknowledged(self, count: int) -> None:
        """Wait until so many messages were acknowledged."""
        self._progress.wait(count)


if __name__ == "__main__":
    bench.run(Awscrt)
