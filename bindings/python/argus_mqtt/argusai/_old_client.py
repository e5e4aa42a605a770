"""What remains of paho's client for a caller that reaches around the service."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import argus_mqtt

from . import _log

if TYPE_CHECKING:
    from argus_mqtt import Client, Delivery

    from ._topics import Topics

SUCCESS: Final = 0
QUEUE_FULL: Final = 15
NOT_CONNECTED: Final = 4
REFUSED: Final = 3


class PublishedMessage:
    """What publishing gave.

    Attributes:
        rc: 0 when the message was taken.
        mid: The number of the message; 0 when there is none.
    """

    def __init__(self, rc: int, delivery: Delivery | None = None) -> None:
        """Note what came of it."""
        self.rc = rc
        self.mid = delivery.id if delivery else 0
        self._delivery = delivery

    def is_published(self) -> bool:
        """Whether the broker has it."""
        return self.rc == SUCCESS and (self._delivery is None or self._delivery.done())

    def wait_for_publish(self, timeout: float | None = None) -> None:
        """Wait until the broker has it, or the time is over."""
        if self._delivery is not None:
            try:
                self._delivery.wait(timeout)
            except argus_mqtt.TimedOut:
                return


class OldClient:
    """Publishes as paho's client does. Deprecated: `MQTTService.publish`, `announce_camera` and others do better."""

    def __init__(self, client: Client, topics: Topics, followed: Callable[[Delivery, str], None]) -> None:
        """Publish through this client."""
        self._client = client
        self._topics = topics
        self._followed = followed

    def publish(
        self,
        topic: str,
        payload: str | bytes | bytearray | float | None = None,
        qos: int = 0,
        retain: bool = False,
        properties: object = None,  # noqa: ARG002  (as paho has it)
    ) -> PublishedMessage:
        """Publish a payload to a topic; `properties` are not used."""
        warnings.warn(
            "MQTTService._client is going away: publish with MQTTService.publish, and let announce_camera and "
            "remove_camera see to what Home Assistant discovers",
            DeprecationWarning,
            stacklevel=2,
        )
        if topic == self._topics.availability:
            # The client says so itself, and before anything else.
            return PublishedMessage(SUCCESS)
        data = payload if isinstance(payload, (str, bytes, bytearray)) else "" if payload is None else str(payload)
        try:
            if retain and not data:
                delivery = self._client.forget_state(topic)
            else:
                delivery = self._client.publish(topic, data, qos=min(qos, 1), retain=retain)
        except argus_mqtt.QueueFull:
            return PublishedMessage(QUEUE_FULL)
        except argus_mqtt.ShutDown:
            return PublishedMessage(NOT_CONNECTED)
        except (argus_mqtt.InvalidArgument, TypeError) as error:
            _log.warning("publish_error", f"nothing was published to {topic}: {error}", topic=topic, error=str(error))
            return PublishedMessage(REFUSED)
        self._followed(delivery, topic)
        return PublishedMessage(SUCCESS, delivery)
