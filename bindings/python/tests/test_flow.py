"""What a subscriber sees of a client's life."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import argus_mqtt
from support import DEADLINE

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.subscriber import Subscriber


def test_birth_event_and_graceful_end(settings: Settings, subscriber: Subscriber) -> None:
    prefix = settings["topic_prefix"]
    with argus_mqtt.connect(settings) as client:
        client.wait_online(DEADLINE)
        birth = subscriber.expect(f"{prefix}/status", "online")
        assert birth.qos == 1
        client.publish_event("front", {"description": "Häuser"}).wait(DEADLINE)
        event = subscriber.expect(
            f"{prefix}/events/front", json.dumps({"description": "Häuser"}, ensure_ascii=False, separators=(",", ":"))
        )
        assert (event.qos, event.retain, event.expiry) == (1, False, 300)
    subscriber.expect(f"{prefix}/status", "offline")
    # The broker kept it, for those who come later.
