"""The tables of the report, but for those of away_tables.py."""

from __future__ import annotations

from collections.abc import Sequence

from . import goals as aims
from .goals import ratio
from .markdown import NONE, figure, number, table, times
from .peers import NOTHING, all_peers, us_for
from .process import Record
from .rows import Lookup, distinct, order, ranked, remarks, shown
from .summary import Figure, Summary, Value, cost_us, cpu, rate
from .tls import BROKER as TLS


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
    windows = distinct(
        record["window"] for record in summary.records("throughput", broker="sink") if "best" not in record
    )

    def best(peer: str) -> Figure | None:
        found = summary.best(peer)
        return found[1] if found else None

    rows = []
    for peer in ranked(summary.peers("throughput", broker="sink"), best, highest_first=True):
        at_windows = [figure(_at_window(summary, rate, peer, window), 1e-3) for window in windows]
        rows.append(
            (
                shown(peer),
                *at_windows,
                figure(best(peer), 1e-3),
                _best_case(summary, peer),
                times(ratio(best(peer), best(us_for(peer)))),
                remarks(summary, "throughput", peer, _fewest_events(summary, peer), broker="sink"),
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
            shown(peer),
            figure(value(peer), 1e-3),
            times(ratio(value(peer), value(us_for(peer)))),
            remarks(summary, "throughput", peer, broker="mosquitto"),
        )
        for peer in ranked(summary.peers("throughput", broker="mosquitto"), value, highest_first=True)
    ]
    return table(("client", "thousand events/s", "to ours", "remarks"), rows)


def tls(summary: Summary) -> str:
    """Thousands of events per second over TLS against the sink, at each window."""
    windows = distinct(record["window"] for record in summary.records("throughput", broker=TLS))

    def at(peer: str, window: int) -> Figure | None:
        return summary.figure(rate, "throughput", peer, broker=TLS, window=window)

    rows = [
        (
            shown(peer),
            *(figure(at(peer, window), 1e-3) for window in windows),
            *(times(ratio(at(peer, window), at(us_for(peer), window))) for window in windows),
            remarks(summary, "throughput", peer, broker=TLS),
        )
        for peer in ranked(
            summary.peers("throughput", broker=TLS), lambda peer: at(peer, windows[0]), highest_first=True
        )
    ]
    columns = [f"window {window:,}" for window in windows]
    return table(("client", *columns, *("to ours" for _ in windows), "remarks"), rows)


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
            shown(peer),
            figure(at_default(_part("user"))(peer)),
            figure(at_default(_part("system"))(peer)),
            figure(total(peer)),
            times(ratio(total(peer), total(us_for(peer)))),
            figure(at_best(peer)),
            times(ratio(at_best(peer), at_best(us_for(peer)))),
        )
        for peer in ranked(summary.peers("throughput", broker="sink"), total)
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
            shown(peer),
            *(figure(at(field)(peer), 1e-3) for field in ("p50_ns", "p99_ns", "p999_ns")),
            NONE if peer in NOTHING else times(ratio(at("p50_ns")(peer), at("p50_ns")(us_for(peer)))),
            remarks(summary, "calls", peer, load=load, threads=threads),
        )
        for peer in ranked(names, at("p50_ns"))
    ]
    return table(("client", "p50", "p99", "p99.9", "p50 to ours", "remarks"), rows)


def roundtrip(summary: Summary) -> str:
    """Microseconds from the call to the acknowledgement."""

    def at(field: str) -> Lookup:
        return lambda peer: summary.figure(lambda record: record[field], "roundtrip", peer)

    rows = [
        (
            shown(peer),
            *(figure(at(field)(peer), 1e-3) for field in ("p50_ns", "p99_ns", "p999_ns")),
            times(ratio(at("p50_ns")(peer), at("p50_ns")(us_for(peer)))),
            remarks(summary, "roundtrip", peer),
        )
        for peer in ranked(summary.peers("roundtrip"), at("p50_ns"))
    ]
    return table(("client", "p50", "p99", "p99.9", "p50 to ours", "remarks"), rows)


def startup(summary: Summary) -> str:
    """Milliseconds to the acknowledged birth message, and to import the package."""

    def start(peer: str) -> Figure | None:
        return summary.figure(lambda record: record["seconds"], "start", peer)

    def imported(peer: str) -> Figure | None:
        return summary.figure(lambda record: record["seconds"], "import", peer)

    rows = [
        (
            shown(peer),
            figure(start(peer), 1e3),
            NONE if peer in NOTHING else times(ratio(start(peer), start(us_for(peer)))),
            figure(imported(peer), 1e3),
            NONE if peer in NOTHING else times(ratio(imported(peer), imported(us_for(peer)))),
            remarks(summary, "start", peer),
        )
        for peer in ranked(summary.peers("start"), start)
    ]
    return table(("client", "start to birth, ms", "to ours", "import, ms", "to ours", "remarks"), rows)


def size(summary: Summary) -> str:
    """Bytes of the stripped libraries."""

    def megabytes(name: str) -> Figure | None:
        return summary.figure(lambda record: record["bytes"] / 1e6, "size", name)

    names = sorted(summary.peers("size"), key=lambda name: order(megabytes(name)))
    ours = megabytes("argus-mqtt")
    rows = [(shown(name), figure(megabytes(name)), times(ratio(megabytes(name), ours))) for name in names]
    return table(("library", "MB", "to ours with TLS"), rows)


def growth(summary: Summary, measure: str, field: str, header: str) -> str:
    """Microseconds per event, for each value of a field."""
    points = distinct(record[field] for record in summary.records(measure))

    def at(peer: str, point: int) -> Figure | None:
        return summary.figure(cost_us, measure, peer, **{field: point})

    rows = [
        (shown(peer), *(figure(at(peer, point)) for point in points))
        for peer in ranked(summary.peers(measure), lambda peer: at(peer, points[0]))
    ]
    return table((header, *(f"{point:,}" for point in points)), rows)


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
