"""What is reported of a client: to logs, to those who wait for an attempt to connect, and to the status."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import argus_mqtt
from argus_mqtt import Ended, StateChange

from . import _log
from ._states import now

if TYPE_CHECKING:
    from argus_mqtt import Client, Delivery, Notice, Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt to connect ended.

    Attributes:
        online: Whether there is a connection.
        reason: Why there is none, in plain words; empty where there is one.
    """

    online: bool
    reason: str = ""


Waiting: TypeAlias = "Future[Outcome]"


class Follower:
    """Reads the notices of one client, on one thread; anybody may look at what it has found."""

    def __init__(self, client: Client, changed: Callable[[], None]) -> None:
        """Begin to follow; `changed` is called after each change of state."""
        self._client = client
        self._changed = changed
        self._waiting: list[Waiting] = []
        self._was_online = self._has_failed_birth = False
        self._attempt = 0
        self.last_error: str | None = None
        self.last_connected_at: datetime | None = None
        self.reconnect_attempt = 0
        # Messages whose end is to be logged, and ends that came before it was said that they are.
        self._followed: dict[int, tuple[Delivery, str]] | None = None
        self._early: dict[int, Ended] = {}
        if _log.log.isEnabledFor(logging.DEBUG):
            self._followed = {}
        client.open_notices(states=True, log=True, deliveries=self._followed is not None)

    def wait(self, waiting: Waiting) -> None:
        """Tell how the attempt to connect ends that is under way, or is to come."""
        self._waiting.append(waiting)

    def follow(self, delivery: Delivery, topic: str) -> None:
        """Log how a message ends, if such lines are logged. Any thread."""
        if self._followed is None:
            return
        self._followed[delivery.id] = (delivery, topic)
        early = self._early.pop(delivery.id, None)
        if early is not None:
            self._ended(early)

    def read(self) -> None:
        """Read the notices that there are.

        Raises:
            ShutDown: The client was shut down.
        """
        while True:
            try:
                notice = self._client.next_notice(0)
            except argus_mqtt.TimedOut:
                return
            self._take(notice)

    def look(self) -> None:
        """Find out what no notice tells: that the broker does not let ArgusAI say that it is online."""
        if self._was_online or self._has_failed_birth:
            return
        try:
            self._client.wait_online(0)
        except argus_mqtt.Refused as error:
            status = self._client.status()
            if status.state == "connected":
                self._has_failed_birth = True
                self.last_error = str(error)
                text = f"{status.availability_topic} does not say online: {error}"
                _log.warning("birth_failed", text, topic=status.availability_topic, error=str(error))
                self.end(str(error))
        except argus_mqtt.ArgusMqttError:
            return

    def end(self, reason: str) -> None:
        """Tell those who wait that nothing will come."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            settle(one, Outcome(online=False, reason=reason))

    def _take(self, notice: Notice) -> None:
        match notice:
            case Ended():
                self._ended(notice)
            case StateChange("online"):
                self._online()
            case StateChange("waiting" | "refused", str(reason)):
                self._failed(reason, refused=notice.state == "refused")
            case StateChange("shutting_down" | "closed"):
                self._left("the service ends it, or has new settings")
            case StateChange():
                self._left("the connection was lost")
            case _:
                return  # Logged by who read it.
        if isinstance(notice, StateChange):
            self._has_failed_birth = False
            self._changed()

    def _online(self) -> None:
        status = self._client.status()
        attempts, self._attempt, self.reconnect_attempt = self._attempt, 0, 0
        self._was_online = True
        self.last_connected_at = now()
        self.last_error = None
        protocol = f"MQTT {status.protocol}"
        _log.info(
            "on_connect", f"connected to {status.broker} with {protocol}", broker=status.broker, protocol=protocol
        )
        if status.protocol == "3.1.1":
            _log.warning("protocol_fallback", f"MQTT 3.1.1 is used: {status.protocol_reason}", protocol=protocol)
        _log.info("birth_published", f"{status.availability_topic} says online", topic=status.availability_topic)
        if attempts:
            _log.info("reconnected", f"connected again after {attempts} attempts", attempts=attempts)
        for one in self._waiting:
            settle(one, Outcome(online=True))
        self._waiting = []

    def _failed(self, reason: str, *, refused: bool) -> None:
        status = self._client.status()
        self.last_error = reason
        if self._was_online:
            self._left(reason)
            self._say_when(status)
            return
        self._attempt += 1
        self.reconnect_attempt = self._attempt
        kind = "connection_refused" if refused else "reconnect_failed" if self._attempt > 1 else "connection_failed"
        _log.warning(
            kind,
            f"attempt {self._attempt} to connect to {status.broker} failed: {reason}",
            broker=status.broker,
            attempt=self._attempt,
            error=reason,
        )
        self._say_when(status)
        self.end(reason)

    def _say_when(self, status: Status) -> None:
        delay = status.next_attempt_in_seconds
        if delay is not None:
            _log.info(
                "reconnect_scheduled",
                f"the next attempt is in {delay:.1f} s",
                attempt=self._attempt + 1,
                delay_seconds=round(delay, 1),
            )

    def _left(self, reason: str) -> None:
        was_online, self._was_online = self._was_online, False
        if was_online:
            _log.info("on_disconnect", f"disconnected: {reason}", reason=reason, was_connected=True)

    def _ended(self, ended: Ended) -> None:
        if self._followed is None:
            return
        followed = self._followed.pop(ended.delivery, None)
        if followed is None:
            self._early[ended.delivery] = ended
            # It may have been said meanwhile.
            followed = self._followed.pop(ended.delivery, None)
            if followed is None:
                return
            self._early.pop(ended.delivery, None)
        _log.debug(
            "on_publish",
            f"message {ended.delivery} to {followed[1]}: {ended.outcome}",
            message_id=ended.delivery,
            topic=followed[1],
            outcome=ended.outcome,
        )


def settle(waiting: Waiting | None, outcome: Outcome) -> None:
    """Tell who waits, if somebody does and nobody has told yet."""
    if waiting is not None and not waiting.done():
        waiting.set_result(outcome)
