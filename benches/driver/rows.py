"""What the rows of all tables have in common: their order, the name of the client, the remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .peers import US, all_peers
from .summary import Figure, Summary

Lookup = Callable[[str], Figure | None]


def remarks(summary: Summary, measure: str, peer: str, more: Sequence[str] = (), **where: object) -> str:
    """What a client cannot do, and why it has no figure."""
    notes = next((known.notes for known in all_peers() if known.name == peer), {})
    failures = summary.failures("away" if measure == "queue" else measure, peer, **where)
    said = [notes[measure]] if measure in notes else []
    return "; ".join([*said, *more, *failures])


def distinct(values: Iterable[int]) -> Sequence[int]:
    """Each value once, the lowest first."""
    return sorted(set(values))


def ranked(peers: Sequence[str], value: Lookup, *, highest_first: bool = False) -> Sequence[str]:
    """The best first, those without a figure last."""
    sign = -1 if highest_first else 1
    found = {peer: value(peer) for peer in peers}
    return sorted(peers, key=lambda peer: (found[peer] is None, sign * (order(found[peer]))))


def order(found: Figure | None) -> float:
    """What to sort by."""
    return found.median if found else 0.0


def shown(peer: str) -> str:
    """The name of a client, ours in bold."""
    return f"**{peer}**" if peer in US or peer.startswith("argus-mqtt") else peer
