"""The outcomes that a message can have."""

from typing import Final, Literal, TypeAlias

from ._errors import DROPPED, EXPIRED, OK, REJECTED, SUPERSEDED, UNKNOWN

Outcome: TypeAlias = Literal["delivered", "expired", "dropped", "rejected", "unknown", "superseded"]

OUTCOMES: Final[dict[int, Outcome]] = {
    OK: "delivered",
    EXPIRED: "expired",
    DROPPED: "dropped",
    REJECTED: "rejected",
    UNKNOWN: "unknown",
    SUPERSEDED: "superseded",
}
"""By their status in the library."""
