"""How much is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVENT_BYTES = 512
SLOWEST = 4


@dataclass(frozen=True)
class Plan:
    """The size of a run."""

    rounds: int
    """How often everything is repeated."""
    throughput: int
    """Events per measurement of throughput."""
    patience_seconds: int
    """A slow peer, which would need longer for that many, publishes fewer, and only in the first round; at its best
    window it publishes all, in all rounds unless it needs `SLOWEST` times as long."""
    over_tls: int
    """The same over TLS."""
    trial: int
    """Events per try when looking for a peer's best window."""
    busy_calls: int
    """Calls back to back."""
    idle_calls: int
    """Calls with a pause between them."""
    roundtrips: int
    queues: Mapping[int, int]
    """Events queued while the broker is away, and how often that is repeated."""
    away_seconds: int
    """A peer that has not queued and delivered them within this time is given up."""
    starts: int
    """Processes started, to time start and import."""
    growth: int
    """Events per measurement of how the cost grows; fewer of the large ones."""
    growth_bytes: int
    """Payload bytes per such measurement at most."""
    page_calls: int
    """Events that are published beside the open settings pages, one every millisecond."""


FULL = Plan(
    rounds=3,
    throughput=300_000,
    patience_seconds=8,
    over_tls=200_000,
    trial=10_000,
    busy_calls=20_000,
    idle_calls=1_000,
    roundtrips=5_000,
    queues={1_000: 3, 100_000: 3, 1_000_000: 1},
    away_seconds=60,
    starts=10,
    growth=50_000,
    growth_bytes=300_000_000,
    page_calls=3_000,
)

QUICK = Plan(
    rounds=1,
    throughput=20_000,
    patience_seconds=2,
    over_tls=10_000,
    trial=2_000,
    busy_calls=3_000,
    idle_calls=200,
    roundtrips=300,
    queues={1_000: 1, 20_000: 1},
    away_seconds=30,
    starts=1,
    growth=2_000,
    growth_bytes=10_000_000,
    page_calls=2_000,
)
