"""An independent MQTT 5 client that sees what a subscriber sees."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, final

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from . import DEADLINE

if TYPE_CHECKING:
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode

    from .mosquitto import Mosquitto


@dataclass(frozen=True)
class Received:
    """A message as it arrived."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    expiry: int | None


@final
class Subscriber:
    """Collects the messages of some topics."""

    def __init__(self, broker: Mosquitto, *topics: str) -> None:
        """Connect and wait until the broker has acknowledged the subscription, which is made anew after an outage."""
        self._topics = topics
        self._changed = threading.Condition()
        self._received: list[Received] = []
        self._subscribed = False
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        try:
            self._wait(lambda: self._subscribed, "the subscription is acknowledged")
        except AssertionError:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Subscriber:
        """Give the subscriber itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def messages(self, topic: str) -> list[Received]:
        """Give what has arrived on a topic."""
        with self._changed:
            return [message for message in self._received if message.topic == topic]

    def all(self) -> list[Received]:
        """Give what has arrived, in order."""
        with self._changed:
            return list(self._received)

    def expect(self, topic: str, payload: bytes | str) -> Received:
        """Wait for a payload on a topic; give the latest message with it."""
        wanted = payload.encode() if isinstance(payload, str) else payload
        found: list[Received] = []

        def arrived() -> bool:
            found[:] = [one for one in self._received if (one.topic, one.payload) == (topic, wanted)]
            return bool(found)

        self._wait(arrived, f"{wanted!r} arrives on {topic}")
        return found[-1]

    def expect_any(self, part: str) -> None:
        """Wait for a payload, on whatever topic, that has a text in it."""
        self._wait(lambda: any(part.encode() in one.payload for one in self._received), f"{part!r} arrives")

    def expect_count(self, topic: str, count: int) -> list[Received]:
        """Wait until a number of messages has arrived on a topic; give them."""
        self._wait(
            lambda: sum(one.topic == topic for one in self._received) >= count, f"{count} messages arrive on {topic}"
        )
        return self.messages(topic)

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, DEADLINE):
                shown = "\n".join(str(one) for one in self._received[-20:])
                raise AssertionError(f"it did not happen: {what}; what arrived last:\n{shown}")

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        client.subscribe([(topic, SubscribeOptions(qos=1)) for topic in self._topics])

    def _on_message(self, client: paho.Client, userdata: object, message: paho.MQTTMessage) -> None:  # noqa: ARG002
        expiry = getattr(message.properties, "MessageExpiryInterval", None)
        received = Received(message.topic, bytes(message.payload), message.qos, message.retain, expiry)
        with self._changed:
            self._received.append(received)
            self._changed.notify_all()

    def _on_subscribe(
        self,
        client: paho.Client,  # noqa: ARG002
        userdata: object,  # noqa: ARG002
        message_id: int,  # noqa: ARG002
        codes: list[ReasonCode],
        properties: Properties | None,  # noqa: ARG002
    ) -> None:
        assert not any(code.is_failure for code in codes), codes
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()
