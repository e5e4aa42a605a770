"""What a broker keeps."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from paho.mqtt import publish

from support.mosquitto import Mosquitto
from support.subscriber import Subscriber


def topics(broker: Mosquitto, prefix: str) -> list[str]:
    """Give the topics where the broker keeps a message, of those with a level that begins with the prefix."""
    end = f"end/{uuid4().hex}"
    with Subscriber(broker, "#") as subscriber:
        # What is retained arrives before what comes after the subscription.
        publish.single(end, "end", qos=1, hostname=broker.host, port=broker.port)
        subscriber.expect(end, "end")
        found = [message.topic for message in subscriber.all() if message.retain]
    return [topic for topic in found if any(f"{level}_".startswith(f"{prefix}_") for level in topic.split("/"))]


def clear(broker: Mosquitto, topics: Iterable[str]) -> None:
    """Let the broker keep nothing on these."""
    for topic in topics:
        publish.single(topic, b"", qos=1, retain=True, hostname=broker.host, port=broker.port)
