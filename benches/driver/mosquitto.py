"""Events per second against a real broker, Mosquitto."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .events import event_file
from .peers import NOTHING, Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Record, mosquitto, peer_program
from .throughput import patient_messages, rotated

_WINDOW = 20
"""The receive maximum that Mosquitto announces."""
_LONGEST_SECONDS = 300


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer; the slow ones publish fewer events."""
    peers = [peer for peer in peers if peer.name not in NOTHING]
    messages = {peer.name: _patient_messages(peer, plan) for peer in peers}
    for number in range(plan.rounds):
        for peer in rotated(peers, number):
            yield _measure(peer, messages[peer.name]) | {"round": number}


def _patient_messages(peer: Peer, plan: Plan) -> int:
    seconds = _measure(peer, plan.trial).get("seconds", 0) * plan.throughput / plan.trial
    return patient_messages(plan, seconds)


def _measure(peer: Peer, messages: int) -> Record:
    record: Record = {"measure": "throughput", "broker": "mosquitto", "peer": peer.name, "messages": messages}
    record |= {"bytes": EVENT_BYTES, "window": _WINDOW, "backlog": peer.backlog(_WINDOW)}
    with mosquitto() as port:
        try:
            with peer_program(
                peer,
                _LONGEST_SECONDS,
                mode="throughput",
                port=port,
                messages=messages,
                window=_WINDOW,
                payload=event_file(EVENT_BYTES),
            ) as program:
                record |= program.read()
        except PeerFailed as failure:
            record["failed"] = str(failure)
    return record
