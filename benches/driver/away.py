"""The broker goes away, events queue, and it comes back: memory, calls, and the time until all are delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .events import event_file
from .peers import NOTHING, Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Program, Record, Sink, peer_program
from .throughput import rotated

_LONGEST_SECONDS = 240


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer with every length of queue; the program without a client shows what the measurement takes."""
    for number in range(plan.rounds):
        for length in plan.queues:
            for peer in rotated(peers, number):
                yield _measure(peer, length) | {"round": number}


def _measure(peer: Peer, length: int) -> Record:
    record: Record = {"measure": "away", "peer": peer.name, "messages": length}
    broker = Sink()
    try:
        with peer_program(
            peer,
            _LONGEST_SECONDS,
            mode="queue",
            port=broker.port,
            messages=length,
            payload=event_file(EVENT_BYTES),
        ) as program:
            program.read()
            record["idle"] = program.memory()
            broker.kill()
            if length <= peer.longest_queue:
                record["queued"] = _queue(program)
                if peer.can_wait:
                    broker = Sink(broker.port)
                    record |= _drain(program, broker, 0 if peer.name in NOTHING else length)
    except PeerFailed as failure:
        record["failed"] = str(failure)
    finally:
        broker.kill()
    return record


def _queue(program: Program) -> Record:
    program.ask("go")
    return program.memory()


def _drain(program: Program, broker: Sink, length: int) -> Record:
    record = program.ask("go")
    arrived = broker.report()
    return {
        "calls": record["calls"],
        "growth": record["growth"],
        "first_seconds": (arrived["first_ns"] - broker.listening_ns) / 1e9,
        "last_seconds": (arrived["last_ns"] - broker.listening_ns) / 1e9,
        "lost": max(0, length - arrived["events"]),
        "resent": max(0, arrived["events"] - length),
    }
