"""Events per second and CPU seconds over a long run, against the sink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from .events import event_file
from .peers import NOTHING, Peer
from .plan import EVENT_BYTES, SLOWEST, Plan
from .process import PeerFailed, Record, peer_program, sink

WINDOWS = (20, 100, 1000)
_LONGEST_SECONDS = 300


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer at every window, and at the best one of those that it was tried with."""
    peers = [peer for peer in peers if peer.name not in NOTHING]
    trials = {peer.name: _Trials(peer, plan) for peer in peers}
    for number in range(plan.rounds):
        for window in WINDOWS:
            for peer in rotated(peers, number):
                backlog = peer.backlog(window)
                messages = trials[peer.name].patient_messages(window, backlog)
                if number == 0 or messages == plan.throughput:
                    yield _measure(peer, messages, window, backlog) | {"round": number}
        for peer in rotated(peers, number):
            window, backlog = trials[peer.name].best
            if number == 0 or trials[peer.name].seconds(window, backlog) < plan.patience_seconds * SLOWEST:
                yield _measure(peer, plan.throughput, window, backlog) | {"round": number, "best": True}


def rotated(peers: Sequence[Peer], number: int) -> Sequence[Peer]:
    """The peers, beginning with another one every round."""
    start = number * len(peers) // 3 % len(peers)
    return [*peers[start:], *peers[:start]]


def through_sink(
    peer: Peer, messages: int, size: int = EVENT_BYTES, *, authority: Path | None = None, **arguments: int
) -> Record:
    """One run in mode throughput against the sink, which must have got what it should; over TLS with `authority`."""
    window = arguments.setdefault("window", 100)
    record: Record = {"peer": peer.name, "messages": messages, "bytes": size, **arguments}
    with sink(window, authority=authority) as broker:
        try:
            with peer_program(
                peer,
                _LONGEST_SECONDS,
                mode="throughput",
                port=broker.port,
                messages=messages,
                payload=event_file(size),
                tls_ca=authority or "",
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
    record = through_sink(peer, messages, window=window, backlog=backlog)
    return {"measure": "throughput", "broker": "sink", **record}


class _Trials:
    """How fast a peer is with each window and backlog: the better of two short tries."""

    def __init__(self, peer: Peer, plan: Plan) -> None:
        self._plan = plan
        self._seconds: dict[tuple[int, int], float] = {}
        for case in [(window, backlog) for window in peer.windows for backlog in peer.backlogs_for(window)]:
            tries = [_measure(peer, plan.trial, *case) for _ in range(2)]
            self._seconds[case] = min(record.get("seconds", float("inf")) for record in tries)
        self.best = min(self._seconds, key=lambda case: self._seconds[case])

    def seconds(self, window: int, backlog: int) -> float:
        """How long it would need for all events."""
        return self._seconds[window, backlog] / self._plan.trial * self._plan.throughput

    def patient_messages(self, window: int, backlog: int) -> int:
        """How many events to publish so that it does not take too long."""
        return patient_messages(self._plan, self.seconds(window, backlog))


def patient_messages(plan: Plan, seconds: float) -> int:
    """How many events to publish where all would take so long: all, or so many trials as fit into the patience."""
    if seconds <= plan.patience_seconds:
        return plan.throughput
    return plan.trial * max(1, int(plan.patience_seconds / seconds * plan.throughput / plan.trial))
