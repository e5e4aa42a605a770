"""How long the publish call takes, and the way to the broker and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .events import event_file
from .peers import NOTHING, Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Record, peer_program, sink
from .throughput import rotated

_PAUSE_US = 1000
THREADS = (1, 8)


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Calls idle and busy, from one thread and from eight, and round trips."""
    clients = [peer for peer in peers if peer.name not in NOTHING]
    for number in range(plan.rounds):
        for peer in rotated(clients, number):
            yield _measure(peer, number, "roundtrip", plan.roundtrips, 1, 0)
        for threads in THREADS:
            for peer in rotated(peers, number):
                if threads == 1 or peer.thread_safe:
                    yield _measure(peer, number, "calls", plan.idle_calls, threads, _PAUSE_US * threads)
                    yield _measure(peer, number, "calls", plan.busy_calls, threads, 0)


def _measure(peer: Peer, number: int, mode: str, messages: int, threads: int, pause_us: int) -> Record:
    record: Record = {
        "measure": mode,
        "load": "idle" if pause_us else "busy",
        "peer": peer.name,
        "round": number,
        "threads": threads,
    }
    with sink() as broker:
        try:
            with peer_program(
                peer,
                mode=mode,
                port=broker.port,
                messages=messages,
                threads=threads,
                pause_us=pause_us,
                payload=event_file(EVENT_BYTES),
            ) as program:
                record |= program.read()
        except PeerFailed as failure:
            record["failed"] = str(failure)
    return record
