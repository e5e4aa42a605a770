"""How long the publish call takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .peers import Peer
from .plan import Plan
from .process import Record
from .throughput import rotated
from .timing import measure

_PAUSE_US = 1000
THREADS = (1, 8)


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Calls idle and busy, from one thread and from eight; those without a client show what the clock takes."""
    for number in range(plan.rounds):
        for threads in THREADS:
            for peer in rotated(peers, number):
                if threads == 1 or peer.thread_safe:
                    shared: Record = {"round": number, "threads": threads}
                    idle = measure(peer, "calls", plan.idle_calls, threads=threads, pause_us=_PAUSE_US * threads)
                    yield {**idle, **shared, "load": "idle"}
                    yield {**measure(peer, "calls", plan.busy_calls, threads=threads), **shared, "load": "busy"}
