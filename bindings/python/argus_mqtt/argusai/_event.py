"""An event of ArgusAI's as a message."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from . import _states
from ._base_url import api_base_url as env_base_url
from ._base_url import without_login

_CARRIERS: Final = {"amazon": "Amazon", "dhl": "DHL", "fedex": "FedEx", "ups": "UPS", "usps": "USPS"}


def serialize_event_for_mqtt(
    event: Any,  # noqa: ANN401  (any object with the columns of an event)
    camera_name: str,
    api_base_url: str | None = None,
) -> dict[str, Any]:
    """Make the message for an event.

    Args:
        event: An object with the columns of ArgusAI's events as attributes.
        camera_name: The camera's name for people.
        api_base_url: Where the thumbnail is to be had; None is `API_BASE_URL` of the environment. A slash at its end,
            and a user and a password in it, are left out.

    Returns:
        What `MQTTService.publish` takes for the topic of the camera's events.
    """
    base_url = env_base_url() if api_base_url is None else without_login(api_base_url).rstrip("/")
    message: dict[str, Any] = {
        "event_id": str(event.id),
        "camera_id": str(event.camera_id),
        "camera_name": camera_name,
        "description": event.description or "",
        "objects_detected": _objects(event.objects_detected),
        "confidence": event.confidence or 0,
        "source_type": event.source_type or "rtsp",
        "timestamp": _time(event.timestamp),
        "thumbnail_url": f"{base_url}/api/v1/events/{event.id}/thumbnail",
    }
    ai_confidence = getattr(event, "ai_confidence", None)
    if ai_confidence is not None:
        message["ai_confidence"] = ai_confidence
    for name in ("smart_detection_type", "provider_used", "analysis_mode", "correlation_group_id"):
        if value := getattr(event, name, None):
            message[name] = value
    for name in ("is_doorbell_ring", "low_confidence"):
        if getattr(event, name, None):
            message[name] = True
    if carrier := getattr(event, "delivery_carrier", None):
        message["delivery_carrier"] = carrier
        message["delivery_carrier_display"] = _CARRIERS.get(carrier)
    return message


def _objects(given: object) -> object:
    """Give what was detected, which the database has as JSON."""
    if not isinstance(given, str):
        return given or []
    try:
        return json.loads(given) if given else []
    except ValueError:
        return []


def _time(given: datetime | str | None) -> str:
    return given if given and isinstance(given, str) else (given or _states.now()).isoformat()
