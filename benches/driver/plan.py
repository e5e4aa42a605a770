"""How much is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EVENT_BYTES = 512


@dataclass(frozen=True)
class Plan:
    """The size of a run."""

    rounds: int
    """How often everything is repeated."""
    throughput: int
    """Events per measurement of throughput."""
    trial: int
    """Events per try when looking for a peer's best window."""
    busy_calls: int
    """Calls back to back."""
    idle_calls: int
    """Calls with a pause between them."""
    roundtrips: int
    queues: Sequence[int]
    """Events queued while the broker is away."""
    starts: int
    """Processes started, to time start and import."""
    growth: int
    """Events per measurement of how the cost grows; fewer of the large ones."""
    growth_bytes: int
    """Payload bytes per such measurement at most."""


FULL = Plan(
    rounds=5,
    throughput=300_000,
    trial=30_000,
    busy_calls=50_000,
    idle_calls=2_000,
    roundtrips=5_000,
    queues=(1_000, 100_000, 1_000_000),
    starts=20,
    growth=100_000,
    growth_bytes=1_000_000_000,
)

QUICK = Plan(
    rounds=2,
    throughput=20_000,
    trial=5_000,
    busy_calls=5_000,
    idle_calls=200,
    roundtrips=500,
    queues=(1_000, 20_000),
    starts=3,
    growth=10_000,
    growth_bytes=50_000_000,
)
