"""An event of ArgusAI, as a message."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from argus_mqtt import argusai
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from argus_mqtt.argusai import MQTTService
    from support.loops import Run
    from support.mosquitto import Mosquitto


def test_an_event_as_the_processor_makes_it(run: Run, service: MQTTService, broker: Mosquitto) -> None:
    class Event:
        id = "e1"
        camera_id = "front"
        description = "A parcel"
        objects_detected = '["package"]'
        confidence = 90
        ai_confidence = 85
        source_type = "protect"
        smart_detection_type = "package"
        is_doorbell_ring = True
        timestamp = datetime(2026, 1, 31, 8, 15, tzinfo=timezone.utc)
        provider_used = "openai"
        analysis_mode = None
        low_confidence = False
        correlation_group_id = "g1"
        delivery_carrier = "fedex"

    topic = service.get_event_topic(Event.camera_id)
    message = argusai.serialize_event_for_mqtt(Event(), "Front door", service.get_api_base_url())
    assert message == {
        "event_id": "e1",
        "camera_id": "front",
        "camera_name": "Front door",
        "description": "A parcel",
        "objects_detected": ["package"],
        "confidence": 90,
        "source_type": "protect",
        "timestamp": "2026-01-31T08:15:00+00:00",
        "thumbnail_url": "http://localhost:8000/api/v1/events/e1/thumbnail",
        "ai_confidence": 85,
        "smart_detection_type": "package",
        "is_doorbell_ring": True,
        "provider_used": "openai",
        "correlation_group_id": "g1",
        "delivery_carrier": "fedex",
        "delivery_carrier_display": "FedEx",
    }
    with Subscriber(broker, topic) as seen:
        assert run(service.publish(topic, message))
        assert json.loads(seen.expect_count(topic, 1)[0].payload) == message


def test_an_event_that_says_little() -> None:
    class Event:
        id = 7
        camera_id = "front"
        objects_detected: str | None = None
        timestamp: str | None = None
        description = confidence = source_type = None

    message = argusai.serialize_event_for_mqtt(Event(), "Front door", None)
    assert datetime.fromisoformat(message.pop("timestamp")).tzinfo
    assert message == {
        "event_id": "7",
        "camera_id": "front",
        "camera_name": "Front door",
        "description": "",
        "objects_detected": [],
        "confidence": 0,
        "source_type": "rtsp",
        "thumbnail_url": "http://localhost:8000/api/v1/events/7/thumbnail",
    }
    said_otherwise = argusai.serialize_event_for_mqtt(Event(), "Front door", "https://me:secret@argus.example/")
    assert said_otherwise["thumbnail_url"] == "https://argus.example/api/v1/events/7/thumbnail"
    Event.timestamp = "2026-01-31T08:15:00Z"
    assert argusai.serialize_event_for_mqtt(Event(), "Front door")["timestamp"] == Event.timestamp
    Event.objects_detected = "no JSON"
    assert argusai.serialize_event_for_mqtt(Event(), "Front door")["objects_detected"] == []
    assert argusai.RECONNECT_DELAYS == [1, 2, 4, 8, 16, 32, 60]
