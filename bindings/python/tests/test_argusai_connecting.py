"""How ArgusAI's service begins and ends a connection, and goes on with other settings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

import argus_mqtt
from argus_mqtt.argusai import MQTTService
from support import wait_until
from support.argusai_service import run
from support.mosquitto import free_port
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from support.mosquitto import Mosquitto
    from support.rows import Row


def test_connecting_and_disconnecting(service: MQTTService, seen: Subscriber) -> None:
    availability = service.get_availability_topic()
    assert run(service.connect()) is True
    assert run(service.initialize()) is True, "again, and nothing happens"
    run(service.disconnect())
    seen.expect(availability, "offline")
    assert not service.is_connected
    assert not service.accepts_messages
    assert service.get_availability_topic() == availability, "the settings are known"
    assert service.last_connected_at
    assert service.get_status()["last_connected_at"]
    assert run(service.connect()) is True
    assert len(seen.expect_count(availability, 3)) == 3


def test_no_connection_is_said_by_connect(row: Row) -> None:
    row.broker_port = free_port()
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is False
    with pytest.raises(ConnectionError, match="refused"):
        run(service.connect())
    assert service.accepts_messages
    assert "refused" in str(service.last_error)
    assert service.get_status()["reconnect_attempt"] >= 1
    service.cleanup()


def test_new_settings_need_no_restart(service: MQTTService, row: Row, broker: Mosquitto) -> None:
    first = service.client_status()
    assert run(service.update_config(row)) is True
    second = service.client_status()
    assert first
    assert second
    assert second.connections == first.connections, "the same settings keep the connection"
    old = row.topic_prefix
    row.topic_prefix = f"{old}/new"
    with Subscriber(broker, f"{old}/#") as seen:
        assert run(service.update_config(row)) is True
        seen.expect(f"{old}/status", "offline")
        seen.expect(f"{old}/new/status", "online")
        assert service.get_event_topic("a") == f"{old}/new/camera/a/event"
        last = service.get_status()["last_connected_at"]
        row.enabled = False
        assert run(service.update_config(row)) is True
        seen.expect(f"{old}/new/status", "offline")
    assert not service.accepts_messages
    assert last
    assert service.get_status()["last_connected_at"] == last
    assert run(service.publish("a", {})) is False
    row.enabled = True
    assert run(service.update_config(row)) is True
    assert service.is_connected


def test_settings_without_a_column_are_used(row: Row) -> None:
    row.other_settings = {"keep_alive_seconds": 7, "hold_seconds": -1, "no_such_setting": 1}
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is True
    assert {fault.field for fault in service.settings_faults} == {"hold_seconds", "no_such_setting"}
    stored = service._stored
    assert stored
    assert stored.settings
    assert stored.settings["keep_alive_seconds"] == 7
    service.cleanup()


def test_the_settings_api_can_run_it(service: MQTTService, row: Row, broker: Mosquitto) -> None:
    assert service.client
    settings = {"broker_host": "127.0.0.1", "broker_port": broker.port, "topic_prefix": f"{row.topic_prefix}/api"}
    with Subscriber(broker, f"{row.topic_prefix}/#") as seen:
        service.apply(settings)
        seen.expect(f"{row.topic_prefix}/api/status", "online")
        service.apply(None)
        seen.expect(f"{row.topic_prefix}/api/status", "offline")
    assert service.client is None
    service.apply(settings)
    with pytest.raises(argus_mqtt.InvalidSettings):
        service.apply({**settings, "qos": 7})
    wait_until(lambda: service.is_connected, "with the settings that are right")


def test_a_row_is_not_kept(service: MQTTService, row: Row) -> None:
    row.topic_prefix = "changed"
    assert service.get_event_topic("a") != "changed/camera/a/event"


@pytest.mark.parametrize("columns", [{"enabled": False}, {"broker_host": ""}])
def test_settings_that_say_off_start_nothing(row: Row, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is False
    assert not service.accepts_messages
    assert [fault.field for fault in service.settings_faults] == (["broker_host"] if "broker_host" in columns else [])
    service.cleanup()


def test_no_row_and_no_database_start_nothing() -> None:
    def fail() -> None:
        raise OSError("the database is away")

    for load, error in ((lambda: None, None), (fail, "the database is away")):
        service = MQTTService(load)
        assert run(service.initialize()) is False
        assert (error is None) == (service.last_error is None)
        assert error is None or error in str(service.last_error)
        service.cleanup()


@pytest.mark.parametrize("error", [SystemExit(1), asyncio.CancelledError(), KeyboardInterrupt()])
def test_whatever_load_raises_the_next_one_counts(row: Row, error: BaseException) -> None:
    given: list[Row | BaseException] = [error, row]

    def load() -> Row:
        one = given.pop(0)
        if isinstance(one, BaseException):
            raise one
        return one

    service = MQTTService(load)
    assert run(service.initialize()) is False
    assert type(error).__name__ in str(service.last_error)
    assert run(service.initialize()) is True
    run(service.disconnect())


def test_what_is_no_row_changes_nothing(row: Row) -> None:
    async def load() -> Row:
        return row

    given: list[Any] = [row, load, lambda: None]
    service = MQTTService(lambda: given.pop(0))
    assert run(service.initialize()) is True
    for _ in range(2):
        assert run(service.initialize()) is True
        assert "function is no row of mqtt_config" in str(service._worker and service._worker.fault)
    with pytest.raises(TypeError, match="NoneType is no row"):
        run(service.update_config(cast("Row", None)))
    assert service.is_connected
    run(service.disconnect())


def test_a_faulty_row_connects_all_the_same(row: Row, seen: Subscriber, caplog: pytest.LogCaptureFixture) -> None:
    row.qos, row._password, row.birth_message = 2, "secret", "offline"
    service = MQTTService(lambda: row)
    assert run(service.initialize()) is True
    assert {fault.field for fault in service.settings_faults} == {"qos", "password", "birth_message"}
    assert run(service.publish(service.get_event_topic("a"), {})) is True
    assert seen.expect_count(service.get_event_topic("a"), 1)[0].qos == 1
    faults = [record for record in caplog.records if getattr(record, "event_type", "") == "mqtt_settings_fault"]
    assert len(faults) == 3
    assert "secret" not in caplog.text
    run(service.disconnect())


def test_it_loads_at_each_initialize(row: Row) -> None:
    rows: list[Row | None] = [None, row]
    service = MQTTService(lambda: rows.pop(0))
    assert run(service.initialize()) is False
    assert run(service.initialize()) is True
    run(service.disconnect())


def test_two_services_of_one_process_do_not_take_the_connection_from_each_other(
    service: MQTTService, row: Row
) -> None:
    other = MQTTService(lambda: row)
    assert run(other.initialize()) is False
    assert not other.accepts_messages
    assert "stands by" in str(other.last_error)
    with pytest.raises(ConnectionError, match="stands by"):
        run(other.connect())
    status = service.client_status()
    assert status
    assert status.connections == 1
    run(service.disconnect())
    wait_until(lambda: other.is_connected, "the other one takes over")
    other.cleanup()


def test_a_save_of_a_worker_that_stands_by_moves_the_owner_with_its_queue(row: Row, seen: Subscriber) -> None:
    port, row.broker_port = row.broker_port, free_port()
    owner, other = MQTTService(lambda: row), MQTTService(lambda: row)
    try:
        assert run(owner.initialize()) is False
        assert run(owner.publish(owner.get_event_topic("front"), {"waits": True})) is True
        assert run(other.initialize()) is False
        assert not other.accepts_messages
        row.broker_port = port
        assert run(other.update_config(row)) is True
        seen.expect_count(owner.get_event_topic("front"), 1)
        assert owner.is_connected
        assert not other.accepts_messages
        run(owner.disconnect())
        wait_until(lambda: other.is_connected, "the other one takes over")
    finally:
        owner.cleanup()
        other.cleanup()
