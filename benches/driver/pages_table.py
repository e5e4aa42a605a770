"""The table of what open pages cost."""

from __future__ import annotations

from .markdown import figure, table
from .pages import SERVER
from .process import Record
from .rows import distinct
from .summary import Figure, Summary, Value


def pages(summary: Summary) -> str:
    """CPU and memory of the server, and the publish call beside the pages."""

    def at(value: Value, count: int) -> Figure | None:
        return summary.figure(value, "pages", SERVER, pages=count)

    rows = [
        (
            "none" if count == 0 else str(count),
            figure(at(_cpu_ms_per_second, count)),
            figure(at(lambda record: record["resident"] / 1e6, count)),
            figure(at(lambda record: record["p50_ns"], count), 1e-3),
            figure(at(lambda record: record["p99_ns"], count), 1e-3),
            figure(at(lambda record: record["statuses"] / record["seconds"], count)),
            "; ".join(summary.failures("pages", SERVER, pages=count)),
        )
        for count in distinct(record["pages"] for record in summary.records("pages"))
    ]
    header = ("open pages", "CPU, ms/s", "memory, MB", "call p50, µs", "call p99, µs", "statuses/s", "remarks")
    return table(header, rows)


def _cpu_ms_per_second(record: Record) -> float:
    return float((record["user"] + record["system"]) / record["seconds"] * 1e3)
