"""The members of the service that say how it is with a camera."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from . import _states
from ._announcing import Announcing
from ._topics import clean_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from argus_mqtt import Client


class CameraStates(Announcing):
    """See the module. The broker retains the states, and the latest of each is published again after each connect.

    They give whether it was taken, and never raise.
    """

    async def publish_camera_status(self, camera_id: str, camera_name: str, status: str, source_type: str) -> bool:
        """Publish the status of a camera: `status` is any of ArgusAI's words for it."""
        said = _states.status(camera_id, camera_name, status, source_type)
        return self._say(
            camera_id,
            "status",
            said,
            lambda client, camera: client.publish_camera_status(camera, status, source_type),
        )

    async def publish_last_event_timestamp(  # noqa: PLR0913, PLR0917  (as ArgusAI has it)
        self,
        camera_id: str,
        camera_name: str,
        event_id: str,
        timestamp: datetime,
        description: str,
        smart_detection_type: str | None = None,
    ) -> bool:
        """Publish which event of a camera was the last."""
        said = _states.last_event(camera_id, camera_name, event_id, timestamp, description, smart_detection_type)
        event = {
            "event_id": str(event_id),
            "timestamp": said["timestamp"],
            "description": description or "",
            **({"smart_detection_type": smart_detection_type} if smart_detection_type else {}),
        }
        return self._say(
            camera_id, "last_event", said, lambda client, camera: client.publish_camera_last_event(camera, event)
        )

    async def publish_event_counts(
        self, camera_id: str, camera_name: str, events_today: int, events_this_week: int
    ) -> bool:
        """Publish how many events of a camera there were."""
        said = _states.counts(camera_id, camera_name, events_today, events_this_week)
        return self._say(
            camera_id,
            "counts",
            said,
            lambda client, camera: client.publish_camera_counts(camera, events_today, events_this_week),
        )

    async def publish_activity_state(self, camera_id: str, state: str, last_event_at: datetime | None = None) -> bool:
        """Publish whether something moves before a camera: `state` is ON, or anything else for OFF."""
        said = _states.activity(camera_id, state, last_event_at)
        is_on = said["state"] == "ON"
        return self._say(
            camera_id, "activity", said, lambda client, camera: client.publish_camera_activity(camera, is_on)
        )

    def _say(
        self, camera_id: str, what: str, said: Mapping[str, object], announced: Callable[[Client, str], object]
    ) -> bool:
        """Say a state: as what follows from an announcement, or else by itself."""
        topic = self._topics.camera(camera_id, what)
        if self._is_announced(camera_id):
            return self._hand_over(topic, lambda client, *_: announced(client, clean_id(camera_id)))
        return self._publish_state(topic, said)
