"""The measurements for clients that live on an asyncio event loop. They publish from one thread only."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bench import Options, checkpoint, cpu_seconds, elapsed, growth, percentiles, report, wait_for_driver


class AsyncPeer(Protocol):
    """A client library behind the calls that are measured."""

    @property
    def limit(self) -> int | None:
        """Events in flight at most, where the peer has no limit of its own.

        `None` if `publish` returns only when the event was acknowledged.
        """

    async def publish(self, index: int) -> None:
        """Publish one event with QoS 1 and an expiry to the topic whose turn it is."""

    async def announce(self) -> None:
        """Publish a retained message with QoS 1."""

    async def wait_acknowledged(self, count: int) -> None:
        """Wait until so many messages were acknowledged."""


def run(connect: Callable[[Options], Awaitable[AsyncPeer]]) -> None:
    """Do what the arguments ask for, print the result as one line of JSON, and wait to be killed."""
    asyncio.run(_run(Options.from_arguments(), connect))


async def _run(options: Options, connect: Callable[[Options], Awaitable[AsyncPeer]]) -> None:
    peer = await connect(options)
    modes = {"throughput": throughput, "calls": calls, "roundtrip": roundtrip, "queue": queue, "start": start}
    report(await modes[options.mode](options, peer))
    wait_for_driver()


async def throughput(options: Options, peer: AsyncPeer) -> dict[str, Any]:
    """Publish all events as fast as the peer takes them, until the last is acknowledged."""
    before = cpu_seconds()
    start_ns = time.monotonic_ns()
    if peer.limit is None:
        await _publish_concurrently(options, peer)
    else:
        for index in range(options.messages):
            await _wait_for_room(index, peer)
            await peer.publish(index)
        await peer.wait_acknowledged(options.messages)
    return elapsed(start_ns, before)


async def _wait_for_room(index: int, peer: AsyncPeer) -> None:
    """Give the event loop time to read acknowledgements when the limit is reached."""
    if peer.limit is not None and index >= peer.limit:
        await peer.wait_acknowledged(index - peer.limit + 1)


async def _publish_concurrently(options: Options, peer: AsyncPeer) -> None:
    indexes = iter(range(options.messages))

    async def worker() -> None:
        for index in indexes:
            await peer.publish(index)

    await asyncio.gather(*(worker() for _ in range(options.window)))


async def calls(options: Options, peer: AsyncPeer) -> dict[str, Any]:
    """Time each publish call."""
    durations = array("Q")
    for index in range(options.messages):
        if options.pause_us:
            await asyncio.sleep(options.pause_us / 1e6)
        await _wait_for_room(index, peer)
        start_ns = time.perf_counter_ns()
        await peer.publish(index)
        durations.append(time.perf_counter_ns() - start_ns)
    await peer.wait_acknowledged(options.messages)
    return percentiles(durations)


async def roundtrip(options: Options, peer: AsyncPeer) -> dict[str, Any]:
    """Publish one event at a time and wait for its acknowledgement."""
    durations = array("Q")
    for index in range(options.messages):
        start_ns = time.perf_counter_ns()
        await peer.publish(index)
        await peer.wait_acknowledged(index + 1)
        durations.append(time.perf_counter_ns() - start_ns)
    return percentiles(durations)


async def queue(options: Options, peer: AsyncPeer) -> dict[str, Any]:
    """Publish while the broker is away; the driver acts at the checkpoints."""
    await asyncio.to_thread(checkpoint, "connected")
    durations = array("Q")
    for index in range(options.messages):
        start_ns = time.perf_counter_ns()
        await peer.publish(index)
        durations.append(time.perf_counter_ns() - start_ns)
    await asyncio.to_thread(checkpoint, "queued")
    report({"growth": growth(durations), "calls": percentiles(durations)})
    await asyncio.to_thread(checkpoint, "told")
    await peer.wait_acknowledged(options.messages)
    return {"empty_ns": time.monotonic_ns()}


async def start(_: Options, peer: AsyncPeer) -> dict[str, Any]:
    """Announce availability, the first thing a program does."""
    await peer.announce()
    await peer.wait_acknowledged(1)
    return {"acknowledged_ns": time.monotonic_ns()}
