"""The broker of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import final

import argus_mqtt
from support.mosquitto import Mosquitto

from . import wait_until


@final
class Broker(Mosquitto):
    """A Mosquitto that keeps on disk what it knows, at each change."""

    def __init__(self, directory: Path) -> None:
        """Start it with its files in `directory`."""
        self._memory = directory / "mosquitto.db"
        super().__init__(
            directory,
            "persistence true",
            f"persistence_location {directory}/",
            "autosave_on_changes true",
            "autosave_interval 1",
        )

    def forget(self) -> None:
        """Let it know nothing when it is started again."""
        self._memory.unlink(missing_ok=True)


def wait_until_missed(*clients: argus_mqtt.Client) -> None:
    """Wait until each client has tried to connect and was refused, which is how it learns of an outage."""

    def errors() -> list[str]:
        return [str(client.status().last_error) for client in clients]

    wait_until(lambda: all("refused" in error for error in errors()), lambda: f"each is refused: {errors()}")
