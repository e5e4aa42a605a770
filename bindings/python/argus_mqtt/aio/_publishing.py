"""The part of the asyncio client that publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

# Tools read the annotations of the class.
from argus_mqtt._client import Client  # noqa: TC001
from argus_mqtt._errors import ShutDown
from argus_mqtt._shutdown import ShutdownReport  # noqa: TC001

from . import _loops
from ._delivery import AsyncDelivery
from ._reader import Reader  # noqa: TC001

if TYPE_CHECKING:
    from argus_mqtt._arguments import Payload, Picture
    from argus_mqtt._delivery import Delivery

# A task that publishes without a pause lets the others, and the reading of outcomes, have their turn after so many.
_MOST_IN_A_ROW = 100


class Publishing:
    """Messages. None of the methods waits for the network; await the delivery for that."""

    __slots__ = ("_in_a_row",)

    _client: Client
    _closing: asyncio.Task[ShutdownReport] | None
    _in_a_row: int
    _loop: asyncio.AbstractEventLoop
    _reader: Reader

    async def publish_event(self, camera: str, event: Payload, *, snapshot: Picture | None = None) -> AsyncDelivery:
        """Queue an event of a camera. The settings determine its topic, QoS, retain flag and expiry.

        Does not wait for the network; await the delivery for that. Arguments and exceptions are those of
        `argus_mqtt.Client.publish_event`.
        """
        await self._ready()
        return self._published(self._client.publish_event(camera, event, snapshot=snapshot))

    async def publish(  # noqa: PLR0913  (all but two by name)
        self,
        topic: str,
        payload: Payload,
        *,
        qos: int = 1,
        retain: bool = False,
        expiry_seconds: int | None = None,
        states: Mapping[str, Payload] | None = None,
    ) -> AsyncDelivery:
        """Queue any payload for any topic.

        Does not wait for the network; await the delivery for that. Arguments and exceptions are those of
        `argus_mqtt.Client.publish`.
        """
        await self._ready()
        return self._published(
            self._client.publish(topic, payload, qos=qos, retain=retain, expiry_seconds=expiry_seconds, states=states)
        )

    async def publish_state(self, topic: str, payload: Payload) -> AsyncDelivery:
        """Publish the state of a topic: its value until it is replaced or deleted.

        Does not wait for the network; await the delivery for that. Arguments and exceptions are those of
        `argus_mqtt.Client.publish_state`.
        """
        await self._ready()
        return self._published(self._client.publish_state(topic, payload))

    async def forget_state(self, topic: str) -> AsyncDelivery:
        """Delete the state of a topic, whichever client published it.

        Does not wait for the network; await the delivery for that. Arguments and exceptions are those of
        `argus_mqtt.Client.forget_state`.
        """
        await self._ready()
        return self._published(self._client.forget_state(topic))

    def _published(self, delivery: Delivery) -> AsyncDelivery:
        self._in_a_row += 1
        one = AsyncDelivery(delivery, self._loop)
        self._reader.track(one)
        return one

    async def _ready(self) -> None:
        if self._in_a_row >= _MOST_IN_A_ROW:
            await self._pause()
        self._check_open()

    async def _pause(self) -> None:
        self._in_a_row = 0
        await asyncio.sleep(0)

    def _check_loop(self) -> None:
        _loops.check(
            self._client,
            self._loop,
            "the client belongs to another event loop; hand over to that one with "
            "asyncio.run_coroutine_threadsafe, or connect a client on this one",
        )

    def _check_open(self) -> None:
        self._check_loop()
        if self._closing is not None:
            raise ShutDown("the client was shut down")
