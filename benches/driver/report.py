"""Writes the report: the words of benches/performance.md with the tables and pictures."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from string import Template

from . import away_tables, build, pages_table, tables
from .markdown import number
from .paths import BENCHES
from .process import Record
from .results import read
from .summary import Summary

PICTURES = {
    "throughput": "Throughput of each client against the sink and against Mosquitto",
    "calls": "Duration of the publish call of each client, idle and under load",
    "memory": "Memory of each client, idle and per queued event",
    "growth": "Cost of an event by number of topics, by size and by events that wait",
}


def write(results: Path, target: Path) -> None:
    """Write the report of a folder of records, and its pictures into a folder of the same name beside it."""
    pictures = target.with_suffix("")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text(read(results), pictures.name))
    _draw(results, pictures)


def text(records: Sequence[Record], pictures: str) -> str:
    """The report; `pictures` is the folder of the pictures as the report links to it."""
    summary = Summary(records)
    parts = {
        "machine": _machine(summary),
        "goals": tables.goals(summary),
        "throughput": tables.throughput(summary),
        "tls": tables.tls(summary),
        "mosquitto": tables.mosquitto(summary),
        "processor": tables.processor(summary),
        "away_calls": away_tables.away_calls(summary),
        "roundtrip": tables.roundtrip(summary),
        "memory": away_tables.memory(summary),
        "comeback": away_tables.comeback(summary),
        "startup": tables.startup(summary),
        "size": tables.size(summary),
        "pages": pages_table.pages(summary),
        "topics": tables.growth(summary, "topics", "topics", "topics"),
        "sizes": tables.growth(summary, "sizes", "bytes", "bytes"),
        "queue": away_tables.queue_growth(summary),
    }
    for load in ("idle", "busy"):
        for threads in (1, 8):
            parts[f"calls_{load}_{threads}"] = tables.calls(summary, load, threads)
    for name, description in PICTURES.items():
        parts[f"picture_{name}"] = f"![{description}]({pictures}/{name}.svg)"
    return Template((BENCHES / "performance.md").read_text()).substitute(parts)


def _machine(summary: Summary) -> str:
    """What was measured on what, and with which versions."""
    machines = summary.records("machine")
    newest = max(machines, key=lambda record: record["date"])
    dates = sorted({record["date"] for record in machines})
    when = dates[0] if len(dates) == 1 else f"in parts from {dates[0]} to {dates[-1]}"
    load = max(record["load"] for record in machines)
    versions = ", ".join(f"{name} {version}" for name, version in newest["versions"].items())
    plan = newest["plan"]
    return (
        f"Measured {when} on {newest['cores']} cores of {newest['processor']}, Linux {newest['kernel']}; "
        f"load average before each group of measurements at most {number(load)}. Rounds: {plan['rounds']}.\n\n"
        f"Versions: {versions}."
    )


def _draw(results: Path, pictures: Path) -> None:
    """In a process of its own: what draws is in the benchmark's environment, not in that of the driver."""
    command = [str(build.PYTHON), "-m", "driver.pictures", str(results), str(pictures)]
    subprocess.run(command, cwd=BENCHES, check=True)
