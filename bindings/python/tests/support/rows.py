"""Rows of settings as ArgusAI stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from .mosquitto import Mosquitto


class Row:
    """A row of `mqtt_config`, with its columns as attributes."""

    def __init__(self, broker: Mosquitto | None = None, password: str | None = None, **columns: Any) -> None:
        """Make a row for a broker, with a topic prefix and so a client id that no other test uses."""
        self._password = password
        self.broker_host = "127.0.0.1"
        self.broker_port = broker.port if broker else 1
        self.username: str | None = None
        self.topic_prefix = f"test/{uuid4().hex}"
        self.discovery_prefix = "homeassistant"
        self.qos = 1
        self.enabled = True
        self.retain_messages = True
        self.use_tls = False
        self.discovery_enabled = True
        self.message_expiry_seconds = 300
        self.availability_topic = ""
        self.birth_message = "online"
        self.will_message = "offline"
        self.other_settings: dict[str, Any] | None = None
        for name, value in columns.items():
            setattr(self, name, value)

    def get_decrypted_password(self) -> str | None:
        """Give the password."""
        return self._password
