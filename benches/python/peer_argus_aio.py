"""argus-mqtt through `argus_mqtt.aio`."""

from __future__ import annotations

import sys

import argus_mqtt.aio
import bench
import bench_async


class ArgusAio:
    """The asyncio client behind the calls that are measured."""

    # The library has one of its own.
    limit = sys.maxsize

    def __init__(self, options: bench.Options) -> None:
        self._options = options
        self._client = argus_mqtt.aio.connect(options.settings)

    @classmethod
    async def connect(cls, options: bench.Options) -> ArgusAio:
        """Connect and return when the client is online."""
        peer = cls(options)
        await peer._client.wait_online(bench.LONG_SECONDS)
        return peer

    async def publish(self, index: int) -> None:
        """Publish one event."""
        cameras = self._options.cameras
        self._last = await self._client.publish_event(cameras[index % len(cameras)], self._options.payload)

    async def announce(self) -> None:
        """Do nothing: waiting until online has waited for the birth message."""

    async def wait_acknowledged(self, count: int) -> None:  # noqa: ARG002 -- All that were published.
        """Wait until so many messages were acknowledged."""
        if self._options.mode == "roundtrip":
            await self._last
        else:
            await self._client.flush(bench.LONG_SECONDS)


if __name__ == "__main__":
    bench_async.run(ArgusAio.connect)
