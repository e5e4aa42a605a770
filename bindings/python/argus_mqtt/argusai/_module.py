"""The one service of a process, and the functions by which ArgusAI's parts reach it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from . import _log
from ._service import MQTTService

if TYPE_CHECKING:
    from ._loading import Load
    from ._row import ConfigRow

RECONNECT_DELAYS: Final = [1, 2, 4, 8, 16, 32, 60]
"""The pauses between attempts to connect, in seconds, as they were; each is now chosen at random, at most so long."""

_lock = threading.Lock()
_service: MQTTService | None = None
_load: Load | None = None


def configure(load: Load) -> None:
    """Say where `get_mqtt_service()` has its settings from.

    Args:
        load: As for `MQTTService`. Holds from the next load on, also of a service that there is.
    """
    global _load  # noqa: PLW0603  (one service of a process)
    _load = load


def get_mqtt_service() -> MQTTService:
    """Give the service of this process; the first call makes it."""
    global _service  # noqa: PLW0603
    with _lock:
        if _service is None:
            _service = MQTTService(_loaded)
        return _service


def reset_mqtt_service() -> None:
    """End the service of this process, within a second; the next call of `get_mqtt_service` makes another."""
    service = _taken()
    if service is not None:
        service.cleanup()


async def initialize_mqtt_service() -> None:
    """Begin with the service, when the program starts."""
    await get_mqtt_service().initialize()


async def shutdown_mqtt_service() -> None:
    """End with the service, when the program ends: call it after the last event was published."""
    service = _taken()
    if service is not None:
        await service.disconnect()
    _log.info("shutdown_complete", "the MQTT service has ended")


def _taken() -> MQTTService | None:
    global _service
    with _lock:
        service, _service = _service, None
    return service


def _loaded() -> ConfigRow | None:
    if _load is None:
        raise RuntimeError("call argus_mqtt.argusai.configure(load) first")
    return _load()
