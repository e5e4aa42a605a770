"""What is said of the end of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _log

if TYPE_CHECKING:
    from argus_mqtt import ShutdownReport


def say_ended(broker: str | None, report: ShutdownReport | None) -> None:
    """Log what came of the shutdown of a client, if there was one: also what it has lost."""
    if report is None:
        return
    if report.complete:
        _log.info("offline_published", f"{broker} has said that ArgusAI is offline", broker=broker)
    else:
        _log.warning("offline_failed", report.message, left=report.left)
