"""A `load` that does not return: nothing but the settings waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from argus_mqtt.argusai import MQTTService, _loading
from argus_mqtt.argusai._ownership import Ownership
from support import wait_until
from support.argusai_service import run
from support.rows import Row

if TYPE_CHECKING:
    from support.mosquitto import Mosquitto
    from support.subscriber import Subscriber


class Database:
    """What gives the row, when it does not stall."""

    def __init__(self, row: Row) -> None:
        """Give this row."""
        self.row = row
        self.answers = threading.Event()
        self.answers.set()
        self.asked = 0

    def load(self) -> Row:
        """Give what is stored as it is asked, once it answers."""
        row = self.row
        self.asked += 1
        self.answers.wait()
        return row


@pytest.fixture
def database(row: Row) -> Iterator[Database]:
    """Give a database with a row."""
    one = Database(row)
    yield one
    one.answers.set()


@pytest.fixture
def stalled(database: Database) -> Iterator[MQTTService]:
    """Give a service that is online, and loads its settings anew without an end."""
    service = MQTTService(database.load)
    assert run(service.initialize()) is True
    database.answers.clear()
    worker = service._worker
    assert worker
    assert worker._ownership
    Ownership(worker._ownership.key).mark_saved()
    wait_until(lambda: database.asked == 2, "it loads again")
    yield service
    database.answers.set()
    run(service.disconnect())


def test_the_connection_goes_on_and_ends_in_order(stalled: MQTTService, row: Row, seen: Subscriber) -> None:
    assert run(stalled.publish(stalled.get_event_topic("front"), {"n": 1})) is True
    seen.expect(f"{row.topic_prefix}/camera/front/event", '{"n":1}')
    run(stalled.disconnect())
    seen.expect(f"{row.topic_prefix}/status", "offline")


def test_what_was_read_before_a_save_is_not_used_after_it(
    stalled: MQTTService, database: Database, broker: Mosquitto
) -> None:
    saved = Row(broker)
    assert run(stalled.update_config(saved)) is True
    database.row, before = saved, database.row
    database.answers.set()
    wait_until(lambda: database.asked == 3, "it looks once more what was stored in the end")
    assert stalled.get_availability_topic() == f"{saved.topic_prefix}/status" != f"{before.topic_prefix}/status"


def test_a_start_waits_no_longer_than_it_does_and_is_made_up_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_loading, "LATE_SECONDS", 0.0)
    database.answers.clear()
    service = MQTTService(database.load)
    try:
        assert run(service.initialize()) is False
        wait_until(lambda: "`load` has not returned" in str(service.last_error), "it says why")
        database.answers.set()
        wait_until(lambda: service.is_connected, "it connects as soon as it has settings")
        assert service.last_error is None
    finally:
        database.answers.set()
        run(service.disconnect())


def test_who_takes_over_goes_on_with_the_settings_it_knows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_loading, "LATE_SECONDS", 0.5)
    services = [MQTTService(database.load) for _ in range(2)]
    try:
        owner, other = services
        assert run(owner.initialize()) is True
        assert run(other.initialize()) is False
        database.answers.clear()
        run(owner.disconnect())
        wait_until(lambda: other.is_connected, "the other one takes over")
    finally:
        database.answers.set()
        for service in services:
            run(service.disconnect())


def test_one_that_never_returns_is_not_the_last(
    stalled: MQTTService, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = stalled._worker
    assert worker
    monkeypatch.setattr(_loading, "_GIVE_UP_SECONDS", 0.0)
    worker._give_up_after = 0.0
    wait_until(lambda: database.asked > 2, "it is asked again")
    assert stalled.is_connected


class Asking(_loading.Loading):
    """Loads, and is told of nothing."""

    def __init__(self, load: Callable[[], Row]) -> None:
        """Load nothing yet."""
        super().__init__(load, lambda _: None, lambda: 0)

    def _do(self, task: Callable[[], None], give_up: Callable[[], None]) -> None:
        """Do nothing."""

    def _without_load(self, waiting: object) -> None:
        """Go on."""


class Clock:
    """The time for one that asks, and when it asked a `load` that never returns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with the first."""
        self.now = 0.0
        self.asked: list[float] = []
        monkeypatch.setattr(_loading, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(_loading, "on_a_thread", self._on_a_thread)
        self.asking = Asking(lambda: pytest.fail("nobody runs it"))
        self.asking._reload(None)

    def pass_until(self, end: int, step: int = 1) -> None:
        """Let the time pass."""
        for second in range(int(self.now), end, step):
            self.now = float(second)
            self.asking._look_after_load()
        self.now = float(end)

    def _on_a_thread(self, *_: object) -> Future[object]:
        self.asked.append(self.now)
        return Future()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the time."""
    return Clock(monkeypatch)


def test_those_that_never_return_are_asked_for_ever_less_often(clock: Clock) -> None:
    clock.pass_until(8000)
    assert clock.asked == [0, 60, 180, 420, 900, 1860, 3780, 7380]
    # Far more often than a number of seconds can be doubled.
    clock.pass_until(1100 * 3600, step=60)
    assert len(clock.asked) > 1100
    assert clock.asked[-1] - clock.asked[-2] == 3600


def test_who_asks_does_not_wait_for_one_that_never_returns(clock: Clock) -> None:
    clock.pass_until(8000)
    clock.asking._reload(None)
    assert clock.asked[-1] == 8000
    clock.pass_until(8030)
    clock.asking._reload(None)
    assert clock.asked[-1] == 8000, "it may still return"
    clock.pass_until(9000)
    assert clock.asked[-2:] == [8000, 8060]
