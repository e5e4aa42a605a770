"""Settings for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from argus_mqtt import Settings

    from .mosquitto import Mosquitto


def settings_for(broker: Mosquitto) -> Settings:
    """Give settings for a broker, with topics and so a client id that no other test uses."""
    return {"broker_host": broker.host, "broker_port": broker.port, "topic_prefix": f"test/{uuid4().hex}"}
