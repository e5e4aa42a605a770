"""The members of the service that publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _log
from ._camera_states import CameraStates
from ._keeper import is_online
from ._old_client import OldClient

if TYPE_CHECKING:
    from argus_mqtt import Client, Settings

    from ._keeper import Keeper


class Publishing(CameraStates):
    """See the module. None of them waits for the broker."""

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

        def call(client: Client, keeper: Keeper, settings: Settings) -> None:
            keep = bool(settings.get("retain_events", True) if retain is None else retain)
            level = self._known_qos(settings.get("qos") if qos is None else qos)
            camera = keeper.topics.camera_of(topic)
            if keep and keeper.topics.is_state(topic):
                client.publish_state(topic, payload)
                keeper.states.add(topic)
            elif camera is not None and self._is_announced(camera) and qos is None and retain is None:
                # What follows from it is said too.
                keeper.follow(client.publish_event(camera, payload), topic)
            else:
                expiry = settings.get("message_expiry_seconds")
                delivery = client.publish(topic, payload, qos=level, retain=keep, expiry_seconds=expiry)
                keeper.follow(delivery, topic)

        return self._hand_over(topic, call)

    async def publish_birth_message(self) -> bool:
        """Whether ArgusAI is said to be online, which the client does by itself after each connect."""
        client = self._the_client
        if client is not None and is_online(client):
            return True
        worker = self._worker
        reason = (worker.last_error() if worker is not None else None) or "there is no connection"
        _log.warning("birth_error", f"ArgusAI can't be said to be online: {reason}", error=reason)
        return False

    @property
    def _client(self) -> OldClient | None:
        """What remains of paho's client; deprecated."""
        worker = self._worker
        if worker is None or worker.client is None or worker.follower is None:
            return None
        return OldClient(worker.client, worker.topics, worker.follower.follow)

    def _known_qos(self, given: int | None) -> int:
        if given != 2:
            return 1 if given is None else given
        if not self._has_said_qos:
            self._has_said_qos = True
            _log.warning("qos", "QoS 2 can't be kept across reconnections; messages are published with QoS 1")
        return 1
