"""What we aim for, and where we are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .memory import bytes_beyond_payload, idle_bytes
from .peers import ASYNCIO, US
from .process import Record
from .summary import Figure, Summary, cpu, rate
from .tls import BROKER as TLS

RUST, C, PYTHON = US
_OTHER_PYTHON = ("paho-mqtt", "aiomqtt", "gmqtt", "awscrt")
_OTHER_ASYNCIO = ("aiomqtt", "gmqtt")
_CONDITIONS = {
    "idle, 1 thread": {"load": "idle", "threads": 1},
    "idle, 8 threads": {"load": "idle", "threads": 8},
    "under load, 1 thread": {"load": "busy", "threads": 1},
    "under load, 8 threads": {"load": "busy", "threads": 8},
}


@dataclass(frozen=True)
class Goal:
    """One aim: a number that must not be below, or not above, a limit."""

    aim: str
    limit: float
    measured: float | None
    """`None` if what it takes was not measured."""
    unit: str = "times"
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether we are there."""
        if self.measured is None:
            return False
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def goals(summary: Summary) -> list[Goal]:
    """Every aim, in the order in which the report treats the measures."""
    parts: Sequence[Callable[[Summary], Iterator[Goal]]] = (
        _throughput,
        _calls,
        _away,
        _roundtrip,
        _cpu,
        _size,
        _memory,
    )
    return [goal for part in parts for goal in part(summary)]


def ratio(figure: Figure | None, base: Figure | None) -> float | None:
    """How many times `base` a figure is."""
    return figure.median / base.median if figure and base and base.median else None


def _throughput(summary: Summary) -> Iterator[Goal]:
    def at(peer: str, **where: object) -> Figure | None:
        return summary.figure(rate, "throughput", peer, **where)

    def best(peer: str) -> Figure | None:
        found = summary.best(peer)
        return found[1] if found else None

    for ours in (RUST, C):
        for window in (100, 1000):
            pair = [at(peer, broker="sink", window=window, backlog=0) for peer in (ours, "rumqttc")]
            yield Goal(f"Throughput, window of {window:,}: {ours} to rumqttc's", 5, ratio(*pair), at_least=True)
            over_tls = [at(peer, broker=TLS, window=window) for peer in (ours, "rumqttc")]
            yield Goal(
                f"Throughput over TLS, window of {window:,}: {ours} to rumqttc's", 3, ratio(*over_tls), at_least=True
            )
        to_mosquitto = ratio(at(ours, broker="mosquitto"), at("rumqttc", broker="mosquitto"))
        yield Goal(f"Throughput to Mosquitto: {ours} to rumqttc's", 2, to_mosquitto, at_least=True)
        yield Goal(
            f"Throughput: {ours} to libmosquitto's", 1.3, ratio(best(ours), best("libmosquitto")), at_least=True
        )
    yield Goal(f"Throughput: {PYTHON} to paho-mqtt's", 10, ratio(best(PYTHON), best("paho-mqtt")), at_least=True)
    for ours, others, limit, which in (
        (PYTHON, _OTHER_PYTHON, 3.0, "that of the fastest other from Python"),
        (ASYNCIO, _OTHER_ASYNCIO, 1.0, "that of the faster of aiomqtt and gmqtt"),
    ):
        figures = [figure for figure in map(best, others) if figure]
        fastest = max(figures, key=lambda figure: figure.median, default=None)
        yield Goal(f"Throughput: {ours} to {which}", limit, ratio(best(ours), fastest), at_least=True)


def _calls(summary: Summary) -> Iterator[Goal]:
    for ours, other, limit in ((C, "libmosquitto", 1.0), (PYTHON, "paho-mqtt", 1 / 3)):
        for condition, where in _CONDITIONS.items():
            p50 = [summary.figure(_p50, "calls", peer, **where) for peer in (ours, other)]
            yield Goal(f"Publish call, p50, {condition}: {ours} to {other}'s", limit, ratio(*p50))


def _away(summary: Summary) -> Iterator[Goal]:
    def p99_away(record: Record) -> float:
        return float(record["calls"]["p99_ns"])

    def p99(record: Record) -> float:
        return float(record["p99_ns"])

    lengths = [record["messages"] for record in summary.records("away") if "calls" in record]
    for ours in US:
        there = summary.figure(p99, "calls", ours, load="busy", threads=1)
        away = [summary.figure(p99_away, "away", ours, messages=length) for length in sorted(set(lengths))]
        ratios = [value for value in (ratio(figure, there) for figure in away) if value is not None]
        yield Goal(
            f"Publish call, p99: {ours} with the broker away to with it there, at the worst length of queue",
            1.0,
            max(ratios, default=None),
        )


def _roundtrip(summary: Summary) -> Iterator[Goal]:
    others = [summary.figure(_p50, "roundtrip", peer) for peer in ("rumqttc", "libmosquitto")]
    better = min((figure for figure in others if figure), key=lambda figure: figure.median, default=None)
    for ours in (RUST, C):
        yield Goal(
            f"Round trip, p50: {ours} to the better of rumqttc's and libmosquitto's",
            1.1,
            ratio(summary.figure(_p50, "roundtrip", ours), better),
        )


def _cpu(summary: Summary) -> Iterator[Goal]:
    def at(peer: str, **where: object) -> Figure | None:
        return summary.figure(cpu, "throughput", peer, broker="sink", **where)

    def at_best(peer: str) -> Figure | None:
        found = summary.best(peer)
        return at(peer, window=found[0]["window"], backlog=found[0]["backlog"]) if found else None

    for ours in (RUST, C):
        at_default = ratio(at(ours, window=100, backlog=0), at("rumqttc", window=100, backlog=0))
        yield Goal(f"CPU time, window of 100: {ours} to rumqttc's", 1 / 3, at_default)
        yield Goal(
            f"CPU time, each at its best window: {ours} to rumqttc's", 1 / 3, ratio(at_best(ours), at_best("rumqttc"))
        )


def _size(summary: Summary) -> Iterator[Goal]:
    for name, limit in (("argus-mqtt without TLS", 1.2), ("argus-mqtt", 2.5)):
        figure = summary.figure(lambda record: record["bytes"] / 1e6, "size", name)
        what = "with TLS" if name == "argus-mqtt" else "without TLS"
        yield Goal(f"Size of the library, stripped, {what}", limit, figure.median if figure else None, "MB")


def _memory(summary: Summary) -> Iterator[Goal]:
    for ours in US:
        idle = idle_bytes(summary, ours)
        yield Goal(f"Memory, idle: {ours}", 2.0, idle.median / 1e6 if idle else None, "MB")
    for ours in US:
        queued = bytes_beyond_payload(summary, ours, 1_000_000)
        aim = f"Memory, a million events queued, beyond the payload: {ours}"
        yield Goal(aim, 150, queued.median if queued else None, "bytes an event")


def _p50(record: Record) -> float:
    return float(record["p50_ns"])
