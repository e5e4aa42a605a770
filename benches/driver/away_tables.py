"""The tables of what happens while the broker is away, and when it returns."""

from __future__ import annotations

from collections.abc import Sequence

from .goals import ratio
from .markdown import figure, table, times
from .memory import bytes_beyond_payload, idle_bytes
from .peers import NOTHING, us_for
from .rows import Lookup, distinct, ranked, remarks, shown
from .summary import Figure, Summary


def away_calls(summary: Summary) -> str:
    """The call under load with the broker there, and away while the queue grows."""
    lengths = distinct(record["messages"] for record in summary.records("away") if "calls" in record)

    def there(peer: str) -> Figure | None:
        return summary.figure(lambda record: record["p99_ns"], "calls", peer, load="busy", threads=1)

    def away(peer: str, length: int) -> Figure | None:
        records = [r for r in summary.records("away", peer=peer, messages=length) if "calls" in r]
        return Figure.of([record["calls"]["p99_ns"] for record in records])

    rows = [
        (
            shown(peer),
            figure(there(peer), 1e-3),
            *(figure(away(peer, length), 1e-3) for length in lengths),
            remarks(summary, "queue", peer),
        )
        for peer in ranked([peer for peer in summary.peers("away") if peer not in NOTHING], there)
    ]
    columns = [f"away, {length:,} calls" for length in lengths]
    return table(("client", "broker there", *columns, "remarks"), rows)


def memory(summary: Summary) -> str:
    """Idle, and per queued event."""
    lengths = distinct(record["messages"] for record in summary.records("away"))

    def idle(peer: str) -> Figure | None:
        return idle_bytes(summary, peer)

    rows = [
        (
            shown(peer),
            figure(idle(peer), 1e-6),
            times(ratio(idle(peer), idle(us_for(peer)))),
            *(figure(bytes_beyond_payload(summary, peer, length)) for length in lengths),
            remarks(summary, "queue", peer),
        )
        for peer in ranked([peer for peer in summary.peers("away") if peer not in NOTHING], idle)
    ]
    columns = [f"bytes at {length:,}" for length in lengths]
    return table(("client", "idle, MB", "to ours", *columns, "remarks"), rows)


def comeback(summary: Summary) -> str:
    """Seconds from the broker's return to the last queued event."""
    lengths = distinct(record["messages"] for record in summary.records("away"))

    def at(field: str, length: int) -> Lookup:
        def lookup(peer: str) -> Figure | None:
            records = [r for r in summary.records("away", peer=peer, messages=length) if field in r]
            return Figure.of([record[field] for record in records])

        return lookup

    names = [peer for peer in summary.peers("away") if peer not in NOTHING]
    rows = []
    for peer in ranked(names, at("last_seconds", lengths[0]) if lengths else lambda _: None):
        cells = [figure(at("first_seconds", lengths[0])(peer))]
        for length in lengths:
            cells.append(figure(at("last_seconds", length)(peer)))
        longest = at("last_seconds", lengths[-1])
        cells.append(times(ratio(longest(peer), longest(us_for(peer)))))
        rows.append((shown(peer), *cells, remarks(summary, "away", peer, _lost(summary, peer))))
    columns = [f"last of {length:,}" for length in lengths]
    return table(("client", "first event", *columns, "to ours", "remarks"), rows)


def queue_growth(summary: Summary) -> str:
    """Microseconds of a call while so many events wait."""
    curves = {peer: queue_curve(summary, peer) for peer in summary.peers("away") if peer not in NOTHING}
    curves = {peer: curve for peer, curve in curves.items() if curve}
    lengths = distinct(length for curve in curves.values() for length in curve)
    rows = [
        (shown(peer), *(figure(curves[peer].get(length), 1e-3) for length in lengths))
        for peer in ranked(list(curves), lambda peer: curves[peer].get(lengths[0]))
    ]
    return table(("events waiting", *(f"{length:,}" for length in lengths)), rows)


def queue_curve(summary: Summary, peer: str) -> dict[int, Figure]:
    """Nanoseconds of a call by the number of events that wait, from the longest queue that was measured."""
    records = [record for record in summary.records("away", peer=peer) if "growth" in record]
    longest = max((record["messages"] for record in records), default=0)
    values: dict[int, list[float]] = {}
    for record in records:
        if record["messages"] == longest:
            for length, mean in record["growth"]:
                values.setdefault(int(length), []).append(mean)
    found = {length: Figure.of(means) for length, means in values.items()}
    return {length: mean for length, mean in found.items() if mean is not None}


def _lost(summary: Summary, peer: str) -> Sequence[str]:
    records = [record for record in summary.records("away", peer=peer) if "lost" in record]
    lost, resent = (max((record[field] for record in records), default=0) for field in ("lost", "resent"))
    return [f"{count:,} {what}" for count, what in ((lost, "lost"), (resent, "arrived twice")) if count]
