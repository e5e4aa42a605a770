"""The members of the service that publish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import argus_mqtt

from . import _log, _states
from ._keeper import is_online
from ._old_client import OldClient
from ._topic_names import TopicNames


class Publishing(TopicNames):
    """See the module. None of them waits for the broker, or raises."""

    _has_said_skipped = False
    _has_said_qos = False

    async def publish(
        self, topic: str, payload: Mapping[str, Any], qos: int | None = None, retain: bool | None = None
    ) -> bool:
        """Publish a message. Does not wait for the broker: in an outage it waits for it, and ages.

        Events, and whatever else is published here, expire as the settings say. The states of cameras and the configs
        of discovery don't, and of each only the latest waits.

        Args:
            topic: The whole topic.
            payload: Becomes a JSON object; dates, times and UUIDs become text.
            qos: 0 or 1, and 2 is taken for 1; that of the settings where it is None.
            retain: Whether the broker keeps it; as the settings say where it is None.

        Returns:
            Whether it was taken. Never raises.
        """
        worker = self._worker
        client = worker.client if worker is not None else None
        settings = worker.stored.settings if worker is not None and worker.stored is not None else None
        if worker is None or client is None or settings is None:
            self._skip(topic)
            return False
        keep = bool(settings.get("retain_events", True) if retain is None else retain)
        level = self._known_qos(settings.get("qos", 1) if qos is None else qos)
        try:
            if keep and worker.topics.is_state(topic):
                client.publish_state(topic, payload)
                worker.states.add(topic)
            else:
                expiry = settings.get("message_expiry_seconds")
                delivery = client.publish(topic, payload, qos=level, retain=keep, expiry_seconds=expiry)
                if worker.follower is not None:
                    worker.follower.follow(delivery, topic)
        except argus_mqtt.ShutDown:
            self._skip(topic)
            return False
        except Exception as error:  # noqa: BLE001  (an event that can't be published must not stop its camera)
            kind = "publish_failed" if isinstance(error, argus_mqtt.QueueFull) else "publish_error"
            _log.warning(kind, f"nothing was published to {topic}: {error}", topic=topic, error=str(error))
            return False
        with self._lock:
            self._count += 1
        _log.debug("published", f"published to {topic}", topic=topic, qos=level, retain=keep)
        return True

    async def publish_birth_message(self) -> bool:
        """Whether ArgusAI is said to be online, which the client does by itself after each connect."""
        client = self._the_client
        return client is not None and is_online(client)

    async def publish_camera_status(self, camera_id: str, camera_name: str, status: str, source_type: str) -> bool:
        """Publish how it goes with a camera: `status` is any of ArgusAI's words for it."""
        return await self._say(camera_id, "status", _states.status(camera_id, camera_name, status, source_type))

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
        return await self._say(camera_id, "last_event", said)

    async def publish_event_counts(
        self, camera_id: str, camera_name: str, events_today: int, events_this_week: int
    ) -> bool:
        """Publish how many events of a camera there were."""
        said = _states.counts(camera_id, camera_name, events_today, events_this_week)
        return await self._say(camera_id, "counts", said)

    async def publish_activity_state(self, camera_id: str, state: str, last_event_at: datetime | None = None) -> bool:
        """Publish whether something moves before a camera: `state` is ON, or anything else for OFF."""
        return await self._say(camera_id, "activity", _states.activity(camera_id, state, last_event_at))

    @property
    def _client(self) -> OldClient | None:
        """What remains of paho's client; deprecated."""
        worker = self._worker
        if worker is None or worker.client is None or worker.follower is None:
            return None
        return OldClient(worker.client, worker.topics, worker.follower.follow)

    async def _say(self, camera_id: str, what: str, said: Mapping[str, object]) -> bool:
        return await self.publish(self._topics.camera(camera_id, what), said, qos=1, retain=True)

    def _skip(self, topic: str) -> None:
        with self._lock:
            self._skipped += 1
            is_first, self._has_said_skipped = not self._has_said_skipped, True
        why = self._worker.fault if self._worker is not None else None
        text = f"nothing is published: {why or 'there is no connection, and none is to be made'}"
        # Once for the log of everyday; each camera says something every few minutes.
        (_log.warning if is_first else _log.debug)("publish_skipped", text, topic=topic)

    def _known_qos(self, given: int | None) -> int:
        if given != 2:
            return 1 if given is None else given
        if not self._has_said_qos:
            self._has_said_qos = True
            _log.warning("qos", "QoS 2 can't be kept across reconnections; messages are published with QoS 1")
        return 1
