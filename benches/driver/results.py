"""The records of what was measured: a file for each group, so that a group can be measured by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from .process import Record


def write(directory: Path, group: str, records: Iterable[Record]) -> Iterator[Record]:
    """Store the records of a group as they come, and pass them on; they replace the older ones once all are there."""
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = directory / f"{group}.unfinished"
    with unfinished.open("w") as file:
        for record in records:
            file.write(json.dumps({"group": group, **record}) + "\n")
            file.flush()
            yield record
    unfinished.replace(directory / f"{group}.jsonl")


def read(directory: Path) -> list[Record]:
    """All records of all groups that were measured."""
    files = sorted(directory.glob("*.jsonl"))
    if not files:
        raise SystemExit(f"there are no results in {directory} yet: run benches/run first")
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]
