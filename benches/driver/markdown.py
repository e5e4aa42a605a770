"""Numbers and tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from .summary import Figure

NONE = "–"


def number(value: float) -> str:
    """A number with about three digits that count."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3
    return f"{value:,.{digits}f}"


def figure(found: Figure | None, scale: float = 1) -> str:
    """A median, and in brackets the lowest and the highest if there was more than one round."""
    if found is None:
        return NONE
    middle = number(found.median * scale)
    if found.rounds == 1:
        return middle
    return f"{middle} ({number(found.lowest * scale)} to {number(found.highest * scale)})"


def times(ratio: float | None) -> str:
    """A ratio."""
    return NONE if ratio is None else f"{number(ratio)} ×"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right, but for remarks."""
    if not rows:
        return "Not measured."
    marks = ["---" if index == 0 or name in ("", "remarks") else "---:" for index, name in enumerate(header)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, marks, *rows))
