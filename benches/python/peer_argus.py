"""argus-mqtt through its Python package."""

from __future__ import annotations

from collections import deque
from functools import partial

import argus_mqtt
import bench


class Argus:
    """argus-mqtt behind the calls that are measured."""

    def __init__(self, options: bench.Options) -> None:
        self._client = argus_mqtt.connect(options.settings)
        self._client.wait_online(bench.LONG_SECONDS)
        self._deliveries: deque[argus_mqtt.Delivery] = deque()
        self._acknowledged = 0
        self._one_by_one = options.backlog > 0 or options.mode == "roundtrip"
        publish = self._publish_and_keep if self._one_by_one else self._client.publish_event
        self.publishers = [partial(publish, camera, options.payload) for camera in options.cameras]

    def _publish_and_keep(self, camera: str, event: bytes) -> None:
        self._deliveries.append(self._client.publish_event(camera, event))

    def announce(self) -> None:
        """Do nothing: waiting until online has waited for the birth message."""

    def wait_acknowledged(self, count: int) -> None:
        """Wait until so many messages were acknowledged."""
        if not self._one_by_one:
            self._client.flush(bench.LONG_SECONDS)
            return
        while self._acknowledged < count:
            self._deliveries.popleft().wait(bench.LONG_SECONDS)
            self._acknowledged += 1


if __name__ == "__main__":
    bench.run(Argus)
