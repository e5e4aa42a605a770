"""Events per second and CPU seconds over a long run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .events import event_file
from .peers import NOTHING, Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Record, mosquitto, peer_program, sink

WINDOWS = (20, 100, 1000)
_LONGEST_SECONDS = 300


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer at every window and at its best, against the sink; then against Mosquitto."""
    peers = [peer for peer in peers if peer.name not in NOTHING]
    best = {peer.name: _best_of(peer, plan.trial) for peer in peers}
    for number in range(plan.rounds):
        for window in WINDOWS:
            for peer in rotated(peers, number):
                yield _measure(peer, plan.throughput, window, peer.backlogs[0]) | {"round": number}
        for peer in rotated(peers, number):
            window, backlog = best[peer.name]
            yield _measure(peer, plan.throughput, window, backlog) | {"round": number, "best": True}
        for peer in rotated(peers, number):
            yield _measure_with_mosquitto(peer, plan.throughput) | {"round": number}


def rotated(peers: Sequence[Peer], number: int) -> Sequence[Peer]:
    """The peers, beginning with another one every round."""
    start = number * len(peers) // 3 % len(peers)
    return [*peers[start:], *peers[:start]]


def through_sink(peer: Peer, messages: int, size: int, **arguments: int) -> Record:
    """One run in mode throughput against the sink, which must have got what it should."""
    window = arguments.get("window", 100)
    record: Record = {"peer": peer.name, "messages": messages, "bytes": size, **arguments}
    with sink(window) as broker:
        try:
            with peer_program(
                peer,
                _LONGEST_SECONDS,
                mode="throughput",
                port=broker.port,
                messages=messages,
                payload=event_file(size),
                **arguments,
            ) as program:
                record |= program.read()
                record |= _check(broker.report(), messages, size)
        except PeerFailed as failure:
            record["failed"] = str(failure)
    return record


def _check(arrived: Record, messages: int, size: int) -> Record:
    expected = {
        "connections_5": 1,
        "events": messages,
        "with_expiry": messages,
        "below_qos1": 0,
        "payload_bytes": messages * size,
    }
    for name, value in expected.items():
        if arrived[name] != value:
            raise PeerFailed(f"the sink counted {name} {arrived[name]} and not {value}")
    return {"sink_cpu": arrived["sink_user"] + arrived["sink_system"], "sink_reads": arrived["reads"]}


def _measure(peer: Peer, messages: int, window: int, backlog: int) -> Record:
    record = through_sink(peer, messages, EVENT_BYTES, window=window, backlog=backlog)
    return {"measure": "throughput", "broker": "sink", **record}


def _measure_with_mosquitto(peer: Peer, messages: int) -> Record:
    record: Record = {"measure": "throughput", "broker": "mosquitto", "peer": peer.name, "messages": messages}
    with mosquitto() as port:
        try:
            # Mosquitto announces a receive maximum of 20.
            with peer_program(
                peer,
                _LONGEST_SECONDS,
                mode="throughput",
                port=port,
                messages=messages,
                window=20,
                payload=event_file(EVENT_BYTES),
            ) as program:
                record |= program.read()
        except PeerFailed as failure:
            record["failed"] = str(failure)
    return record


def _best_of(peer: Peer, messages: int) -> tuple[int, int]:
    """The window and backlog with which a peer is fastest; the better of two short tries each."""
    seconds = {}
    for window in peer.windows:
        for backlog in peer.backlogs:
            tries = [_measure(peer, messages, window, backlog) for _ in range(2)]
            times = [record["seconds"] for record in tries if "failed" not in record]
            if times:
                seconds[window, backlog] = min(times)
    return min(seconds, key=lambda case: seconds[case]) if seconds else (100, peer.backlogs[0])
