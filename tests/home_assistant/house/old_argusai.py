"""What ArgusAI's own MQTT service, on paho, says of a camera."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from paho.mqtt import publish
from paho.mqtt.client import MQTTv5
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from support.mosquitto import Mosquitto

KEYS: Final = {
    "event": ("sensor", "AI Events", "event", "{{ value_json.description }}"),
    "status": ("sensor", "Status", "status", "{{ value_json.status }}"),
    "last_event": ("sensor", "Last Event", "last_event", "{{ value_json.timestamp }}"),
    "events_today": ("sensor", "Events Today", "counts", "{{ value_json.events_today }}"),
    "events_week": ("sensor", "Events This Week", "counts", "{{ value_json.events_this_week }}"),
    "activity": ("binary_sensor", "Activity", "activity", "{{ value_json.state }}"),
}
"""Its entities by key: the kind of entity, the name, the topic and the template."""

_STATES: Final[dict[str, dict[str, object]]] = {
    "status": {"status": "online"},
    "last_event": {"timestamp": "2026-01-31T08:15:00Z", "description_snippet": "Before"},
    "counts": {"events_today": 3, "events_this_week": 14},
    "activity": {"state": "OFF"},
}


@dataclass(frozen=True)
class OldArgusAI:
    """It, with one camera. All that it says expires, which is how its configs vanish."""

    broker: Mosquitto
    camera: str
    name: str

    def start(self, expiry_seconds: int = 300) -> None:
        """Say that it is online, the configs of the camera, and its states."""
        self._say({"liveobject/status": "online"}, expiry_seconds)
        self._say({self._config_topic(key): self._config(key) for key in KEYS}, expiry_seconds)
        states = {f"liveobject/camera/{self.camera}/{name}": state for name, state in _STATES.items()}
        self._say(states, expiry_seconds)

    def end(self) -> None:
        """Say that it is offline."""
        self._say({"liveobject/status": "offline"}, 300)

    def unique_id(self, key: str) -> str:
        """Give the unique id of an entity."""
        return f"liveobject_{self.camera}_{key}"

    def _config_topic(self, key: str) -> str:
        return f"homeassistant/{KEYS[key][0]}/{self.unique_id(key)}/config"

    def _config(self, key: str) -> dict[str, Any]:
        _, name, topic, template = KEYS[key]
        more = {
            "activity": {"device_class": "motion"},
            "last_event": {"device_class": "timestamp"},
            "events_today": {"unit_of_measurement": "events", "state_class": "total"},
            "events_week": {"unit_of_measurement": "events", "state_class": "total"},
        }
        return {
            "name": f"{self.name} {name}",
            "unique_id": self.unique_id(key),
            "object_id": self.unique_id(key),
            "state_topic": f"liveobject/camera/{self.camera}/{topic}",
            "value_template": template,
            "json_attributes_topic": f"liveobject/camera/{self.camera}/{topic}",
            "availability_topic": "liveobject/status",
            "payload_available": "online",
            "payload_not_available": "offline",
            "icon": "mdi:cctv",
            "device": {
                "identifiers": [f"liveobject_{self.camera}"],
                "name": self.name,
                "manufacturer": "ArgusAI",
                "model": "AI Classifier",
                "sw_version": "4.0.0",
            },
            **more.get(key, {}),
        }

    def _say(self, messages: dict[str, Any], expiry_seconds: int) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = expiry_seconds
        listed = [
            {
                "topic": topic,
                "payload": said if isinstance(said, str) else json.dumps(said),
                "qos": 1,
                "retain": True,
                "properties": properties,
            }
            for topic, said in messages.items()
        ]
        publish.multiple(listed, hostname=self.broker.host, port=self.broker.port, protocol=MQTTv5)  # type: ignore[arg-type]
