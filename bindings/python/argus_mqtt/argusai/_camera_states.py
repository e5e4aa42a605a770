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
        return self._say(
            camera_id,
            "status",
            lambda: _states.status(camera_id, camera_name, status, source_type),
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

        def announced(client: Client, camera: str) -> None:
            event = {
                "event_id": str(event_id),
                "timestamp": _states.utc(timestamp),
                "description": _states.described(description),
                **({"smart_detection_type": smart_detection_type} if smart_detection_type else {}),
            }
            client.publish_camera_last_event(camera, event)

        return self._say(
            camera_id,
            "last_event",
            lambda: _states.last_event(
                camera_id, camera_name, event_id, timestamp, description, smart_detection_type
            ),
            announced,
        )

    async def publish_event_counts(
        self, camera_id: str, camera_name: str, events_today: int, events_this_week: int
    ) -> bool:
        """Publish how many events of a camera there were."""
        return self._say(
            camera_id,
            "counts",
            lambda: _states.counts(camera_id, camera_name, events_today, events_this_week),
            lambda client, camera: client.publish_camera_counts(camera, events_today, events_this_week),
        )

    async def publish_activity_state(self, camera_id: str, state: str, last_event_at: datetime | None = None) -> bool:
        """Publish whether something moves before a camera: `state` is ON, or anything else for OFF."""
        return self._say(
            camera_id,
            "activity",
            lambda: _states.activity(camera_id, state, last_event_at),
            lambda client, camera: client.publish_camera_activity(camera, _states.is_on(state)),
        )

    def _say(
        self,
        camera_id: str,
        what: str,
        said: Callable[[], Mapping[str, object]],
        announced: Callable[[Client, str], object],
    ) -> bool:
        """Say a state: as what follows from an announcement, or else by itself, as what `said` gives."""
        topic = self._topics.camera(camera_id, what)
        if self._is_announced(camera_id):
            return self._hand_over(topic, lambda client, *_: announced(client, clean_id(camera_id)))
        return self._publish_state(topic, said)
