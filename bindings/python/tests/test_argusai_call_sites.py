"""The service as the parts of ArgusAI call it: from tasks, threads and callbacks, with a broker that may go."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from argus_mqtt import argusai
from argus_mqtt.argusai import MQTTService
from support import DEADLINE, wait_until
from support.loops import Run, until
from support.rows import Row
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from support.mosquitto import Mosquitto


@pytest.fixture
def service(own_broker: Mosquitto) -> Iterator[MQTTService]:
    """Give the one service of the process, for a broker that a test may stop."""
    row = Row(own_broker)
    argusai.configure(lambda: row)
    yield argusai.get_mqtt_service()
    argusai.reset_mqtt_service()


@pytest.fixture
def silent() -> Iterator[int]:
    """Give a port where connections are accepted and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_events_of_tasks_and_threads_survive_an_outage(run: Run, service: MQTTService, own_broker: Mosquitto) -> None:
    run(service.initialize())
    topic = service.get_event_topic("front")

    async def event(number: int) -> bool:
        # The gate of before would be `if service.is_connected`.
        return service.accepts_messages and await service.publish(topic, {"n": number})

    async def main() -> None:
        loop = asyncio.get_running_loop()
        await argusai.initialize_mqtt_service()
        own_broker.stop()
        await until(lambda: not service.is_connected, "the outage is noticed")
        assert service.accepts_messages
        assert await asyncio.gather(*(event(number) for number in range(50))) == [True] * 50

        def camera() -> None:
            for number in range(50, 60):
                assert asyncio.run_coroutine_threadsafe(event(number), loop).result(DEADLINE)

        cameras = [threading.Thread(target=camera) for _ in range(3)]
        for one in cameras:
            one.start()
        for one in cameras:
            await asyncio.to_thread(one.join, DEADLINE)
        status = service.get_status()
        assert status["connected"] is False
        assert status["last_error"]
        assert status["messages_published"] == 80

    run(main())
    own_broker.start()
    with Subscriber(own_broker, topic) as seen:
        wait_until(lambda: (status := service.client_status()) and status.counters.delivered == 80, "all arrive")
        numbers = {json.loads(message.payload)["n"] for message in seen.messages(topic)}
        assert numbers <= set(range(60))


def test_the_callback_may_run_a_loop_of_its_own_and_comes_once_for_each_connection(
    run: Run, service: MQTTService, own_broker: Mosquitto
) -> None:
    told: list[str] = []
    published: list[bool] = []

    def discover() -> None:
        # As discovery does without the main loop.
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        loop = asyncio.new_event_loop()
        published.append(loop.run_until_complete(service.publish_camera_status("a", "A", "connected", "rtsp")))
        loop.close()
        told.append("connected")

    async def main() -> None:
        await argusai.initialize_mqtt_service()
        # Too late for the first connection, as ArgusAI registers it.
        service.set_on_connect_callback(discover)
        service.set_on_disconnect_callback(lambda reason: told.append(f"lost {bool(reason)}"))
        await until(lambda: told == ["connected"], "called at once")
        own_broker.stop()
        await until(lambda: len(told) == 2, "the loss is told")
        own_broker.start()
        await until(lambda: len(told) == 3, "called again")
        await argusai.shutdown_mqtt_service()
        await until(lambda: len(told) == 4, "the end is told")

    run(main())
    assert told == ["connected", "lost True", "connected", "lost True"]
    assert published == [True, True]


def test_the_callback_may_hand_over_to_the_main_loop(run: Run, service: MQTTService) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        async def discover() -> None:
            assert await service.publish("homeassistant/sensor/x/config", {"name": "x"}, qos=1, retain=True)
            done.set()

        service.set_on_connect_callback(lambda: asyncio.run_coroutine_threadsafe(discover(), loop).result(DEADLINE))
        await service.initialize()
        await asyncio.wait_for(done.wait(), DEADLINE)

    run(main())


def test_of_states_in_an_outage_only_the_latest_arrives(
    run: Run, service: MQTTService, own_broker: Mosquitto
) -> None:
    async def main() -> None:
        await service.initialize()
        own_broker.stop()
        await until(lambda: not service.is_connected, "the outage is noticed")
        for number in range(1000):
            assert await service.publish_event_counts("a", "A", number, number)
        status = service.client_status()
        assert status
        assert status.queued < 10, "they fill no queue"
        own_broker.start()
        await until(lambda: service.is_connected, "it comes back")

    run(main())
    topic = service.get_counts_topic("a")
    with Subscriber(own_broker, topic) as seen:
        wait_until(lambda: [json.loads(one.payload)["events_today"] for one in seen.messages(topic)] == [999], "one")


def test_a_changed_prefix_leaves_nothing_behind(run: Run, own_broker: Mosquitto) -> None:
    row = Row(own_broker)
    service = MQTTService(lambda: row)
    run(service.initialize())
    run(service.publish_camera_status("a", "A", "online", "rtsp"))
    old = service.get_status_topic("a")
    with Subscriber(own_broker, f"{row.topic_prefix}/#") as seen:
        seen.expect_count(old, 1)
        row.topic_prefix = f"{row.topic_prefix}/new"
        assert run(service.update_config(row))
        seen.expect(old, "")
    service.cleanup()


def test_the_singleton_can_be_reset(run: Run, service: MQTTService, own_broker: Mosquitto) -> None:
    run(service.initialize())
    argusai.reset_mqtt_service()
    argusai.reset_mqtt_service()
    assert not service.is_connected
    other = argusai.get_mqtt_service()
    assert other is not service
    assert other is argusai.get_mqtt_service()
    assert run(other.initialize()) is True
    own_broker.stop()
    argusai.reset_mqtt_service()


def test_a_service_without_configuration_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("argus_mqtt.argusai._module._load", None)
    service = argusai.get_mqtt_service()
    assert run(service.initialize()) is False
    assert "configure(load)" in str(service.last_error)
    argusai.reset_mqtt_service()


@pytest.mark.parametrize("slow", ["broker", "database"])
def test_a_start_waits_for_nothing_and_blocks_no_loop(run: Run, silent: int, slow: str) -> None:
    go_on = threading.Event()
    row = Row(broker_port=silent)

    def load() -> Row:
        if slow == "database":
            go_on.wait(DEADLINE)
        return row

    async def main() -> None:
        service = MQTTService(load)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        task = asyncio.ensure_future(others())
        assert await service.initialize() is False
        assert turns > 100
        assert not service.is_connected
        go_on.set()
        await until(lambda: service.accepts_messages, "it goes on by itself")
        assert await service.publish("a", {})
        task.cancel()
        await service.disconnect()

    run(main())


def test_a_wait_that_is_cancelled_holds_nothing(run: Run, silent: int) -> None:
    service = MQTTService(lambda: Row(broker_port=silent))

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(service.initialize(), 0.01)
        await until(lambda: service.accepts_messages, "it goes on by itself")
        start = loop.time()
        for wait in (service.initialize, service.connect, lambda: service.test_connection("127.0.0.1", silent)):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(wait(), 0.01)
        assert loop.time() - start < DEADLINE

    run(main())
    service.cleanup()
