"""The camera that the tests announce, and its entities."""

from __future__ import annotations

from dataclasses import dataclass

CAMERA = {"id": "door", "name": "Front door", "doorbell": True, "snapshots": True, "area": "Entrance"}

ENTITIES = {
    "binary_sensor": ["activity"],
    "event": ["detection", "doorbell"],
    "image": ["snapshot"],
    "sensor": ["event", "events_today", "events_week", "last_event", "status"],
}
"""The keys of the camera's entities by kind of entity."""


@dataclass(frozen=True)
class Entities:
    """The ids of the camera's entities in one installation."""

    prefix: str

    def __getitem__(self, key: str) -> str:
        """Give the id of an entity by its key."""
        component = next(component for component, keys in ENTITIES.items() if key in keys)
        return f"{component}.{self.prefix}_door_{key}"

    @property
    def all(self) -> list[str]:
        """All of the camera."""
        return sorted(self[key] for keys in ENTITIES.values() for key in keys)

    @property
    def connection(self) -> str:
        """The one that says whether the system is connected."""
        return f"binary_sensor.{self.prefix}_connection"
