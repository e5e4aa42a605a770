"""The client of a service, and what is told of it: all that a worker does with the connection, once it is the owner.

All of it on the thread of the worker; attributes, and the members without an underscore, are for any.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import argus_mqtt
from argus_mqtt import _prototypes
from argus_mqtt._errors import OK

from ._ending import say_ended
from ._follower import Follower, Outcome, Waiting, settle
from ._states import utc
from ._topics import Topics

if TYPE_CHECKING:
    from argus_mqtt import Client, Delivery, Settings, ShutdownReport


class Connection:
    """See the module."""

    def __init__(self, begun: Callable[[Client], None], published: Callable[[], int]) -> None:
        """Have no client yet; `begun` is called with each new one."""
        self._begun = begun
        self._published = published
        self.topics = Topics()
        self.broker: str | None = None
        self.client: Client | None = None
        self.follower: Follower | None = None
        self.fault: str | None = None
        self._last_connected_before: datetime | None = None
        # The topics of what was said for good; a set of Python, which any thread may add to.
        self.states: set[str] = set()

    def follow(self, delivery: Delivery, topic: str) -> None:
        """Log how a message ends, if such lines are logged. Any thread."""
        if self.follower is not None:
            self.follower.follow(delivery, topic)

    def last_error(self) -> str | None:
        """Say what went wrong last; None when there is a connection."""
        follower = self.follower
        return follower.last_error if follower is not None else self.fault

    @property
    def last_connected_at(self) -> datetime | None:
        """When there was a connection last, also that of a client that is no more."""
        follower = self.follower
        return (follower.last_connected_at if follower is not None else None) or self._last_connected_before

    def record(self) -> dict[str, object]:
        """Say how the connection is, for people."""
        follower, client = self.follower, self.client
        return {
            "pid": os.getpid(),
            "connected": client is not None and is_online(client),
            "broker": self.broker,
            "last_connected_at": utc(self.last_connected_at),
            "messages_published": self._published(),
            "last_error": self.last_error(),
            "reconnect_attempt": follower.reconnect_attempt if follower else 0,
        }

    # ---- On the thread ------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Called after each change of the client's state."""

    def _start(self, settings: Settings, waiting: Waiting | None) -> None:
        if self.client is not None and self.follower is not None:
            self.client.reconfigure(settings)
            self._forget_states(self.client)
            if waiting is not None:
                # With the same settings the connection stays.
                self.follower.read()
                if self.client.status().state == "online":
                    settle(waiting, Outcome(online=True))
                else:
                    self.follower.wait(waiting)
            return
        self.client = argus_mqtt.connect(settings)
        self.follower = Follower(self.client, self._changed)
        if waiting is not None:
            self.follower.wait(waiting)
        self._begun(self.client)

    def _forget_states(self, client: Client) -> None:
        """Delete what was published to topics that the settings no longer name, or the broker retains it forever."""
        gone = {topic for topic in tuple(self.states) if not self.topics.is_state(topic)}
        for topic in gone:
            client.forget_state(topic)
        self.states -= gone

    def _give_up_client(self, reason: str) -> None:
        if self.client is not None:
            broker = self.client.status().broker
            say_ended(broker, self._drop_client(reason))

    def _drop_client(self, reason: str, seconds: float = 4.0) -> ShutdownReport | None:
        client, self.client = self.client, None
        self._last_connected_before = self.last_connected_at
        follower, self.follower = self.follower, None
        if client is None or follower is None:
            return None
        report = client.shutdown(seconds)
        follower.end(reason)
        return report


def is_online(client: Client) -> bool:
    """Whether a client is online; cheaper than `Client.wait_online`, which says why not."""
    return _prototypes.wait_online(client._handle, 0, None) == OK
