"""Memory figures: each is what is above a process that measures in the same way without a client."""

from __future__ import annotations

from .peers import nothing_for
from .plan import EVENT_BYTES
from .process import Record
from .summary import Figure, Summary, beyond


def idle_bytes(summary: Summary, peer: str) -> Figure | None:
    """Resident bytes of an idle client."""

    def value(record: Record) -> float:
        return float(record["idle"]["resident"])

    figures = [summary.figure(value, "away", name) for name in (peer, nothing_for(peer))]
    return beyond(*figures)


def bytes_beyond_payload(summary: Summary, peer: str, length: int) -> Figure | None:
    """Bytes that a queued event costs beside its payload, when so many are queued."""

    def value(record: Record) -> float:
        return float(record["queued"]["resident"] - record["idle"]["resident"]) / length

    def figure(name: str) -> Figure | None:
        records = [r for r in summary.records("away", peer=name, messages=length) if "queued" in r]
        return Figure.of([value(record) for record in records])

    total = beyond(figure(peer), figure(nothing_for(peer)))
    if total is None:
        return None
    return Figure(total.median - EVENT_BYTES, total.lowest - EVENT_BYTES, total.highest - EVENT_BYTES, total.rounds)
