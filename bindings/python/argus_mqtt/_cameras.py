"""The part of the client that announces cameras to Home Assistant."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from . import _arguments, _greenlets, _prototypes, _waiting
from ._errors import OK, InvalidArgument, error_for
from ._handle import Handle

if TYPE_CHECKING:
    from ._arguments import Payload, Picture

Fields: TypeAlias = Mapping[str, object] | str
"""A camera or a system: a mapping of its fields, or the same as JSON."""


class Cameras(Handle):
    """Cameras in Home Assistant.

    Each method publishes states, as `publish_state` does, so a broker that lost them gets them again. Except for
    `clear_ghosts`, none waits for the network. All raise:

        InvalidArgument: An argument is not as described, or the camera is not announced; the text says which.
        QueueFull: There was no room for all of the states that follow.
        ShutDown: The client was shut down.
        Forked: The client belongs to the parent process.
        TypeError: An argument is of a type that is not accepted.
    """

    __slots__ = ()

    def announce_system(self, system: Fields) -> None:
        """Announce the system, or change its announcement: a device with a sensor for the connection.

        Otherwise the system has default values and appears with the first camera.

        Args:
            system: Its fields, all of which are optional: "name", "manufacturer", "model", "sw_version", "url",
                "support_url" (http or https), and "diagnostics", whether it has the sensors that
                `publish_diagnostics` updates.
        """
        self._tell(_prototypes.announce_system, _json("system", system))

    def announce_camera(self, camera: Fields) -> None:
        """Announce a camera, or change its announcement: a device with its entities.

        Initially it is online and has no activity, whatever was published before a crash. From now on `publish_event`
        updates all of its entities.

        Args:
            camera: Its fields: "id", one level of a topic, and optionally "name", "model", "doorbell" (whether it has
                an entity for rings), "area", "url" (http or https), "source_type", "serial_number", "hw_version", and
                "snapshots" (whether pictures of its events are published).
        """
        self._tell(_prototypes.announce_camera, _json("camera", camera))

    def disable_camera(self, camera: str) -> None:
        """Disable a camera, which stays announced: it is offline and has no activity.

        Home Assistant keeps the user's changes to it. `publish_camera_status` enables it again.
        """
        self._tell(_prototypes.disable_camera, _arguments.text("camera", camera))

    def remove_camera(self, camera: str) -> None:
        """Remove a camera and everything that the broker retains for it; Home Assistant removes its entities."""
        self._tell(_prototypes.remove_camera, _arguments.text("camera", camera))

    def publish_camera_status(self, camera: str, status: str, source_type: str | None = None) -> None:
        """Publish the status of a camera.

        Its event, activity and detection entities are available while it is online.

        Args:
            camera: Its ID.
            status: "online" ("connected" and "starting" mean the same), "offline" (or "disconnected"); anything else
                means unavailable.
            source_type: The kind of its source, such as "rtsp"; None leaves it unchanged.
        """
        source = None if source_type is None else _arguments.text("source_type", source_type)
        self._tell(
            _prototypes.publish_camera_status,
            _arguments.text("camera", camera),
            _arguments.text("status", status),
            source,
        )

    def publish_camera_counts(self, camera: str, today: int, this_week: int) -> None:
        """Publish how many events there were.

        The caller counts, and so decides in which time zone a day ends and on which day a week begins. Home Assistant
        treats a smaller number as a new count.
        """
        most = 2**64 - 1
        self._tell(
            _prototypes.publish_camera_counts,
            _arguments.text("camera", camera),
            _arguments.whole("today", today, 0, most),
            _arguments.whole("this_week", this_week, 0, most),
        )

    def publish_camera_activity(self, camera: str, is_active: bool) -> None:
        """Publish whether a camera sees activity.

        An event switches activity on; only this call switches it off.
        """
        self._tell(
            _prototypes.publish_camera_activity,
            _arguments.text("camera", camera),
            _arguments.flag("is_active", is_active),
        )

    def publish_camera_last_event(self, camera: str, event: Payload) -> None:
        """Publish the last event of a camera without triggering the event entity: for the start of a program."""
        data = _arguments.payload("event", event)
        self._tell(_prototypes.publish_camera_last_event, _arguments.text("camera", camera), data, len(data))

    def publish_camera_snapshot(self, camera: str, jpeg: Picture) -> None:
        """Publish the picture of the last event of a camera that was announced with "snapshots".

        For one that belongs to no event, or came after it; otherwise use `snapshot` of `publish_event`.

        Args:
            camera: Its ID.
            jpeg: The bytes of a JPEG, at most 1 MiB.
        """
        data = _arguments.picture("jpeg", jpeg)
        self._tell(_prototypes.publish_camera_snapshot, _arguments.text("camera", camera), data, len(data))

    def clear_ghosts(self, timeout: float = 15.0) -> int:
        """Delete the discovery configs of this system that belong to no announced camera.

        A crash or an earlier version left them. What the broker retains of their states, such as a picture, is
        deleted too. Those of other systems and of other programs are left alone. Announce all cameras first: any
        other camera counts as a leftover.

        The retained messages are read on a separate connection, whose client ID is that of the settings followed by
        "-find". Blocks until the broker has sent them all, which takes a second or more. Signal handlers run when it
        has ended.

        Args:
            timeout: How many seconds it may take; what was found by then is deleted.

        Returns:
            How many entities were removed.

        Raises:
            Refused: The broker refuses the login or the subscription; the text says why.
            TimedOut: There was no answer in time.
            ShutDown: The client was shut down.
            Forked: The client belongs to the parent process.
        """
        deadline = _waiting.deadline_after(_arguments.timeout(timeout))
        timeout_ms = _waiting.milliseconds_to(deadline)
        if timeout_ms:
            _greenlets.refuse_wait("client.clear_ghosts")
        cleared = ctypes.c_size_t()
        self._tell(_prototypes.clear_ghosts, timeout_ms, ctypes.byref(cleared))
        return cleared.value

    def publish_diagnostics(self) -> None:
        """Publish the values of the diagnostic sensors, if the system was announced with "diagnostics"."""
        self._tell(_prototypes.publish_diagnostics)

    def _tell(self, function: Callable[..., int], *arguments: object) -> None:
        error = _prototypes.Error()
        status = function(self._handle, *arguments, ctypes.byref(error))
        if status != OK:
            raise error_for(status, error.text)


def _json(name: str, value: Fields) -> bytes:
    """Give the JSON text of a mapping, or of what is JSON already."""
    if not isinstance(value, (Mapping, str)):
        raise TypeError(f"{name} must be a mapping or JSON text, not {type(value).__name__}")
    text = _arguments.payload(name, value)
    if b"\0" in text:
        raise InvalidArgument(f"{name} has U+0000 as byte {text.find(0)}; remove it")
    return text
