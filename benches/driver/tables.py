"""The tables of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from . import goals as aims
from .goals import ratio
from .markdown import NONE, figure, number, table, times
from .memory import bytes_beyond_payload, idle_bytes
from .peers import NOTHING, US, all_peers, us_for
from .process import Record
from .summary import Figure, Summary, Value, cost_us, cpu, rate

Lookup = Callable[[str], Figure | None]


def goals(summary: Summary) -> str:
    """Each aim, what was measured, and whether that reaches it."""
    rows = []
    for goal in aims.goals(summary):
        bound = "at least" if goal.at_least else "at most"
        measured = NONE if goal.measured is None else number(goal.measured)
        verdict = "not measured" if goal.measured is None else "reached" if goal.reached else "**missed**"
        rows.append((goal.aim, f"{bound} {number(goal.limit)} {goal.unit}", measured, verdict))
    return table(("aim", "goal", "measured", ""), rows)


def throughput(summary: Summary) -> str:
    """Thousands of events per second against the sink, at each window and at the best."""
    windows = _distinct(
        record["window"] for record in summary.records("throughput", broker="sink") if "best" not in record
    )

    def best(peer: str) -> Figure | None:
        found = summary.best(peer)
        return found[1] if found else None

    rows = []
    for peer in _sorted(summary.peers("throughput", broker="sink"), best, highest_first=True):
        at_windows = [figure(_at_window(summary, rate, peer, window), 1e-3) for window in windows]
        rows.append(
            (
                _name(peer),
                *at_windows,
                figure(best(peer), 1e-3),
                _best_case(summary, peer),
                times(ratio(best(peer), best(us_for(peer)))),
                _remarks(summary, "throughput", peer, _fewest_events(summary, peer), broker="sink"),
            )
        )
    columns = [f"window {window:,}" for window in windows]
    return table(("client", *columns, "best", "best with", "best to ours", "remarks"), rows)


def mosquitto(summary: Summary) -> str:
    """Thousands of events per second against Mosquitto."""

    def value(peer: str) -> Figure | None:
        return summary.figure(rate, "throughput", peer, broker="mosquitto")

    rows = [
        (
            _name(peer),
            figure(value(peer), 1e-3),
            times(ratio(value(peer), value(us_for(peer)))),
            _remarks(summary, "throughput", peer, broker="mosquitto"),
        )
        for peer in _sorted(summary.peers("throughput", broker="mosquitto"), value, highest_first=True)
    ]
    return table(("client", "thousand events/s", "to ours", "remarks"), rows)


def processor(summary: Summary) -> str:
    """CPU seconds per 100,000 events: window 100, and the best window."""

    def at_default(value: Value) -> Lookup:
        return lambda peer: _at_window(summary, value, peer, 100)

    def at_best(peer: str) -> Figure | None:
        found = summary.best(peer)
        if found is None:
            return None
        window, backlog = found[0]["window"], found[0]["backlog"]
        return summary.figure(cpu, "throughput", peer, broker="sink", window=window, backlog=backlog)

    total = at_default(cpu)
    rows = [
        (
            _name(peer),
            figure(at_default(_part("user"))(peer)),
            figure(at_default(_part("system"))(peer)),
            figure(total(peer)),
            times(ratio(total(peer), total(us_for(peer)))),
            figure(at_best(peer)),
            times(ratio(at_best(peer), at_best(us_for(peer)))),
        )
        for peer in _sorted(summary.peers("throughput", broker="sink"), total)
    ]
    header = ("client", "user", "system", "together", "to ours", "at its best window", "to ours")
    return table(header, rows)


def calls(summary: Summary, load: str, threads: int) -> str:
    """Microseconds that the call takes under a load."""

    def at(field: str) -> Lookup:
        return lambda peer: summary.figure(lambda record: record[field], "calls", peer, load=load, threads=threads)

    names = summary.peers("calls", load=load, threads=threads)
    rows = [
        (
            _name(peer),
            *(figure(at(field)(peer), 1e-3) for field in ("p50_ns", "p99_ns", "p999_ns")),
            NONE if peer in NOTHING else times(ratio(at("p50_ns")(peer), at("p50_ns")(us_for(peer)))),
            _remarks(summary, "calls", peer, load=load, threads=threads),
        )
        for peer in _sorted(names, at("p50_ns"))
    ]
    return table(("client", "p50", "p99", "p99.9", "p50 to ours", "remarks"), rows)


def away_calls(summary: Summary) -> str:
    """The call under load with the broker there, and away while the queue grows."""
    lengths = _distinct(record["messages"] for record in summary.records("away") if "calls" in record)

    def there(peer: str) -> Figure | None:
        return summary.figure(lambda record: record["p99_ns"], "calls", peer, load="busy", threads=1)

    def away(peer: str, length: int) -> Figure | None:
        records = [r for r in summary.records("away", peer=peer, messages=length) if "calls" in r]
        return Figure.of([record["calls"]["p99_ns"] for record in records])

    rows = [
        (
            _name(peer),
            figure(there(peer), 1e-3),
            *(figure(away(peer, length), 1e-3) for length in lengths),
            _remarks(summary, "queue", peer),
        )
        for peer in _sorted([name for name in summary.peers("away") if name not in NOTHING], there)
    ]
    columns = [f"away, {length:,} calls" for length in lengths]
    return table(("client", "broker there", *columns, "remarks"), rows)


def roundtrip(summary: Summary) -> str:
    """Microseconds from the call to the acknowledgement."""

    def at(field: str) -> Lookup:
        return lambda peer: summary.figure(lambda record: record[field], "roundtrip", peer)

    rows = [
        (
            _name(peer),
            *(figure(at(field)(peer), 1e-3) for field in ("p50_ns", "p99_ns", "p999_ns")),
            times(ratio(at("p50_ns")(peer), at("p50_ns")(us_for(peer)))),
            _remarks(summary, "roundtrip", peer),
        )
        for peer in _sorted(summary.peers("roundtrip"), at("p50_ns"))
    ]
    return table(("client", "p50", "p99", "p99.9", "p50 to ours", "remarks"), rows)


def memory(summary: Summary) -> str:
    """Idle, and per queued event."""
    lengths = _distinct(record["messages"] for record in summary.records("away"))

    def idle(peer: str) -> Figure | None:
        return idle_bytes(summary, peer)

    rows = [
        (
            _name(peer),
            figure(idle(peer), 1e-6),
            times(ratio(idle(peer), idle(us_for(peer)))),
            *(figure(bytes_beyond_payload(summary, peer, length)) for length in lengths),
            _remarks(summary, "queue", peer),
        )
        for peer in _sorted([name for name in summary.peers("away") if name not in NOTHING], idle)
    ]
    columns = [f"bytes at {length:,}" for length in lengths]
    return table(("client", "idle, MB", "to ours", *columns, "remarks"), rows)


def comeback(summary: Summary) -> str:
    """Seconds from the broker's return to the last queued event."""
    lengths = _distinct(record["messages"] for record in summary.records("away"))

    def at(field: str, length: int) -> Lookup:
        def lookup(peer: str) -> Figure | None:
            records = [r for r in summary.records("away", peer=peer, messages=length) if field in r]
            return Figure.of([record[field] for record in records])

        return lookup

    names = [name for name in summary.peers("away") if name not in NOTHING]
    rows = []
    for peer in _sorted(names, at("last_seconds", lengths[0]) if lengths else lambda _: None):
        cells = [figure(at("first_seconds", lengths[0])(peer))]
        for length in lengths:
            cells.append(figure(at("last_seconds", length)(peer)))
        longest = at("last_seconds", lengths[-1])
        cells.append(times(ratio(longest(peer), longest(us_for(peer)))))
        rows.append((_name(peer), *cells, _remarks(summary, "away", peer, _lost(summary, peer))))
    columns = [f"last of {length:,}" for length in lengths]
    return table(("client", "first event", *columns, "to ours", "remarks"), rows)


def startup(summary: Summary) -> str:
    """Milliseconds to the acknowledged birth message, and to import the package."""

    def start(peer: str) -> Figure | None:
        return summary.figure(lambda record: record["seconds"], "start", peer)

    def imported(peer: str) -> Figure | None:
        return summary.figure(lambda record: record["seconds"], "import", peer)

    rows = [
        (
            _name(peer),
            figure(start(peer), 1e3),
            NONE if peer in NOTHING else times(ratio(start(peer), start(us_for(peer)))),
            figure(imported(peer), 1e3),
            NONE if peer in NOTHING else times(ratio(imported(peer), imported(us_for(peer)))),
            _remarks(summary, "start", peer),
        )
        for peer in _sorted(summary.peers("start"), start)
    ]
    return table(("client", "start to birth, ms", "to ours", "import, ms", "to ours", "remarks"), rows)


def size(summary: Summary) -> str:
    """Bytes of the stripped libraries."""

    def megabytes(name: str) -> Figure | None:
        return summary.figure(lambda record: record["bytes"] / 1e6, "size", name)

    names = sorted(summary.peers("size"), key=lambda name: _order(megabytes(name)))
    ours = megabytes("argus-mqtt")
    rows = [(_name(name), figure(megabytes(name)), times(ratio(megabytes(name), ours))) for name in names]
    return table(("library", "MB", "to ours with TLS"), rows)


def growth(summary: Summary, measure: str, field: str, header: str) -> str:
    """Microseconds per event, for each value of a field."""
    points = _distinct(record[field] for record in summary.records(measure))

    def at(peer: str, point: int) -> Figure | None:
        return summary.figure(cost_us, measure, peer, **{field: point})

    rows = [
        (_name(peer), *(figure(at(peer, point)) for point in points))
        for peer in _sorted(summary.peers(measure), lambda peer: at(peer, points[0]))
    ]
    return table((header, *(f"{point:,}" for point in points)), rows)


def queue_growth(summary: Summary) -> str:
    """Microseconds of a call while so many events wait."""
    curves = {peer: queue_curve(summary, peer) for peer in summary.peers("away") if peer not in NOTHING}
    curves = {peer: curve for peer, curve in curves.items() if curve}
    lengths = _distinct(length for curve in curves.values() for length in curve)
    rows = [
        (_name(peer), *(figure(curves[peer].get(length), 1e-3) for length in lengths))
        for peer in _sorted(list(curves), lambda peer: curves[peer].get(lengths[0]))
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


def _at_window(summary: Summary, value: Value, peer: str, window: int) -> Figure | None:
    """At the backlog that a client is used with unless another is tried."""
    backlog = next(known.backlog(window) for known in all_peers() if known.name == peer)
    return summary.figure(value, "throughput", peer, broker="sink", window=window, backlog=backlog)


def _part(field: str) -> Value:
    def value(record: Record) -> float:
        return float(record[field] / record["messages"] * 100_000)

    return value


def _best_case(summary: Summary, peer: str) -> str:
    found = summary.best(peer)
    if found is None:
        return NONE
    window, backlog = found[0]["window"], found[0]["backlog"]
    return f"window {window:,}" + (f", {backlog:,} ahead" if backlog else "")


def _fewest_events(summary: Summary, peer: str) -> Sequence[str]:
    """Says when a slow client published fewer events than the fast ones."""
    records = summary.records("throughput", broker="sink")
    most = max(record["messages"] for record in records)
    fewest = min(record["messages"] for record in records if record["peer"] == peer)
    rounds = len([r for r in records if r["peer"] == peer and r.get("best")])
    if fewest == most:
        return ()
    return (f"for it is slow, once and {fewest:,} events or more; at its best {most:,} events, {rounds} ×",)


def _lost(summary: Summary, peer: str) -> Sequence[str]:
    records = [record for record in summary.records("away", peer=peer) if "lost" in record]
    lost, resent = (max((record[field] for record in records), default=0) for field in ("lost", "resent"))
    return [f"{count:,} {what}" for count, what in ((lost, "lost"), (resent, "arrived twice")) if count]


def _remarks(summary: Summary, measure: str, peer: str, more: Sequence[str] = (), **where: object) -> str:
    """What a client cannot do, and why it has no figure."""
    notes = next((known.notes for known in all_peers() if known.name == peer), {})
    failures = summary.failures("away" if measure == "queue" else measure, peer, **where)
    said = [notes[measure]] if measure in notes else []
    return "; ".join([*said, *more, *failures])


def _distinct(values: Iterable[int]) -> Sequence[int]:
    return sorted(set(values))


def _sorted(peers: Sequence[str], value: Lookup, *, highest_first: bool = False) -> Sequence[str]:
    """The best first, those without a figure last."""
    sign = -1 if highest_first else 1
    found = {peer: value(peer) for peer in peers}
    return sorted(peers, key=lambda peer: (found[peer] is None, sign * (_order(found[peer]))))


def _order(found: Figure | None) -> float:
    return found.median if found else 0.0


def _name(peer: str) -> str:
    return f"**{peer}**" if peer in US or peer.startswith("argus-mqtt") else peer
