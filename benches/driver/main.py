"""Measures argus-mqtt beside other MQTT clients and writes docs/performance.md: see benches/README.md."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from . import (
    away,
    build,
    calls,
    growth,
    machine,
    mosquitto,
    pages,
    report,
    results,
    roundtrip,
    size,
    startup,
    throughput,
    tls,
)
from .paths import REPORT, RESULTS, TRIAL_REPORT, TRIAL_RESULTS
from .peers import US, Peer, all_peers
from .plan import FULL, QUICK, Plan
from .process import Record

_GROUPS: dict[str, ModuleType] = {
    "size": size,
    "startup": startup,
    "roundtrip": roundtrip,
    "calls": calls,
    "away": away,
    "growth": growth,
    "throughput": throughput,
    "tls": tls,
    "mosquitto": mosquitto,
    "pages": pages,
}


def main() -> int:
    """Build, measure and write the report; 1 if one of our own programs failed."""
    options = _options()
    is_trial = options.quick or bool(options.peers)
    directory, target = (TRIAL_RESULTS, TRIAL_REPORT) if is_trial else (RESULTS, REPORT)
    failed = False
    if not options.report:
        build.build()
        plan = QUICK if options.quick else FULL
        failed = _measure(directory, plan, _chosen(options.peers), options.only or list(_GROUPS))
    report.write(directory, target)
    print(f"== Wrote {target}")
    return int(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benches/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, to try the programs")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(_GROUPS),
        help="one group of measurements, can be repeated; the report has the last results of the others",
    )
    parser.add_argument(
        "--peers",
        action="append",
        metavar="NAME",
        help="one client by its name in the report, can be repeated; as with --quick, "
        "results and report go to target/benches/trial",
    )
    parser.add_argument("--report", action="store_true", help="measure nothing, write the last results again")
    return parser.parse_args()


def _chosen(names: Sequence[str] | None) -> Sequence[Peer]:
    peers = all_peers()
    known = [peer.name for peer in peers]
    for name in names or ():
        if name not in known:
            raise SystemExit(f"there is no client {name!r}; there are: {', '.join(known)}")
    return [peer for peer in peers if not names or peer.name in names]


def _measure(directory: Path, plan: Plan, peers: Sequence[Peer], groups: Sequence[str]) -> bool:
    failed = False
    for group in groups:
        start = time.monotonic()
        for record in results.write(directory, group, _records(group, plan, peers)):
            print(_line(record), flush=True)
            failed |= "failed" in record and record["peer"] in US
        print(f"== {group} took {time.monotonic() - start:.0f} s", flush=True)
    return failed


def _records(group: str, plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    yield machine.describe(plan)
    run: Callable[[Plan, Sequence[Peer]], Iterator[Record]] = _GROUPS[group].run
    yield from run(plan, peers)


def _line(record: Record) -> str:
    """A record as a line for the person who waits."""
    shown = {key: value for key, value in record.items() if isinstance(value, (int, float, str)) and key != "measure"}
    values = (f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in shown.items())
    return f"{record['measure']}: " + ", ".join(values)
