"""The outcome of one message."""

from __future__ import annotations

import ctypes
import threading
from typing import TYPE_CHECKING, NoReturn, final

from . import _arguments, _prototypes, _waiting
from ._errors import OK, TIMEOUT, TimedOut, error_for
from ._outcomes import OUTCOMES

if TYPE_CHECKING:
    from ._handle import Handle


class _Waiter:
    """What waiting needs, made when somebody waits: most deliveries are never waited for."""

    __slots__ = ("error", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        # The library writes the outcome here, and gives it only once. So it is not lost when a signal handler
        # raises between the call and the next line of Python.
        self.error = _prototypes.Error(status=TIMEOUT)


@final
class Delivery:
    """An accepted message, whose outcome can be waited for.

    The library keeps the outcome as long as this object exists and nobody has waited for it; kept outcomes count
    against the limits of the outbox. If the outcome is of no interest, drop the object.

    Fetch the outcome before the client is shut down: afterwards it is no longer available.

    Any thread may use it, several at once.
    """

    __slots__ = ("_client", "_id", "_outcome", "_waiter")

    def __init__(self, client: Handle, number: int) -> None:
        """For the client alone: `Client.publish_event` and `Client.publish` return deliveries."""
        self._client = client
        self._id = number
        self._outcome: tuple[int, str] | None = None
        self._waiter: _Waiter | None = None

    @property
    def id(self) -> int:
        """The number of the message; no two messages of a client share one."""
        return self._id

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the message is delivered: acknowledged by the broker or, with QoS 0, written to the network.

        It may be called again, also on another thread, with the same result.

        Args:
            timeout: The longest wait in seconds; None waits forever.

        Raises:
            Expired: It expired before it could be sent.
            Dropped: It was dropped from the outbox.
            Rejected: It cannot be delivered to this broker.
            Superseded: It was a state, and a newer state of its topic replaced it.
            UnknownOutcome: It was sent but not acknowledged when the client was shut down.
            TimedOut: It has no outcome yet after `timeout` seconds.
            ShutDown: The client was shut down before the outcome was fetched.
            Forked: The client belongs to the parent process.
        """
        seconds = _arguments.timeout(timeout)
        status, message = self._outcome or self._take(seconds)
        if status != OK:
            raise error_for(status, message)

    def done(self) -> bool:
        """Whether the message has an outcome, so that `wait` would not wait. Does not block.

        Raises:
            ShutDown: The client was shut down before the outcome was fetched.
            Forked: The client belongs to the parent process.
        """
        try:
            return bool(self._outcome or self._take(0))
        except TimedOut:
            return False

    def _take(self, timeout: float | None) -> tuple[int, str]:
        """Get the outcome from the library, which gives it only once; one thread at a time."""
        deadline = _waiting.deadline_after(timeout)
        client = self._client
        client._check_process()
        with client._lock:
            waiter = self._waiter = self._waiter or _Waiter()
        seconds = _waiting.seconds_to(deadline)
        if not waiter.lock.acquire(timeout=-1 if seconds is None else seconds):
            raise self._open_after(timeout)
        try:
            if self._outcome is None:
                self._outcome = self._outcome_from(waiter.error, deadline)
            if self._outcome is None:
                raise self._open_after(timeout)
            return self._outcome
        finally:
            waiter.lock.release()

    def _open_after(self, timeout: float | None) -> TimedOut:
        return TimedOut(f"message {self._id} has not ended{_waiting.within(timeout)}")

    def _outcome_from(self, error: _prototypes.Error, deadline: float) -> tuple[int, str] | None:
        if error.status not in OUTCOMES:
            handle, reference = self._client._handle, ctypes.byref(error)
            status = _waiting.wait(
                "delivery.wait",
                lambda timeout_ms: _prototypes.delivery_wait(handle, self._id, timeout_ms, reference),
                deadline,
            )
            if status == TIMEOUT:
                return None
            if status not in OUTCOMES:
                raise error_for(status, error.text)
        return error.status, error.text

    def __del__(self, _none: None = None) -> None:
        """Let the library know, sooner or later, that nobody will ask for the outcome any more."""
        try:
            if self._outcome is _none:
                let_go = self._client._let_go
                let_go.append(self._id)
                if len(let_go) >= let_go.most:
                    let_go.tell(self._client._handle)
        except AttributeError:  # A signal handler raised before it was made; the publishing call sees to the rest.
            return

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or pickled: the copy would give up the outcome for both."""
        raise TypeError("a Delivery cannot be copied or pickled: it has one outcome to give; share this one")

    def __repr__(self) -> str:
        """Name the message, and how it ended if that is known here."""
        outcome = "" if self._outcome is None else f", {OUTCOMES[self._outcome[0]]}"
        return f"<argus_mqtt.Delivery {self._id}{outcome}>"
