"""How the client for asyncio programs ends, with its loop or without."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import aio
from support import DEADLINE
from support.loops import ENDED_BY_SHUTDOWN, Run, until
from support.programs import Program
from support.settings import settings_for

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto
    from support.subscriber import Subscriber


def library_threads() -> int:
    """Count the threads of the library in this process."""
    names: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
            names.append((task / "comm").read_text())
    return sum(name.startswith("argus-mqtt") for name in names)


def test_a_cancelled_wait_loses_nothing_and_holds_nothing(run: Run, own_broker: Mosquitto) -> None:
    async def main() -> None:
        async with aio.connect({**settings_for(own_broker), "reconnect_max_seconds": 1}) as client:
            await client.wait_online(DEADLINE)
            own_broker.stop()
            await until(lambda: client.status().state != "online", "the client notices")
            delivery = await client.publish_event("front", {})
            waits = [asyncio.ensure_future(delivery.wait()) for _ in range(3)]
            others = [asyncio.ensure_future(wait) for wait in (client.flush(), client.wait_online())]
            await asyncio.sleep(0)
            for wait in (*waits[1:], *others):
                wait.cancel()
            await asyncio.wait((*waits[1:], *others))
            assert delivery._waiters
            assert len(delivery._waiters) == 1
            assert client._reader._waiters == set()
            with pytest.raises(argus_mqtt.TimedOut, match=rf"^message {delivery.id} has not ended within 0\.01 s$"):
                await delivery.wait(0.01)
            assert await client.flush(0.01) == 1
            own_broker.start()
            await waits[0]
            await delivery
            assert await client.flush(DEADLINE) == 0
            assert not delivery._waiters
            assert client.status().outcomes_kept == 0

    run(main())


def test_a_cancelled_shutdown_goes_on(run: Run, settings: Settings, subscriber: Subscriber) -> None:
    async def main() -> None:
        client = aio.connect(settings)
        await client.wait_online(DEADLINE)
        wait = asyncio.ensure_future(client.shutdown(DEADLINE))
        await asyncio.sleep(0)
        wait.cancel()
        await asyncio.wait((wait,))
        assert wait.cancelled()
        assert (await client.shutdown(DEADLINE)).complete

    run(main())
    subscriber.expect(f"{settings['topic_prefix']}/status", "offline")


def test_closing_ends_in_time(run: Run, unreachable: Settings) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        client = aio.connect(unreachable)
        delivery = await client.publish_event("front", {})
        waiting = [asyncio.ensure_future(one) for one in (delivery.wait(), client.wait_online(), client.flush())]
        await asyncio.sleep(0)
        begun = loop.time()
        assert not (await client.shutdown(1)).complete
        await asyncio.wait(waiting)
        assert loop.time() - begun < DEADLINE
        assert [type(one.exception()) in ENDED_BY_SHUTDOWN for one in waiting[:2]] == [True, True]
        assert waiting[2].result() == 0

    run(main())


def test_a_loop_that_ends_with_its_client_open_ends_in_time(
    run: Run, settings: Settings, subscriber: Subscriber
) -> None:
    async def main() -> None:
        async with aio.connect(settings) as client:
            await client.wait_online(DEADLINE)
            task = asyncio.current_task()
            assert task
            asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.Event().wait()

    with pytest.raises(asyncio.CancelledError):
        run(main())
    subscriber.expect(f"{settings['topic_prefix']}/status", "offline")


def test_a_child_leaves_its_copy_of_the_block_without_a_word(settings: Settings) -> None:
    code = """
import asyncio, json, os, sys
import argus_mqtt
from argus_mqtt import aio

async def main():
    async with aio.connect(json.loads(sys.argv[1])) as client:
        await client.wait_online(30)
        notices = client.notices()
        assert (await notices.__anext__()).state == "online"
        delivery = await client.publish_event("front", {})
        child = os.fork()
        if child == 0:
            waits = delivery.wait(), notices.__anext__()
            for call in (client.publish_event("front", {}), client.flush(0), client.shutdown(0), *waits):
                try:
                    await call
                except argus_mqtt.Forked as error:
                    print(error)
        else:
            assert os.waitpid(child, 0)[1] == 0
            await (await client.publish_event("front", {}))
    if child == 0:
        client = None
        os._exit(0)
    print("the parent's goes on")

asyncio.run(main())
"""
    with Program.python(code, json.dumps(settings)) as program:
        refused = [program.line() for _ in range(5)]
        assert refused == ["the client belongs to the parent process; connect one in this process"] * 5
        assert program.line() == "the parent's goes on"


def test_a_lost_client_is_closed(run: Run, unreachable: Settings) -> None:
    async def main() -> None:
        # The clients of earlier tests may still be closing theirs.
        gc.collect()
        await until(lambda: library_threads() == 0, "the threads of earlier clients have ended")
        before = open_files()
        client = aio.connect(unreachable)
        client.notices()
        delivery = await client.publish_event("front", {})
        with pytest.warns(ResourceWarning, match="was not shut down"):
            del client
        with pytest.raises(argus_mqtt.ShutDown):
            await delivery
        await until(lambda: open_files() <= before, "its descriptors are closed")

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    run(main())
