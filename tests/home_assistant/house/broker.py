"""The broker of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import final

from support.mosquitto import Mosquitto


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
