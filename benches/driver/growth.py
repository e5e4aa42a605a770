"""How the cost of an event grows with the number of topics and with its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .peers import Peer
from .plan import EVENT_BYTES, Plan
from .process import Record
from .throughput import rotated, through_sink

TOPICS = (1, 10, 100, 1000)
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
PEERS = ("argus-mqtt (C)", "argus-mqtt (Python)", "rumqttc", "libmosquitto", "paho-mqtt")


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Some of the peers at every number of topics and every size."""
    peers = [peer for peer in peers if peer.name in PEERS]
    for number in range(plan.rounds):
        for topics in TOPICS:
            for peer in rotated(peers, number):
                record = through_sink(peer, plan.growth, EVENT_BYTES, topics=topics)
                yield {"measure": "topics", "round": number, **record}
        for size in SIZES:
            messages = max(100, min(plan.growth, plan.growth_bytes // size))
            for peer in rotated(peers, number):
                yield {"measure": "sizes", "round": number, **through_sink(peer, messages, size)}
