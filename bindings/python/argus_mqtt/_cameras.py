"""The part of the client that makes cameras known to Home Assistant."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from . import _arguments, _greenlets, _prototypes, _waiting
from ._errors import OK, InvalidArgument, error_for
from ._handle import Handle

if TYPE_CHECKING:
    from ._arguments import Payload

Fields: TypeAlias = Mapping[str, object] | str
"""A camera or a system: a mapping of its fields, or the same as JSON."""


class Cameras(Handle):
    """What `Client` has beside: cameras in Home Assistant.

    What each method says are states, as with `publish_state`: they come back to a broker that has lost its memory.
    None waits for the network. All raise:

        InvalidArgument: An argument is not as described, or the camera is not announced; the text says which.
        QueueFull: There was no room for all of the states that follow.
        ShutDown: The client was shut down.
        Forked: The client belongs to the parent process.
        TypeError: An argument is of a type that is not taken.
    """

    __slots__ = ()

    def announce_system(self, system: Fields) -> None:
        """Make the system known, or change what was said of it: a device with a sensor of the connection.

        Without it the system has its defaults, and appears with the first camera.

        Args:
            system: Its fields, all of which may be missing: "name", "manufacturer", "model", "sw_version", "url",
                "support_url" (http or https), and "diagnostics", whether there are sensors that `publish_diagnostics`
                feeds.
        """
        self._tell(_prototypes.announce_system, _json("system", system))

    def announce_camera(self, camera: Fields) -> None:
        """Announce a camera, or change what was announced of it: a device with its entities.

        It is online at first, and has no activity, whatever was said of it before a crash. From now on
        `publish_event` for it feeds all of its entities.

        Args:
            camera: Its fields: "id", one level of a topic; and what may be missing, "name", "model", "doorbell"
                (whether it has an entity for rings), "area", "url" (http or https), "source_type", "serial_number",
                "hw_version", and "snapshots" (whether pictures of its events are published).
        """
        self._tell(_prototypes.announce_camera, _json("camera", camera))

    def disable_camera(self, camera: str) -> None:
        """Disable a camera, which stays announced: offline, without activity, and as its users arranged it.

        `publish_camera_status` enables it.
        """
        self._tell(_prototypes.disable_camera, _arguments.text("camera", camera))

    def remove_camera(self, camera: str) -> None:
        """Remove a camera and all that the broker keeps of it; Home Assistant forgets its entities."""
        self._tell(_prototypes.remove_camera, _arguments.text("camera", camera))

    def publish_camera_status(self, camera: str, status: str, source_type: str | None = None) -> None:
        """Say how it goes with a camera: its event, activity and detection are available while it is online.

        Args:
            camera: Its id.
            status: "online" ("connected" and "starting" mean the same), "offline" ("disconnected"), or anything else
                for unavailable.
            source_type: Where its pictures come from, such as "rtsp"; None leaves it as it is.
        """
        source = None if source_type is None else _arguments.text("source_type", source_type)
        self._tell(
            _prototypes.publish_camera_status,
            _arguments.text("camera", camera),
            _arguments.text("status", status),
            source,
        )

    def publish_camera_counts(self, camera: str, today: int, this_week: int) -> None:
        """Say how many events there were.

        The caller counts, and so decides in which time zone a day ends and on which day a week begins. Home Assistant
        takes a smaller number for a new count.
        """
        most = 2**64 - 1
        self._tell(
            _prototypes.publish_camera_counts,
            _arguments.text("camera", camera),
            _arguments.whole("today", today, 0, most),
            _arguments.whole("this_week", this_week, 0, most),
        )

    def publish_camera_activity(self, camera: str, is_active: bool) -> None:
        """Say whether something moves before a camera.

        An event says that something does; that it has ended is said by this alone.
        """
        self._tell(
            _prototypes.publish_camera_activity,
            _arguments.text("camera", camera),
            _arguments.flag("is_active", is_active),
        )

    def publish_camera_last_event(self, camera: str, event: Payload) -> None:
        """Say what the last event of a camera was when it is not news, as at a start of the program."""
        data = _arguments.payload("event", event)
        self._tell(_prototypes.publish_camera_last_event, _arguments.text("camera", camera), data, len(data))

    def publish_camera_snapshot(self, camera: str, jpeg: bytes | bytearray | memoryview) -> None:
        """Say the picture of the last event of a camera that was announced with "snapshots".

        Before the event that it belongs to.

        Args:
            camera: Its id.
            jpeg: The bytes of a JPEG, at most 1 MiB.
        """
        if isinstance(jpeg, str):
            raise TypeError("jpeg must be bytes, not str")
        data = _arguments.payload("jpeg", jpeg)
        self._tell(_prototypes.publish_camera_snapshot, _arguments.text("camera", camera), data, len(data))

    def clear_ghosts(self, timeout: float = 15.0) -> int:
        """Find what was once announced for a system with these settings and no announced camera has, and clear it.

        It was left by a crash, or by an earlier version. What others announced, and other systems, is left alone.
        Announce all cameras before: whatever is not announced is taken for such a ghost.

        What the broker keeps is read on a connection of its own, whose client id is that of the settings and "-find".
        Blocks until the broker has sent all, which takes a second or more. Signal handlers run when it has ended.

        Args:
            timeout: How many seconds it may take; what was found by then is cleared.

        Returns:
            How many entities were cleared.

        Raises:
            Refused: The broker does not let it read; the text says why.
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
        """Say how it goes with this client, for the sensors of a system that was announced with "diagnostics"."""
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
