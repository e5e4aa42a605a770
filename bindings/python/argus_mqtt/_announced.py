"""Finding the entities that are announced to Home Assistant, independently of any client."""

# Annotations are evaluated: tools look their names up in the package, where not all of them are.
import json
from collections.abc import Mapping
from dataclasses import dataclass

from . import _arguments, _greenlets, _prototypes, _waiting
from ._connection_test import read_beside
from ._settings import GivenSettings, settings_json

# Enough for thousands of entities; with less, the look would be made again.
_CAPACITY = 2**20


@dataclass(frozen=True, slots=True)
class AnnouncedEntity:
    """An entity that is announced to Home Assistant by a discovery config that the broker retains.

    Attributes:
        topic: The topic of the config. `Client.forget_state` with it, and with each of `state_topics`, removes the
            entity.
        unique_id: The unique ID of the entity.
        device: The identifier of its device: `discovery_id_prefix`, for a camera followed by "_" and the camera's ID.
        device_name: The name of its device.
        is_ghost: Whether none of the given cameras has this entity; None if no cameras were given.
        state_topics: The topics where the broker may retain what the entity shows, but for those that one of the
            given cameras uses. Topics of events are among them if `retain_events` is on.
    """

    topic: str
    unique_id: str
    device: str
    device_name: str
    is_ghost: bool | None
    state_topics: tuple[str, ...]


def find_announced(
    settings: GivenSettings, cameras: Mapping[str, object] | None = None, timeout: float = 15.0
) -> tuple[AnnouncedEntity, ...]:
    """Find the entities of this system that are announced to Home Assistant, by the configs that the broker retains.

    These are the entities that this package announced with the `availability_topic` of the settings. Running clients
    are not affected: the connection has its own client ID and no will, and nothing is published. It takes at least a
    second, as a broker does not report when it has sent all retained messages.

    Signal handlers run when it has ended.

    Args:
        settings: As for `connect`.
        cameras: What exists, for `AnnouncedEntity.is_ghost`: "cameras", a list of what `Client.announce_camera`
            takes, and optionally "system", what `Client.announce_system` takes; without it the entities of the system
            itself do not count as ghosts.
        timeout: How many seconds it may take.

    Raises:
        InvalidSettings: The settings have faults.
        InvalidArgument: The cameras are not as described above.
        Refused: The broker refuses the login or the subscription.
        TimedOut: The broker could not be reached in time; the text says why, and what to do.
        ArgusMqttError: The operating system refuses a thread or a file descriptor.
    """
    text = settings_json(settings)
    known = None if cameras is None else _arguments.c_text("cameras", _arguments.payload("cameras", cameras).decode())
    _greenlets.refuse_wait("argus_mqtt.find_announced", "settings")
    deadline = _waiting.deadline_after(_arguments.timeout(timeout))
    found = read_beside(text, lambda *output: _prototypes.find_announced(text, known, *output), deadline, _CAPACITY)
    # A newer library of the same ABI may tell more, which older callers have no use for.
    names = [name for name in AnnouncedEntity.__dataclass_fields__ if name != "state_topics"]
    return tuple(
        AnnouncedEntity(**{name: entity[name] for name in names}, state_topics=tuple(entity["state_topics"]))
        for entity in json.loads(found)
    )
