"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

from . import away, build, growth, latency, machine, report, size, startup, throughput
from .paths import BENCHES, RESULTS
from .peers import Peer, all_peers
from .plan import FULL, QUICK, Plan
from .process import Record

_GROUPS: dict[str, ModuleType] = {
    "size": size,
    "startup": startup,
    "latency": latency,
    "away": away,
    "growth": growth,
    "throughput": throughput,
}


def main() -> int:
    """Build, measure and write the report; 1 if one of our own programs failed."""
    options = _options()
    if not options.report:
        build.build()
        plan = QUICK if options.quick else FULL
        peers = [peer for peer in all_peers() if not options.peers or peer.name in options.peers]
        failed = _measure(plan, peers, options.only or list(_GROUPS))
        if options.quick or options.peers or options.only:
            print(report.text(_results()))
            return failed
    report.write(_results())
    return 0 if options.report else failed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benches/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers, and no file is written: for development")
    parser.add_argument("--only", action="append", choices=list(_GROUPS), help="one group of measurements")
    parser.add_argument("--peers", action="append", metavar="NAME", help="one client, by its name in the report")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the last results again")
    return parser.parse_args()


def _measure(plan: Plan, peers: Sequence[Peer], groups: Sequence[str]) -> int:
    failed = 0
    with RESULTS.open("w") as results:
        results.write(json.dumps(machine.describe(plan)) + "\n")
        for group in groups:
            run: Callable[[Plan, Sequence[Peer]], Iterator[Record]] = _GROUPS[group].run
            for record in run(plan, peers):
                results.write(json.dumps(record) + "\n")
                results.flush()
                print(_line(record), flush=True)
                failed |= "failed" in record and record["peer"].startswith("argus-mqtt")
    return int(failed)


def _line(record: Record) -> str:
    """A record as a line for the person who waits."""
    shown = {key: value for key, value in record.items() if isinstance(value, (int, float, str)) and key != "measure"}
    values = (f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in shown.items())
    return f"{record['measure']}: " + ", ".join(values)


def _results() -> list[Record]:
    if not RESULTS.exists():
        raise SystemExit(f"there are no results yet: run {BENCHES / 'run'}")
    return [json.loads(line) for line in RESULTS.read_text().splitlines()]
