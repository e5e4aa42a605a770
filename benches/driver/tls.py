"""Events per second over TLS, against the sink."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .peers import Peer
from .plan import Plan
from .process import Record
from .throughput import rotated, through_sink

WINDOWS = (100, 1000)
BROKER = "sink over TLS"


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer that can be told which authority to trust."""
    peers = [peer for peer in peers if peer.tells_authority]
    with tempfile.TemporaryDirectory() as directory:
        authority = Path(directory) / "authority.pem"
        for number in range(plan.rounds):
            for window in WINDOWS:
                for peer in rotated(peers, number):
                    backlog = peer.backlog(window)
                    record = through_sink(peer, plan.over_tls, window=window, backlog=backlog, authority=authority)
                    yield {"measure": "throughput", "broker": BROKER, **record, "round": number}
