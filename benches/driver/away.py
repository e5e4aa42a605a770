"""The broker goes away, events queue, and it comes back: memory, calls, and the time until all are delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .events import event_file
from .peers import Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Program, Record, Sink, peer_program
from .throughput import rotated


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer with every length of queue; those without a client show what it takes itself.

    One that does not finish with a queue is not asked again: a longer one would only take longer.
    """
    cannot_queue: set[str] = set()
    cannot_deliver = {peer.name for peer in peers if not peer.can_wait}
    for length, rounds in plan.queues.items():
        for number in range(rounds):
            for peer in rotated([peer for peer in peers if peer.name not in cannot_queue], number):
                record = _measure(peer, length, plan.away_seconds, delivers=peer.name not in cannot_deliver)
                if "failed" in record:
                    (cannot_deliver if "calls" in record else cannot_queue).add(peer.name)
                yield record | {"round": number}


def _measure(peer: Peer, length: int, seconds: int, *, delivers: bool) -> Record:
    record: Record = {"measure": "away", "peer": peer.name, "messages": length}
    broker = Sink()
    try:
        with peer_program(
            peer,
            seconds,
            mode="queue",
            port=broker.port,
            messages=length,
            payload=event_file(EVENT_BYTES),
        ) as program:
            program.read()
            record["idle"] = program.memory()
            broker.kill()
            if length <= peer.longest_queue:
                program.ask("go")
                record["queued"] = program.memory()
                record |= program.ask("go")
                program.read()
                if delivers:
                    broker = Sink(broker.port)
                    record |= _drain(program, broker, length)
    except PeerFailed as failure:
        record["failed"] = f"{length:,} events: {failure}"
    finally:
        broker.kill()
    return record


def _drain(program: Program, broker: Sink, length: int) -> Record:
    program.ask("go")
    arrived = broker.report()
    return {
        "first_seconds": (arrived["first_ns"] - broker.listening_ns) / 1e9,
        "last_seconds": (arrived["last_ns"] - broker.listening_ns) / 1e9,
        "lost": max(0, length - arrived["events"]),
        "resent": max(0, arrived["events"] - length),
    }
