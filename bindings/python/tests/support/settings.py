"""Settings for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

if TYPE_CHECKING:
    from .mosquitto import Mosquitto

SettingsDict: TypeAlias = dict[str, object]


def settings_for(broker: Mosquitto) -> SettingsDict:
    """Give settings for a broker, with topics and so a client id that no other test uses."""
    return {"broker_host": broker.host, "broker_port": broker.port, "topic_prefix": f"test/{uuid4().hex}"}
