"""The counting that docs/home-assistant.md shows, on days on which the clocks change."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest

from support.programs import REPOSITORY

Counts = Callable[[list[datetime], datetime], tuple[int, int]]


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counts]:
    """Give the function of the page, in Central Europe."""
    page = (REPOSITORY / "docs" / "home-assistant.md").read_text()
    (block,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "def counts" in block)
    names: dict[str, Counts] = {}
    exec(block.partition("\n\n\ntimes = ")[0], names)  # noqa: S102  (it is ours)
    # Written out, as not every machine has the names of time zones.
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield names["counts"]
    monkeypatch.undo()
    time.tzset()


def utc(text: str) -> datetime:
    """Give a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("first", "hours"),
    [
        ("2026-03-28T23:00", 23),  # In the night the clocks go forward,
        ("2026-10-24T22:00", 25),  # back,
        ("2026-06-30T22:00", 24),  # and not at all.
    ],
)
def test_a_day_has_the_events_of_all_its_hours(counts: Counts, first: str, hours: int) -> None:
    midnight = utc(first)
    events = [midnight + timedelta(hours=hour) for hour in range(-30, 60)]
    for minutes in (0, 1, hours * 60 - 1):
        assert counts(events, midnight + timedelta(minutes=minutes))[0] == hours
    before, after = midnight - timedelta(minutes=1), midnight + timedelta(hours=hours)
    assert counts(events, before)[0] == 24
    assert counts(events, after)[0] == 24


def test_a_week_begins_on_monday_whatever_the_year(counts: Counts) -> None:
    # The clocks go back on the Sunday.
    monday = utc("2026-10-18T22:00")
    events = [monday + timedelta(hours=hour) for hour in range(-500, 500)]
    assert counts(events, monday + timedelta(days=7))[1] == 7 * 24 + 1
    # The new year begins on a Friday.
    monday = utc("2026-12-27T23:00")
    events = [monday - timedelta(hours=1), monday, monday + timedelta(days=6)]
    assert counts(events, monday + timedelta(days=6, hours=1)) == (1, 2)
