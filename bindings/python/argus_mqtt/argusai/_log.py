"""Log lines with the `event_type` by which ArgusAI's logs are searched."""

from __future__ import annotations

import logging

log = logging.getLogger("argus_mqtt.argusai")


def say(level: int, event_type: str, text: str, **more: object) -> None:
    """Log a line; `more` are fields of the record, beside `event_type`."""
    log.log(level, "%s", text, extra={"event_type": f"mqtt_{event_type}", **more})


def debug(event_type: str, text: str, **more: object) -> None:
    """Log what only somebody who looks for a fault wants to know."""
    if log.isEnabledFor(logging.DEBUG):
        say(logging.DEBUG, event_type, text, **more)


def info(event_type: str, text: str, **more: object) -> None:
    """Log what happened."""
    say(logging.INFO, event_type, text, **more)


def warning(event_type: str, text: str, **more: object) -> None:
    """Log what should not be so."""
    say(logging.WARNING, event_type, text, **more)
