"""The MQTT service of ArgusAI, with the members that its other parts call; see docs/argusai.md.

    from argus_mqtt import argusai

    argusai.configure(load)  # Gives the row of settings, or None.
    await argusai.initialize_mqtt_service()
    service = argusai.get_mqtt_service()
    await service.publish(service.get_event_topic("front_door"), {"description": "A person at the door"})

Logs go to the logger "argus_mqtt.argusai", each with an `event_type`.
"""

from ._event import serialize_event_for_mqtt
from ._module import (
    RECONNECT_DELAYS,
    configure,
    get_mqtt_service,
    initialize_mqtt_service,
    reset_mqtt_service,
    shutdown_mqtt_service,
)
from ._row import ConfigRow
from ._service import MQTTService

__all__ = [
    "RECONNECT_DELAYS",
    "ConfigRow",
    "MQTTService",
    "configure",
    "get_mqtt_service",
    "initialize_mqtt_service",
    "reset_mqtt_service",
    "serialize_event_for_mqtt",
    "shutdown_mqtt_service",
]
