"""The topics that the parts of ArgusAI use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from argus_mqtt import check_settings

from ._names import DEFAULTS

if TYPE_CHECKING:
    from argus_mqtt import Settings

_PREFIX: Final = str(DEFAULTS["topic_prefix"])
_DISCOVERY_PREFIX: Final = str(DEFAULTS["discovery_prefix"])
_STATES: Final = ("status", "last_event", "counts", "activity")
_NOT_IN_IDS: Final = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics under some settings.

    Attributes:
        prefix: What all but those of discovery begin with.
        availability: Where ArgusAI says whether it is online.
        discovery_prefix: What the topics of discovery begin with.
    """

    prefix: str = _PREFIX
    availability: str = f"{_PREFIX}/status"
    discovery_prefix: str = _DISCOVERY_PREFIX

    @classmethod
    def of(cls, settings: Settings | None) -> Topics:
        """Give the topics under valid settings, or without any."""
        filled = check_settings(settings).settings if settings else None
        if filled is None:
            return cls()
        return cls(
            filled.get("topic_prefix") or _PREFIX,
            filled.get("availability_topic") or f"{_PREFIX}/status",
            filled.get("discovery_prefix") or _DISCOVERY_PREFIX,
        )

    def camera(self, camera_id: object, what: str) -> str:
        """Give a topic of a camera: that of its events, or of one of its states."""
        return f"{self.prefix}/camera/{clean_id(camera_id)}/{what}"

    def camera_of(self, topic: str) -> str | None:
        """Give the camera whose events are published on a topic; None where it is another topic."""
        rest = topic.removeprefix(f"{self.prefix}/camera/")
        camera, _, what = rest.partition("/")
        return camera if rest != topic and what == "event" else None

    def is_state(self, topic: str) -> bool:
        """Whether what is said on a topic stays true until something else is said: states and discovery configs."""
        if topic.startswith(f"{self.discovery_prefix}/"):
            return topic.endswith("/config")
        rest = topic.removeprefix(f"{self.prefix}/camera/")
        return rest != topic and rest.count("/") == 1 and rest.endswith(tuple(f"/{state}" for state in _STATES))


def clean_id(camera_id: object) -> str:
    """Give the id of a camera as topics have it."""
    return _NOT_IN_IDS.sub("", str(camera_id))
