"""What the records say of each client: medians with their spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from .process import Record

Value = Callable[[Record], float]


@dataclass(frozen=True)
class Figure:
    """A median and what it is the median of."""

    median: float
    lowest: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure | None:
        """The figure of some values; `None` if there are none."""
        return cls(median(values), min(values), max(values), len(values)) if values else None


def rate(record: Record) -> float:
    """Events per second."""
    return float(record["messages"] / record["seconds"])


def cost_us(record: Record) -> float:
    """Microseconds per event."""
    return float(record["seconds"] / record["messages"] * 1e6)


def cpu(record: Record) -> float:
    """CPU seconds of the client's process per 100,000 events."""
    return float((record["user"] + record["system"]) / record["messages"] * 100_000)


class Summary:
    """Looks figures up in the records."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def records(self, measure: str, **where: object) -> list[Record]:
        """The records of a measure in which each of the fields named has the value given."""
        wanted = {"measure": measure, **where}
        return [r for r in self._records if all(r.get(key) == value for key, value in wanted.items())]

    def peers(self, measure: str, **where: object) -> list[str]:
        """The names of those with such a record, in the order of their first."""
        return list(dict.fromkeys(record["peer"] for record in self.records(measure, **where)))

    def figure(self, value: Value, measure: str, peer: str, **where: object) -> Figure | None:
        """The median of `value` over the rounds that did not fail."""
        records = self.records(measure, peer=peer, **where)
        return Figure.of([value(record) for record in records if "failed" not in record])

    def failures(self, measure: str, peer: str, **where: object) -> list[str]:
        """Why rounds failed, each reason once."""
        records = self.records(measure, peer=peer, **where)
        return list(dict.fromkeys(record["failed"] for record in records if "failed" in record))

    def best(self, peer: str) -> tuple[Record, Figure] | None:
        """A client's highest rate against the sink, and the window and backlog with which it was measured."""
        runs = self.records("throughput", peer=peer, broker="sink")
        cases = {(run["window"], run["backlog"]): run for run in runs if "failed" not in run}
        figures = [
            (run, self.figure(rate, "throughput", peer, broker="sink", window=window, backlog=backlog))
            for (window, backlog), run in cases.items()
        ]
        found = [(run, figure) for run, figure in figures if figure is not None]
        return max(found, key=lambda pair: pair[1].median, default=None)


def beyond(figure: Figure | None, base: Figure | None) -> Figure | None:
    """A figure less the median of what is there without a client."""
    if figure is None or base is None:
        return None
    less = base.median
    return Figure(figure.median - less, figure.lowest - less, figure.highest - less, figure.rounds)
