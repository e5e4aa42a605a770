"""The part of the asyncio client that announces cameras to Home Assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._publishing import Publishing

if TYPE_CHECKING:
    from argus_mqtt._arguments import Payload, Picture
    from argus_mqtt._cameras import Fields


class Cameras(Publishing):
    """Cameras in Home Assistant, as `argus_mqtt.Client` has them. None of the methods but `clear_ghosts` waits."""

    __slots__ = ()

    async def announce_system(self, system: Fields) -> None:
        """Announce the system to Home Assistant, as `argus_mqtt.Client.announce_system` does."""
        await self._ready()
        self._client.announce_system(system)

    async def announce_camera(self, camera: Fields) -> None:
        """Announce a camera to Home Assistant, as `argus_mqtt.Client.announce_camera` does."""
        await self._ready()
        self._client.announce_camera(camera)

    async def disable_camera(self, camera: str) -> None:
        """Disable a camera, as `argus_mqtt.Client.disable_camera` does."""
        await self._ready()
        self._client.disable_camera(camera)

    async def remove_camera(self, camera: str) -> None:
        """Remove a camera, as `argus_mqtt.Client.remove_camera` does."""
        await self._ready()
        self._client.remove_camera(camera)

    async def publish_camera_status(self, camera: str, status: str, source_type: str | None = None) -> None:
        """Publish the status of a camera, as `argus_mqtt.Client.publish_camera_status` does."""
        await self._ready()
        self._client.publish_camera_status(camera, status, source_type)

    async def publish_camera_counts(self, camera: str, today: int, this_week: int) -> None:
        """Publish how many events there were, as `argus_mqtt.Client.publish_camera_counts` does."""
        await self._ready()
        self._client.publish_camera_counts(camera, today, this_week)

    async def publish_camera_activity(self, camera: str, is_active: bool) -> None:
        """Publish whether a camera sees activity, as `argus_mqtt.Client.publish_camera_activity` does."""
        await self._ready()
        self._client.publish_camera_activity(camera, is_active)

    async def publish_camera_last_event(self, camera: str, event: Payload) -> None:
        """Publish the last event of a camera, as `argus_mqtt.Client.publish_camera_last_event` does."""
        await self._ready()
        self._client.publish_camera_last_event(camera, event)

    async def publish_camera_snapshot(self, camera: str, jpeg: Picture) -> None:
        """Publish the picture of the last event, as `argus_mqtt.Client.publish_camera_snapshot` does."""
        await self._ready()
        self._client.publish_camera_snapshot(camera, jpeg)

    async def clear_ghosts(self, timeout: float = 15.0) -> int:
        """Delete leftover configs, as `argus_mqtt.Client.clear_ghosts` does, on a thread of the loop's executor."""
        await self._ready()
        return await self._loop.run_in_executor(None, self._client.clear_ghosts, timeout)

    async def publish_diagnostics(self) -> None:
        """Publish the diagnostic values, as `argus_mqtt.Client.publish_diagnostics` does."""
        await self._ready()
        self._client.publish_diagnostics()
