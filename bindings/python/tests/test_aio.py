"""The client for asyncio programs, on asyncio's own loop and on uvloop's."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import uvloop

import argus_mqtt
from argus_mqtt import Ended, StateChange, aio
from support import DEADLINE
from support.settings import settings_for

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto
    from support.subscriber import Subscriber

ENDED_BY_SHUTDOWN = (argus_mqtt.Dropped, argus_mqtt.ShutDown)
"""How a wait ends that the shutdown ends: told of the last outcomes, or only of the end."""

Run: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Give what runs a coroutine on a loop of its own."""
    one: Run = request.param
    return one


def threads() -> int:
    """Count the threads of this process, those of the library too."""
    return len(list(Path("/proc/self/task").iterdir()))


def library_threads() -> int:
    """Count the threads of the library in this process."""
    names: list[str] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
            names.append((task / "comm").read_text())
    return sum(name.startswith("argus-mqtt") for name in names)


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something is true that no client tells of."""
    deadline = asyncio.get_running_loop().time() + DEADLINE
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"it did not happen: {what}"
        await asyncio.sleep(0.01)


def test_birth_event_and_graceful_end(run: Run, settings: Settings, subscriber: Subscriber) -> None:
    prefix = settings["topic_prefix"]

    async def main() -> None:
        async with aio.connect(settings) as client:
            await client.wait_online(DEADLINE)
            delivery = await client.publish_event("front", {"n": 1})
            await delivery
            await delivery.wait(0)
            assert delivery.done()
            await (await client.publish(f"{prefix}/other", "text", retain=True, expiry_seconds=60))
            assert client.status().outcomes_kept == 0
        assert repr(client).endswith(", shut down>")

    run(main())
    subscriber.expect(f"{prefix}/status", "online")
    subscriber.expect(f"{prefix}/events/front", '{"n":1}')
    subscriber.expect(f"{prefix}/other", "text")
    subscriber.expect(f"{prefix}/status", "offline")


def test_states_are_awaited(run: Run, settings: Settings, subscriber: Subscriber) -> None:
    topic = f"{settings['topic_prefix']}/state"

    async def main() -> None:
        async with aio.connect(settings) as client:
            first, second = await client.publish_state(topic, "1"), await client.publish_state(topic, "2")
            await second
            with contextlib.suppress(argus_mqtt.Superseded):  # The connection may be quicker.
                await first
            await (await client.forget_state(topic))

    run(main())
    subscriber.expect(topic, "2")
    subscriber.expect(topic, "")


def test_cameras_are_announced_and_removed(run: Run, settings: Settings, subscriber: Subscriber) -> None:
    prefix = settings["topic_prefix"]
    own: Settings = {**settings, "discovery_prefix": f"{prefix}-ha"}

    async def main() -> None:
        async with aio.connect(own) as client:
            await client.announce_system({"diagnostics": True})
            await client.announce_camera({"id": "door", "snapshots": True})
            await client.publish_camera_status("door", "offline")
            await client.publish_camera_counts("door", 1, 2)
            await client.publish_camera_activity("door", is_active=True)
            await client.publish_camera_last_event("door", {"description": "A cat"})
            await client.publish_camera_snapshot("door", b"\xff\xd8\xff")
            # Or else the next picture takes its place.
            assert await client.flush(DEADLINE) == 0
            await client.publish_event("door", {}, snapshot=b"\xff\xd8\xff\xe0")
            await client.publish(f"{prefix}/other", "news", states={f"{prefix}/state": "1"})
            await client.publish_diagnostics()
            assert await client.flush(DEADLINE) == 0
            assert client.status().states > 10
            await client.disable_camera("door")
            await client.remove_camera("door")
            assert await client.clear_ghosts(DEADLINE) == 0
            assert await client.flush(DEADLINE) == 0

    run(main())
    subscriber.expect(f"{prefix}/camera/door/snapshot", b"\xff\xd8\xff")
    subscriber.expect(f"{prefix}/camera/door/snapshot", b"\xff\xd8\xff\xe0")
    subscriber.expect(f"{prefix}/state", b"1")
    subscriber.expect(f"{prefix}/camera/door/snapshot", b"")


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


def test_outcomes_are_told_as_exceptions(run: Run, unreachable: Settings) -> None:
    async def main() -> None:
        client = aio.connect({**unreachable, "max_queued_messages": 1})
        dropped = await client.publish_event("front", {})
        kept = await client.publish_event("front", {})
        with pytest.raises(argus_mqtt.Dropped, match="full"):
            await dropped
        with pytest.raises(argus_mqtt.TimedOut, match=r"^not online within 0\.2 s: .*refused"):
            await client.wait_online(0.2)
        with pytest.raises(argus_mqtt.InvalidArgument, match="camera"):
            await client.publish_event("a/b", {})
        wait = asyncio.ensure_future(kept.wait())
        report = await client.shutdown(0)
        assert not report.complete
        with pytest.raises(ENDED_BY_SHUTDOWN):
            await wait
        with pytest.raises(argus_mqtt.ShutDown):
            await client.publish_event("front", {})
        assert await client.shutdown() is report

    run(main())


def test_a_refusal_ends_the_wait(run: Run) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x20\x03\x00\x86\x00")  # CONNACK: bad user name or password
        await writer.drain()
        await reader.read()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(refuse, "127.0.0.1") as server:
            port = server.sockets[0].getsockname()[1]
            client = aio.connect({"broker_host": "127.0.0.1", "broker_port": port})
            with pytest.raises(argus_mqtt.Refused, match="password"):
                await client.wait_online(DEADLINE)
            await client.shutdown(0)

    run(main())


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
