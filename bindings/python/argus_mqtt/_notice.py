"""What happens to a client, and how the library writes it."""

# Annotations are evaluated: tools look their names up in the package, where not all of them are.
import json
import logging
from dataclasses import dataclass
from typing import TypeAlias, cast

from ._outcomes import Outcome
from ._status import State

_log = logging.getLogger("argus_mqtt")

_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


@dataclass(frozen=True, slots=True)
class StateChange:
    """The state of the client has changed; the first one is the state at the time when notices were selected.

    Attributes:
        state: As `Status.state`.
        reason: The last failure in plain words, if that is why the client is not online; otherwise None.
    """

    state: State
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The outcome of a message whose `Delivery` is still held and has not been waited for.

    Attributes:
        delivery: The number of the message, `Delivery.id`.
        outcome: The outcome; `Delivery.wait` reports the same.
        reason: Why it was dropped or rejected; otherwise None. From `Client.next_outcomes`, why it was not delivered.
    """

    delivery: int
    outcome: Outcome
    reason: str | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line for a log, which is also logged by the logger "argus_mqtt". It contains no password.

    Attributes:
        level: A level of the module `logging`.
        text: One sentence.
    """

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Missed:
    """State changes and log lines that were dropped before the next one because they were not read in time.

    Attributes:
        count: How many.
    """

    count: int


Notice: TypeAlias = StateChange | Ended | LogLine | Missed
"""What `Client.next_notice` returns."""


def notice_from(data: dict[str, object]) -> Notice:
    # The library is of the same version or a later one of the same ABI, which may know more kinds and fields.
    match data:
        case {"kind": "state", "state": str(state), "reason": str() | None as reason}:
            return StateChange(cast("State", state), reason)
        case {"kind": "delivery", "delivery": int(delivery), "outcome": str(outcome)}:
            given = data.get("reason")
            return Ended(delivery, cast("Outcome", outcome), given if isinstance(given, str) else None)
        case {"kind": "missed", "count": int(count)}:
            return Missed(count)
        case {"kind": "log", "level": str(level), "text": str(text)}:
            return LogLine(_LEVELS.get(level, logging.WARNING), text)
        case _:
            return LogLine(logging.INFO, json.dumps(data))


def logged(notice: Notice) -> Notice:
    match notice:
        case LogLine(level, text):
            _log.log(level, "%s", text)
        case Missed(count):
            _log.warning("%d notices were not read in time and are lost", count)
        case _:
            pass
    return notice
