"""What became of the messages of a command."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from argus_mqtt._errors import ArgusMqttError, TimedOut

if TYPE_CHECKING:
    from argus_mqtt._delivery import Delivery


class Tally:
    """Counts the outcomes of messages.

    Attributes:
        delivered: How many were delivered.
        failures: Why others were not.
    """

    def __init__(self) -> None:
        """Begin with no message."""
        self.delivered = 0
        self.failures: list[str] = []
        self._open: deque[Delivery] = deque()

    def __len__(self) -> int:
        """Return how many have no outcome that was counted."""
        return len(self._open)

    def add(self, delivery: Delivery) -> None:
        """Count this one too, once it has an outcome."""
        self._open.append(delivery)

    def wait(self, seconds: float, most_open: int = 0) -> None:
        """Wait until at most so many have no outcome, or the time is over. Counts none, so any thread may call it."""
        deadline = time.monotonic() + seconds
        for delivery in list(self._open)[: max(0, len(self._open) - most_open)]:
            try:
                delivery.wait(max(0.0, deadline - time.monotonic()))
            except TimedOut:
                return
            except ArgusMqttError:
                continue

    def count(self) -> None:
        """Count those that have an outcome."""
        for _ in range(len(self._open)):
            delivery = self._open.popleft()
            try:
                delivery.wait(0)
                self.delivered += 1
            except TimedOut:
                self._open.append(delivery)
            except ArgusMqttError as error:
                self.failures.append(str(error))

    def give_up(self, seconds: float) -> None:
        """Count those that have no outcome after so many seconds as failures."""
        self.failures += [f"message {delivery.id} has not ended within {seconds:g} s" for delivery in self._open]
        self._open.clear()
