"""What the retained states of a camera say."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

_LONGEST_SNIPPET: Final = 100
_WORDS: Final = {
    "online": "online",
    "connected": "online",
    "starting": "online",
    "offline": "offline",
    "disconnected": "offline",
}


def now() -> datetime:
    """Give the time, in UTC."""
    return datetime.now(timezone.utc)


def utc(time: datetime | str | None) -> str | None:
    """Give a time in UTC as text, with Z; one without a zone is taken for UTC, and text is left as it is.

    Raises:
        TypeError: It is none of these.
    """
    if time is None or isinstance(time, str):
        return time
    if not isinstance(time, datetime):
        raise TypeError(f"a time must be a datetime or a text, not {type(time).__name__}")
    known = time.replace(tzinfo=timezone.utc) if time.tzinfo is None else time.astimezone(timezone.utc)
    return known.isoformat().replace("+00:00", "Z")


def described(description: str | None) -> str:
    """Give what is said of an event, which may be nothing.

    Raises:
        TypeError: It is not text.
    """
    if description is not None and not isinstance(description, str):
        raise TypeError(f"a description must be a text, not {type(description).__name__}")
    return description or ""


def status_word(word: str) -> str:
    """Give online, offline or unavailable for what ArgusAI calls the status of a camera."""
    return _WORDS.get(str(word).lower(), "unavailable")


def status(camera_id: str, camera_name: str, word: str, source_type: str) -> dict[str, object]:
    """Give the status of a camera."""
    return {
        "camera_id": str(camera_id),
        "camera_name": camera_name,
        "status": status_word(word),
        "source_type": source_type,
        "last_updated": utc(now()),
    }


def last_event(  # noqa: PLR0913, PLR0917  (the fields of the message)
    camera_id: str,
    camera_name: str,
    event_id: str,
    timestamp: datetime | str | None,
    description: str | None,
    smart_detection_type: str | None,
) -> dict[str, object]:
    """Say which event was the last."""
    return {
        "camera_id": str(camera_id),
        "camera_name": camera_name,
        "event_id": str(event_id),
        "timestamp": utc(timestamp),
        "description_snippet": described(description)[:_LONGEST_SNIPPET],
        "smart_detection_type": smart_detection_type,
    }


def counts(camera_id: str, camera_name: str, events_today: int, events_this_week: int) -> dict[str, object]:
    """Say how many events there were."""
    return {
        "camera_id": str(camera_id),
        "camera_name": camera_name,
        "events_today": events_today,
        "events_this_week": events_this_week,
        "last_updated": utc(now()),
    }


def is_on(state: str) -> bool:
    """Whether a word for the activity of a camera says that there is some."""
    return str(state).upper() == "ON"


def activity(camera_id: str, state: str, last_event_at: datetime | str | None) -> dict[str, object]:
    """Say whether something moves before a camera."""
    return {
        "camera_id": str(camera_id),
        "state": "ON" if is_on(state) else "OFF",
        "last_event_at": utc(last_event_at),
    }
