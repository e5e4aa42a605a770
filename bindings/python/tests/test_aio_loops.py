"""The client for asyncio programs, and the loops and threads around it."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import aio
from support import DEADLINE
from support.settings import settings_for

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.loops import Run
    from support.mosquitto import Mosquitto


def threads() -> int:
    """Count the threads of this process, those of the library too."""
    return len(list(Path("/proc/self/task").iterdir()))


def test_ten_thousand_at_once_need_no_thread(run: Run, settings: Settings) -> None:
    async def main() -> None:
        before = threads()
        async with aio.connect({**settings, "max_queued_messages": 20_000}) as client:
            await client.wait_online(DEADLINE)
            most = 0

            async def one(number: int) -> None:
                nonlocal most
                await (await client.publish_event("front", {"n": number}))
                most = max(most, threads() if number % 500 == 0 else 0)

            await asyncio.gather(*(one(number) for number in range(10_000)))
            assert client.status().counters.delivered == 10_000
            assert client.status().outcomes_kept == 0
            assert client._reader._pending == {}
            assert most <= before + 1, "the library's own"

    run(main())


def test_loops_at_the_same_time_and_after_each_other(run: Run, broker: Mosquitto) -> None:
    async def main() -> None:
        async with aio.connect(settings_for(broker)) as client:
            await client.wait_online(DEADLINE)
            for number in range(20):
                await (await client.publish_event("front", {"n": number}))
            ended.append(client)

    ended: list[aio.AsyncClient] = []
    loops = [threading.Thread(target=lambda: run(main())) for _ in range(3)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join(DEADLINE)
    run(main())
    assert len(ended) == 4


def test_a_client_of_another_loop_is_refused(run: Run, unreachable: Settings) -> None:
    clients: list[aio.AsyncClient] = []

    async def connect() -> None:
        clients.append(aio.connect(unreachable))

    async def use() -> None:
        (client,) = clients
        for call in (client.publish_event("front", {}), client.wait_online(0), client.flush(0), client.shutdown(0)):
            with pytest.raises(argus_mqtt.InvalidArgument, match="belongs to another event loop"):
                await call

    run(connect())
    run(use())
    with pytest.warns(ResourceWarning, match="was not shut down"):
        clients.clear()


def test_connecting_needs_a_loop(unreachable: Settings) -> None:
    with pytest.raises(RuntimeError, match="no running event loop"):
        aio.connect(unreachable)


def test_a_thread_hands_over_to_the_loop(run: Run, settings: Settings) -> None:
    async def main() -> None:
        async with aio.connect(settings) as client:
            loop = asyncio.get_running_loop()

            def camera() -> None:
                future = asyncio.run_coroutine_threadsafe(client.publish_event("front", json.dumps({})), loop)
                delivery = future.result(DEADLINE)
                asyncio.run_coroutine_threadsafe(delivery.wait(), loop).result(DEADLINE)

            await asyncio.to_thread(camera)

    run(main())


def test_what_another_loop_waits_for_is_refused(run: Run, unreachable: Settings) -> None:
    async def main() -> None:
        client = aio.connect(unreachable)
        delivery = await client.publish_event("front", {})
        notices = client.notices()

        async def drained() -> None:
            async for _ in notices:
                pass

        async def elsewhere() -> None:
            with pytest.raises(argus_mqtt.InvalidArgument, match="another event loop; wait for it there"):
                await delivery
            with pytest.raises(argus_mqtt.InvalidArgument, match="notices belong to another event loop"):
                await drained()

        def without_a_loop() -> None:
            for call in (client.notices, lambda: client.on_online(print), lambda: client.reconfigure(unreachable)):
                with pytest.raises(argus_mqtt.InvalidArgument, match="the client belongs to another event loop"):
                    call()

        await asyncio.to_thread(run, elsewhere())
        await asyncio.to_thread(without_a_loop)
        await client.shutdown(0)

    run(main())
