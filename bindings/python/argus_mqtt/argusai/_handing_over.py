"""Handing something over to the client of a service, whatever may keep it from taking it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import argus_mqtt

from . import _log
from ._topic_names import TopicNames

if TYPE_CHECKING:
    from argus_mqtt import Client, Settings

    from ._keeper import Keeper

    Call: TypeAlias = Callable[[Client, Keeper, Settings], object]


class HandingOver(TopicNames):
    """See the module."""

    _has_said_skipped = False

    def _hand_over(self, what: str, call: Call) -> bool:
        """Let the client take something, and count it; whether it did. `what` names it for the log."""
        worker = self._worker
        client = worker.client if worker is not None else None
        settings = worker.stored.settings if worker is not None and worker.stored is not None else None
        if worker is None or client is None or settings is None:
            self._skip(what)
            return False
        try:
            call(client, worker, settings)
        except argus_mqtt.ShutDown:
            self._skip(what)
            return False
        except Exception as error:  # noqa: BLE001  (an event that can't be published must not stop its camera)
            kind = "publish_failed" if isinstance(error, argus_mqtt.QueueFull) else "publish_error"
            _log.warning(kind, f"nothing was published to {what}: {error}", topic=what, error=str(error))
            return False
        with self._lock:
            self._count += 1
        _log.debug("published", f"published to {what}", topic=what)
        return True

    def _publish_state(self, topic: str, said: Callable[[], Mapping[str, object]]) -> bool:
        def call(client: Client, keeper: Keeper, _: Settings) -> None:
            client.publish_state(topic, said())
            keeper.states.add(topic)

        return self._hand_over(topic, call)

    def _skip(self, topic: str) -> None:
        with self._lock:
            self._skipped += 1
            is_first, self._has_said_skipped = not self._has_said_skipped, True
        why = self._worker.fault if self._worker is not None else None
        text = f"nothing is published: {why or 'there is no connection, and none is to be made'}"
        # Once for the log of everyday; each camera says something every few minutes.
        (_log.warning if is_first else _log.debug)("publish_skipped", text, topic=topic)
