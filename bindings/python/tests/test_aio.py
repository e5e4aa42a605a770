"""The client for asyncio programs, on asyncio's own loop and on uvloop's."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import aio
from support import DEADLINE
from support.loops import ENDED_BY_SHUTDOWN, Run

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.subscriber import Subscriber


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
