"""The members of the service that publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _log
from ._camera_states import CameraStates
from ._connection import is_online
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
        """Publish a message. Does not wait for the broker: in an outage the message is queued, and ages.

        Events and other messages expire after the time in the settings. The states of cameras and discovery configs
        do not, and only the latest of each is kept.

        Args:
            topic: The complete topic name.
            payload: Converted to a JSON object; dates, times and UUIDs become text.
            qos: 0 or 1, and 2 is treated as 1; None is that of the settings.
            retain: Whether the broker retains it; None is that of the settings.

        Returns:
            Whether it was accepted. Never raises.
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
        """Whether ArgusAI is shown as online; the client publishes the birth message by itself after each connect."""
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
