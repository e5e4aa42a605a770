"""How long an event takes to the broker and its acknowledgement back, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .peers import NOTHING, Peer
from .plan import Plan
from .process import Record
from .throughput import rotated
from .timing import measure


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer in turn."""
    clients = [peer for peer in peers if peer.name not in NOTHING]
    for number in range(plan.rounds):
        for peer in rotated(clients, number):
            yield measure(peer, "roundtrip", plan.roundtrips) | {"round": number}
