"""Every `event_type` of the service's logs, and that no password is in one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from argus_mqtt import argusai
from argus_mqtt.argusai import MQTTService
from support import wait_until
from support.mosquitto import Mosquitto, free_port
from support.old_broker import NOT_AUTHORIZED, OldBroker
from support.rows import Row

if TYPE_CHECKING:
    from pathlib import Path


class Log:
    """The lines that were logged."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        """Take all of them, those for who looks for a fault too."""
        caplog.set_level(logging.DEBUG, "argus_mqtt.argusai")
        self._caplog = caplog
        self._services: list[MQTTService] = []

    def service(self, load: Callable[[], Row | None]) -> MQTTService:
        """Make a service, which ends with the test, however that ends."""
        self._services.append(MQTTService(load))
        return self._services[-1]

    def end(self) -> None:
        """End the services."""
        for one in self._services:
            one.cleanup()

    def lines(self, kind: str) -> list[Any]:
        """Give those of one kind."""
        return [one for one in self._caplog.records if getattr(one, "event_type", None) == f"mqtt_{kind}"]

    def expect(self, *kinds: str) -> None:
        """Wait until there is a line of each kind."""
        wait_until(lambda: all(map(self.lines, kinds)), f"{kinds} are logged")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """Give the lines."""
    one = Log(caplog)
    yield one
    one.end()


def test_a_life_with_an_outage(own_broker: Mosquitto, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    service = log.service(lambda: Row(own_broker, "hidden", username="argus"))

    async def life() -> None:
        assert await service.initialize()
        log.expect("init_start", "on_connect", "birth_published", "connected")
        assert await service.publish("a", {})
        log.expect("published", "on_publish")
        assert log.lines("on_publish")[0].outcome == "delivered"
        assert await service.test_connection("127.0.0.1", own_broker.port)
        log.expect("test_connection")
        own_broker.stop()
        log.expect("on_disconnect", "reconnect_scheduled", "connection_failed", "reconnect_failed")
        own_broker.start()
        log.expect("reconnected")
        await service.disconnect()
        log.expect("disconnecting", "offline_published", "disconnected")
        assert not await service.publish("a", {})
        log.expect("publish_skipped")

    asyncio.run(life())
    assert log.lines("on_connect")[0].protocol == "MQTT 5"
    assert log.lines("on_disconnect")[0].was_connected is True
    scheduled = log.lines("reconnect_scheduled")
    attempts = [line.attempt for line in scheduled]
    assert attempts == sorted(set(attempts)), "some may be over before they are told"
    assert all(line.delay_seconds >= 0 for line in scheduled)
    assert "hidden" not in caplog.text + repr([vars(line) for line in caplog.records])


def test_a_start_without_a_broker(log: Log) -> None:
    row = Row(broker_port=free_port())
    service = log.service(lambda: row)
    asyncio.run(service.initialize())
    log.expect("connection_failed", "init_failed", "reconnect_scheduled")
    assert "refused" in log.lines("connection_failed")[0].error
    row.enabled = False
    asyncio.run(service.update_config(row))
    log.expect("config_updated")
    asyncio.run(service.disconnect())


def test_a_shutdown_that_the_broker_does_not_hear(log: Log) -> None:
    service = log.service(lambda: Row(broker_port=free_port()))
    asyncio.run(service.initialize())
    asyncio.run(service.publish("a", {}))
    service.cleanup()
    log.expect("offline_failed")
    assert log.lines("offline_failed")[0].left == 1


def test_a_refusal(log: Log) -> None:
    with OldBroker(NOT_AUTHORIZED) as broker:
        service = log.service(lambda: Row(broker_port=broker.port))
        assert asyncio.run(service.initialize()) is False
        log.expect("connection_refused", "init_failed")
        service.cleanup()


def test_a_broker_that_does_not_let_it_be_online(log: Log, tmp_path: Path) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic read #\n")
    broker = Mosquitto(tmp_path, f"acl_file {rules}")
    service = log.service(lambda: Row(broker))
    assert asyncio.run(service.initialize()) is False
    log.expect("birth_failed")
    assert "authori" in str(service.last_error)
    assert not service.is_connected
    assert asyncio.run(service.publish_birth_message()) is False
    log.expect("birth_error")
    assert "authori" in log.lines("birth_error")[0].error
    asyncio.run(service.disconnect())
    broker.stop()


def test_an_older_protocol(log: Log) -> None:
    with OldBroker() as broker:
        service = log.service(lambda: Row(broker_port=broker.port))
        assert asyncio.run(service.initialize()) is True
        log.expect("protocol_fallback")
        service.cleanup()
    assert log.lines("on_connect")[0].protocol == "MQTT 3.1.1"


def test_skipping_is_said_once(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "argus_mqtt.argusai")
    service = log.service(lambda: None)

    async def publish() -> None:
        for _ in range(3):
            assert not await service.publish("a", {})

    asyncio.run(publish())
    assert len(log.lines("publish_skipped")) == 1
    assert service.messages_skipped == 3


def test_the_end_of_the_program(broker: Mosquitto, log: Log) -> None:
    argusai.configure(lambda: Row(broker))

    async def life() -> None:
        await argusai.initialize_mqtt_service()
        assert argusai.get_mqtt_service().is_connected
        await argusai.shutdown_mqtt_service()

    asyncio.run(life())
    log.expect("shutdown_complete")


def test_what_is_left_when_the_connection_is_given_up_is_told(log: Log) -> None:
    row = Row(broker_port=free_port())
    service = log.service(lambda: row)

    async def life() -> None:
        await service.initialize()
        assert await service.publish(service.get_event_topic("door"), {})
        row.enabled = False
        await service.update_config(row)

    asyncio.run(life())
    log.expect("offline_failed")
    (line,) = log.lines("offline_failed")
    assert line.left == 1
