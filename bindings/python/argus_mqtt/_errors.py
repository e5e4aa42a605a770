"""The exceptions, one for each kind of failure that a caller may want to handle separately.

The numbers are the statuses of the C ABI. The texts come from the library; they name the argument or field, its value
and the remedy, and never contain a password.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import _exiting

__all__ = [
    "ArgusMqttError",
    "Dropped",
    "Expired",
    "Fault",
    "Forked",
    "InvalidArgument",
    "InvalidSettings",
    "LibraryNotLoaded",
    "NotDelivered",
    "QueueFull",
    "Refused",
    "Rejected",
    "ShutDown",
    "Superseded",
    "TimedOut",
    "UnknownOutcome",
]

OK = 0
INVALID_ARGUMENT = 1
INVALID_SETTINGS = 2
QUEUE_FULL = 3
TIMEOUT = 4
REFUSED = 5
SHUT_DOWN = 6
EXPIRED = 7
DROPPED = 8
REJECTED = 9
UNKNOWN = 10
SYSTEM = 11
INTERNAL = 12
SUPERSEDED = 13
INVALID_HANDLE = 20
FORKED = 21
BUFFER_TOO_SMALL = 22
WOULD_BLOCK = 23


class ArgusMqttError(Exception):
    """The base class of this package's exceptions.

    It is raised itself if the operating system refuses a resource, such as a thread, and for a defect of the library;
    `status` is then 11 or 12.

    Attributes:
        status: The status of the C library for this failure.
    """

    status: int = INTERNAL


class LibraryNotLoaded(ArgusMqttError, ImportError):
    """No usable argus-mqtt library was found; the text names everything that was tried."""

    status = SYSTEM


class InvalidArgument(ArgusMqttError, ValueError):
    """An argument of the call is not acceptable: a topic, a camera, a payload, a number."""

    status = INVALID_ARGUMENT


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with the settings. As text, it is the sentence `field: message`.

    Attributes:
        field: The name of the setting; "settings" if it concerns no particular one.
        code: The kind of fault, such as "out_of_range"; the header of the C library lists them.
        value: The value that was given, as JSON; None if there is none or it may hold a secret.
        message: What is wrong with it and what would be valid, without the name of the setting.
    """

    field: str
    code: str
    value: str | None
    message: str

    def __str__(self) -> str:
        """Return the sentence."""
        return f"{self.field}: {self.message}"


class InvalidSettings(ArgusMqttError, ValueError):
    """The settings have faults, all of which are listed.

    Attributes:
        faults: Every fault, in the order of the settings.
    """

    status = INVALID_SETTINGS

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        """Take the library's text, and the faults that it is made of."""
        super().__init__(message)
        self.faults = faults


class QueueFull(ArgusMqttError):
    """The outbox is full, and nothing in it may be dropped for this message."""

    status = QUEUE_FULL


class TimedOut(ArgusMqttError, TimeoutError):
    """What was waited for did not happen in time; it may still happen."""

    status = TIMEOUT


class Refused(ArgusMqttError):
    """The broker, or TLS, refuses the client for a reason that waiting cannot cure."""

    status = REFUSED


class ShutDown(ArgusMqttError):
    """The client is shut down or shutting down."""

    status = SHUT_DOWN


class NotDelivered(ArgusMqttError):
    """The base class of the outcomes other than delivered."""


class Expired(NotDelivered):
    """The message expired before it could be delivered."""

    status = EXPIRED


class Dropped(NotDelivered):
    """The message was dropped from the outbox; the text says why."""

    status = DROPPED


class Rejected(NotDelivered):
    """The message cannot be delivered to this broker; the text says why."""

    status = REJECTED


class Superseded(NotDelivered):
    """The message was a state, and a newer state of the same topic replaced it before it was delivered."""

    status = SUPERSEDED


class UnknownOutcome(NotDelivered):
    """The message was sent but not acknowledged when the client was shut down; it may have arrived."""

    status = UNKNOWN


class Forked(ArgusMqttError):
    """The client belongs to the parent process, where it keeps working; connect another one in this process."""

    status = FORKED


_CLASSES: dict[int, type[ArgusMqttError]] = {
    one.status: one
    for one in (
        InvalidArgument,
        InvalidSettings,
        QueueFull,
        TimedOut,
        Refused,
        ShutDown,
        Expired,
        Dropped,
        Rejected,
        Superseded,
        UnknownOutcome,
        Forked,
    )
}


def error_for(status: int, message: str) -> ArgusMqttError:
    """Give the exception for a status other than OK, to be raised by the caller.

    Raises:
        SystemExit: Python is exiting, the client was shut down for that, and this is a daemon thread.
    """
    # What a shutdown ends in, for whoever uses the client or waits for a message.
    if status in {SHUT_DOWN, INVALID_HANDLE, DROPPED, UNKNOWN}:
        _exiting.leave_daemon_thread()
    if status == INVALID_HANDLE:
        # No handle but that of a client leaves this package, so this one was valid once.
        return ShutDown("the client was shut down")
    error = _CLASSES.get(status, ArgusMqttError)(message)
    error.status = status
    return error
