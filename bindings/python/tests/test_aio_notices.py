"""What the client for asyncio programs tells: notices and callbacks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import Ended, StateChange, aio
from support import DEADLINE
from support.loops import Run, until
from support.settings import settings_for

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto


def test_every_iterator_gets_every_notice(run: Run, settings: Settings) -> None:
    async def main() -> None:
        client = aio.connect(settings)
        early = client.notices()
        await client.wait_online(DEADLINE)
        late = client.notices()
        delivery = await client.publish_event("front", {})
        await delivery
        # A break leaves nothing behind, and the next task goes on where it ended.
        async for notice in early:
            if isinstance(notice, StateChange) and notice.state == "online":
                break
        ended = Ended(delivery.id, "delivered", None)
        assert await first(early, 1) == [ended]
        assert await first(late, 2) == [StateChange("online", None), ended]
        rest = asyncio.ensure_future(drain(late))
        await client.shutdown(DEADLINE)
        assert StateChange("shutting_down", None) in await rest
        assert await drain(client.notices()) != [], "where it stood"

    async def first(notices: aio.Notices, count: int) -> list[argus_mqtt.Notice]:
        return [await anext(notices) for _ in range(count)]

    async def drain(notices: aio.Notices) -> list[argus_mqtt.Notice]:
        return [notice async for notice in notices]

    run(main())


def test_a_slow_reader_misses_the_oldest(run: Run, settings: Settings) -> None:
    async def main() -> None:
        async with aio.connect(settings) as client:
            await client.wait_online(DEADLINE)
            slow = client.notices()
            for number in range(1100):
                await client.publish_event("front", {"n": number})
            assert await client.flush(DEADLINE) == 0
            missed = await anext(slow)
            assert isinstance(missed, argus_mqtt.Missed)
            # Where it stood, the ends, and perhaps a line of the log.
            assert missed.count >= 1 + 1100 - 1024
            assert len(slow._lines) == 1024

    run(main())


def test_a_task_that_publishes_without_a_pause_stops_no_other(run: Run, settings: Settings) -> None:
    async def main() -> None:
        async with aio.connect(settings) as client:
            await client.wait_online(DEADLINE)
            ended: list[int] = []

            async def follow() -> None:
                async for notice in client.notices():
                    if isinstance(notice, Ended):
                        ended.append(notice.delivery)

            task = asyncio.ensure_future(follow())
            published = 0
            while not ended:
                await client.publish_event("front", {"n": published})
                published += 1
                assert published < 1_000_000
            task.cancel()

    run(main())


def test_callbacks_follow_each_connection_once(
    run: Run, own_broker: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        told: list[tuple[str, int]] = []

        def fail(_: int) -> None:
            raise ValueError("a defect of the program")

        client = aio.connect({**settings_for(own_broker), "reconnect_max_seconds": 1})
        client.on_online(fail)
        client.on_online(lambda number: told.append(("online", number)))
        client.on_offline(lambda number: told.append(("offline", number)))
        assert told == [], "not yet"
        await client.wait_online(DEADLINE)
        assert told == [("online", 1)], "before whoever waited goes on"
        client.on_online(lambda number: told.append(("late", number)))
        client.on_offline(lambda number: told.append(("too early", number)))
        assert told[1:] == [("late", 1)]
        own_broker.stop()
        await until(lambda: len(told) == 4, "the callbacks are called")
        assert told[2:] == [("offline", 1), ("too early", 1)]
        client.on_offline(lambda number: told.append(("late", number)))
        assert told[4:] == [("late", 1)]
        own_broker.start()
        await client.wait_online(DEADLINE)
        assert told[5:] == [("online", 2), ("late", 2)]
        await client.shutdown(DEADLINE)
        assert told[7:] == [("offline", 2), ("too early", 2), ("late", 2)]
        with pytest.raises(argus_mqtt.ShutDown):
            client.on_online(fail)

    run(main())
    assert caplog.text.count("ValueError: a defect of the program") == 2


def test_a_coroutine_function_is_no_callback(run: Run, unreachable: Settings) -> None:
    async def wait(_: int) -> None:
        pass

    async def main() -> None:
        client = aio.connect(unreachable)
        with pytest.raises(TypeError, match="not a coroutine function: let it start a task"):
            client.on_online(wait)
        await client.shutdown(0)

    run(main())
