"""The members of the service that announce cameras to Home Assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import argus_mqtt

from . import _log
from ._handing_over import HandingOver
from ._topics import clean_id

if TYPE_CHECKING:
    from argus_mqtt import Client
    from argus_mqtt._cameras import Fields


class Announcing(HandingOver):
    """See the module. Announcements are repeated by each new client, and by the worker that takes over.

    They return whether the client accepted it, and never raise.
    """

    async def announce_system(self, system: Mapping[str, Any]) -> bool:
        """Name ArgusAI in Home Assistant; fields as for `argus_mqtt.Client.announce_system`."""
        if not isinstance(system, Mapping):
            return self._refuse("the system", system)
        fields = dict(system)

        def keep() -> None:
            self._system = fields

        return self._announce("the system", lambda client: client.announce_system(fields), keep)

    async def announce_camera(self, camera: Mapping[str, Any]) -> bool:
        """Announce a camera, or change its announcement: a device with its entities in Home Assistant.

        From then on, events that are published on its topic update all of its entities.

        Args:
            camera: Its fields, as for `argus_mqtt.Client.announce_camera`; only "id" is required.
        """
        if not isinstance(camera, Mapping):
            return self._refuse("a camera", camera)
        fields = {**camera, "id": clean_id(camera.get("id", ""))}

        def keep() -> None:
            self._announced[fields["id"]] = fields

        return self._announce(f"camera {fields['id']}", lambda client: client.announce_camera(fields), keep)

    async def disable_camera(self, camera_id: str) -> bool:
        """Say that a camera is offline; it stays announced, as its users arranged it."""
        return self._hand_over(f"camera {camera_id}", lambda client, *_: client.disable_camera(clean_id(camera_id)))

    async def remove_camera(self, camera_id: str) -> bool:
        """Remove an announced camera, and everything that the broker keeps of it."""
        with self._lock:
            self._announced.pop(clean_id(camera_id), None)
        return self._hand_over(f"camera {camera_id}", lambda client, *_: client.remove_camera(clean_id(camera_id)))

    async def publish_camera_snapshot(self, camera_id: str, jpeg: bytes) -> bool:
        """Publish the picture of an event, before the event, of a camera that was announced with "snapshots"."""
        return self._hand_over(
            f"camera {camera_id}", lambda client, *_: client.publish_camera_snapshot(clean_id(camera_id), jpeg)
        )

    def _refuse(self, what: str, given: object) -> bool:
        def call(*_: object) -> None:
            raise TypeError(f"a mapping of its fields is needed, not {type(given).__name__}")

        return self._hand_over(what, call)

    def _announce(self, what: str, announce: Callable[[Client], None], keep: Callable[[], None]) -> bool:
        """Announce something, and keep it for the clients to come, unless this one refuses it."""
        tried: Client | None = None
        is_refused = False

        def call(client: Client, *_: object) -> None:
            nonlocal tried, is_refused
            tried = client
            # What is kept is what the client took last, also if several threads announce.
            with self._lock:
                try:
                    announce(client)
                except (argus_mqtt.InvalidArgument, TypeError):
                    is_refused = True
                    raise
                keep()

        if self._hand_over(what, call):
            return True
        if is_refused:
            return False
        with self._lock:
            keep()
        # One that began meanwhile was not told.
        now = self._the_client
        return now is not None and now is not tried and self._hand_over(what, call)

    def _is_announced(self, camera_id: object) -> bool:
        return clean_id(camera_id) in self._announced

    def _begin(self, client: Client) -> None:
        """Announce to Home Assistant through a new client what was announced before."""
        with self._lock:
            cameras = list(self._announced.values())
        if self._system is not None:
            _repeat(client.announce_system, self._system)
        for camera in cameras:
            _repeat(client.announce_camera, camera)
        super()._begin(client)


def _repeat(announce: Callable[[Fields], None], fields: Fields) -> None:
    try:
        announce(fields)
    except Exception as error:  # noqa: BLE001  (the others are announced all the same)
        _log.warning("publish_error", f"not announced: {error}", error=str(error))
