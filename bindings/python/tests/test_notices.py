"""Reading what happens to a client."""

from __future__ import annotations

import asyncio
import logging
import select
import threading
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import Ended, LogLine, Missed, Notice, StateChange, _notice
from support import DEADLINE, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from argus_mqtt import Settings


def read_to(client: argus_mqtt.Client, is_it: Callable[[Notice], bool]) -> list[Notice]:
    """Read up to a notice, and give all that were read."""
    read: list[Notice] = []
    while not (read and is_it(read[-1])):
        read.append(client.next_notice(DEADLINE))
    return read


def is_online(notice: Notice) -> bool:
    return isinstance(notice, StateChange) and notice.state == "online"


def test_states_lines_and_ends_come_as_objects(settings: Settings, unreachable: Settings) -> None:
    with argus_mqtt.connect(unreachable) as client:
        # Not a client that may be online before anything is noted.
        client.open_notices(states=True, deliveries=True, log=True)
        client.reconfigure(settings)
        read = read_to(client, is_online)
        assert any(isinstance(one, LogLine) and "with MQTT 5" in one.text for one in read)
        delivery = client.publish_event("front", {})
        assert client.next_notice(DEADLINE) == Ended(delivery.id, "delivered", None)
        delivery.wait(0)
        with pytest.raises(argus_mqtt.TimedOut):
            client.next_notice(0)


def test_a_delivery_that_nobody_holds_is_not_told(settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        read_to(client, is_online)
        client.publish_event("front", {})
        kept = client.publish_event("front", {})
        (ended,) = read_to(client, lambda notice: isinstance(notice, Ended))
        assert ended == Ended(kept.id, "delivered", None)


def test_reasons_are_told(unreachable: Settings) -> None:
    with argus_mqtt.connect({**unreachable, "max_queued_messages": 1}) as client:
        waiting = read_to(
            client, lambda one: isinstance(one, StateChange) and one.state == "waiting" and bool(one.reason)
        )
        assert "refused" in str(waiting[-1])
        dropped = client.publish_event("front", {})
        client.publish_event("front", {})
        (*_, ended) = read_to(client, lambda notice: isinstance(notice, Ended))
        assert isinstance(ended, Ended)
        assert (ended.delivery, ended.outcome) == (dropped.id, "dropped")
        assert ended.reason
        assert "full" in ended.reason
        client.shutdown(0)


def test_iterating_ends_with_the_client(settings: Settings) -> None:
    client = argus_mqtt.connect(settings)
    read: list[Notice] = []
    thread = threading.Thread(target=lambda: read.extend(client))
    thread.start()
    client.wait_online(DEADLINE)
    client.shutdown(DEADLINE)
    thread.join(DEADLINE)
    assert not thread.is_alive()
    assert any(map(is_online, read))
    with pytest.raises(argus_mqtt.ShutDown):
        client.next_notice(0)
    with pytest.raises(argus_mqtt.ShutDown):
        client.fileno()


def test_select_waits_for_a_client(settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        read_to(client, is_online)
        assert select.select([client], [], [], 0)[0] == []
        delivery = client.publish_event("front", {})
        assert select.select([client], [], [], DEADLINE)[0] == [client]
        assert client.next_notice(0) == Ended(delivery.id, "delivered", None)
        assert select.select([client], [], [], 0)[0] == []


def test_asyncio_waits_for_a_client(settings: Settings) -> None:
    async def run(client: argus_mqtt.Client) -> None:
        online = asyncio.Event()
        loop = asyncio.get_running_loop()

        def read() -> None:
            if is_online(client.next_notice(0)):
                online.set()

        loop.add_reader(client, read)
        await asyncio.wait_for(online.wait(), DEADLINE)
        loop.remove_reader(client)

    with argus_mqtt.connect(settings) as client:
        asyncio.run(run(client))


def test_log_lines_are_logged(unreachable: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "argus_mqtt")
    client = argus_mqtt.connect(unreachable)
    client.start_logging()
    wait_until(lambda: "cannot connect" in caplog.text, "the failure is logged")
    (record,) = [record for record in caplog.records if "cannot connect" in record.getMessage()][:1]
    assert (record.name, record.levelno) == ("argus_mqtt", logging.WARNING)
    client.shutdown(0)
    wait_until(lambda: "argus-mqtt-log" not in {thread.name for thread in threading.enumerate()}, "the thread ends")


def test_a_client_that_is_logged_can_still_be_garbage(unreachable: Settings) -> None:
    client = argus_mqtt.connect(unreachable)
    client.start_logging()
    with pytest.warns(ResourceWarning):
        del client


def test_what_is_missed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    notice = _notice.logged(_notice.notice_from({"kind": "missed", "count": 7}))
    assert notice == Missed(7)
    assert "7 notices" in caplog.text


def test_a_kind_of_later_libraries_is_a_line() -> None:
    notice = _notice.notice_from({"kind": "weather", "sky": "blue"})
    assert isinstance(notice, LogLine)
    assert "blue" in notice.text


def test_outcomes_are_taken_many_at_a_time(settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        client.open_notices(states=True, outcomes=True)
        client.wait_online(DEADLINE)
        deliveries = [client.publish_event("front", {}) for _ in range(100)]
        taken: list[Ended] = []
        while len(taken) < len(deliveries):
            taken += client.next_outcomes(DEADLINE, most=7)
        assert taken == [Ended(delivery.id, "delivered", None) for delivery in deliveries]
        with pytest.raises(argus_mqtt.InvalidArgument):
            deliveries[0].wait(0)
        with pytest.raises(argus_mqtt.TimedOut):
            client.next_outcomes(0)
        with pytest.raises(argus_mqtt.InvalidArgument, match="OUTCOMES"):
            client.open_notices(deliveries=True, outcomes=True)


def test_a_shutdown_in_two_steps_tells_the_end_of_everything(settings: Settings) -> None:
    client = argus_mqtt.connect(settings)
    client.open_notices(states=True, outcomes=True)
    client.wait_online(DEADLINE)
    delivery = client.publish_event("front", {})
    client.begin_shutdown(DEADLINE)
    with pytest.raises(argus_mqtt.ShutDown):
        client.publish_event("front", {})
    read_to(client, lambda notice: isinstance(notice, StateChange) and notice.state == "closed")
    assert client.next_outcomes(0) == [Ended(delivery.id, "delivered", None)]
    with pytest.raises(argus_mqtt.ShutDown):
        client.next_outcomes()
    report = client.close()
    assert (report.complete, report.left) == (True, 0)
    assert client.close() == report
    assert client.shutdown() == report


def test_leaving_a_block_waits_for_a_shutdown_that_has_begun(settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        client.wait_online(DEADLINE)
        client.begin_shutdown(DEADLINE)
    assert client.shutdown().complete
