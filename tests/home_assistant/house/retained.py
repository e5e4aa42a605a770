"""What a broker keeps."""

from __future__ import annotations

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
