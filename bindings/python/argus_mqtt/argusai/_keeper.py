"""Which settings are in force, and whether this worker has their connection or stands by.

All of it on the thread of the worker; attributes, and the members without an underscore, are for any.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import _log
from ._connection import is_online
from ._follower import Outcome, Waiting, settle
from ._loading import Loading
from ._ownership import Ownership, connection_of
from ._topics import Topics

if TYPE_CHECKING:
    from argus_mqtt import Client

    from ._loading import Load
    from ._row import StoredSettings

_AGAIN_SECONDS: Final = 1.0
_RECORD_SECONDS: Final = 10.0
# The owner looks for what was saved once a second, and twice, as it may not have been committed the first time.
_OWNER_FIRST_SECONDS: Final = 4.0


class Keeper(Loading):
    """See the module."""

    def __init__(self, load: Load, begun: Callable[[Client], None], published: Callable[[], int]) -> None:
        """Keep nothing yet; `begun` is called with each new client."""
        super().__init__(load, begun, published)
        self.process = os.getpid()
        self.stored: StoredSettings | None = None
        self.is_owner = False
        self._ownership: Ownership | None = None
        self._record_at = self._claim_at = 0.0

    def owner(self) -> dict[str, object]:
        """Give the record of the worker that has the connection, where that is another one."""
        ownership = self._ownership
        return {} if self.is_owner or ownership is None else ownership.read()

    # ---- On the thread ------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._look_after_load()
        if self._ownership is None:
            return
        if not self.is_owner:
            if self._claims(self._ownership):
                _log.info("takes_over", "this worker takes the connection over")
                self.is_owner = True
                self._is_late = False
                self._reload(None)
        elif self._ownership.was_saved():
            self._reload(None)
            # Who says that it saves may not have committed yet.
            self._reload_at = time.monotonic() + _AGAIN_SECONDS
        elif 0 < self._reload_at <= time.monotonic():
            self._reload(None)
        else:
            if self.follower is not None:
                self.follower.look()
            self._record(again=False)

    def _without_load(self, waiting: Waiting | None) -> None:
        if self._ownership is None:
            self._go_to(None)
        if self.is_owner and self.client is None and self.stored is not None:
            # It has just taken over, and what it knows is better than nothing.
            self._use(self.stored, waiting)
            return
        settle(waiting, Outcome(online=self.client is not None and is_online(self.client), reason=self.fault or ""))

    def _save(self, stored: StoredSettings, waiting: Waiting | None) -> None:
        before = self._ownership
        if before is not None and not self.is_owner:
            before.mark_saved()
            # The owner goes to another broker first, as what is queued goes with it.
            self._claim_at = time.monotonic() + _OWNER_FIRST_SECONDS
        self._supersede_load()
        self._use(stored, self._waiting_for_load(waiting))

    def _use(self, stored: StoredSettings | None, waiting: Waiting | None) -> None:
        """Put settings in force: as the owner of their connection, or beside it."""
        self.stored = stored
        self.fault = None
        settings = stored.settings if stored else None
        for fault in stored.faults if stored else ():
            _log.warning("settings_fault", f"{fault}", field=fault.field, code=fault.code)
        self.topics = Topics.of(settings)
        self.broker, key = connection_of(settings) if settings else (None, None)
        if not self._go_to(key):
            self._stand_by(waiting)
        elif stored is None or settings is None or not stored.enabled:
            self._give_up_client("MQTT is switched off")
            self._say_off(stored, waiting)
        else:
            self._start(settings, waiting)
        self._record(again=True)

    def _go_to(self, key: str | None) -> bool:
        """Claim the connection of this name, and give up the one before; whether this worker is the owner."""
        # Without settings, the workers of one deployment share a lock, so that one hears of the first that are saved.
        key = key or f"none {os.getppid()} {Path.cwd()}"
        before = self._ownership
        now = self._ownership = before if before is not None and before.key == key else Ownership(key)
        self.is_owner = self._claims(now)
        if not self.is_owner:
            self._give_up_client("another worker has the connection")
        if before is not None and before is not now:
            before.release()
        return self.is_owner

    def _claims(self, ownership: Ownership) -> bool:
        return time.monotonic() >= self._claim_at and ownership.claim()

    def _stand_by(self, waiting: Waiting | None) -> None:
        owner = self.owner().get("pid")
        self.fault = f"worker process {owner or 'unknown'} has the connection; this one stands by"
        _log.info("stands_by", self.fault, owner=owner)
        settle(waiting, Outcome(online=False, reason=self.fault))

    def _say_off(self, stored: StoredSettings | None, waiting: Waiting | None) -> None:
        if stored is None:
            reason = "there are no settings"
        elif not stored.enabled:
            reason = "MQTT is switched off"
        else:
            reason = self.fault = "; ".join(str(fault) for fault in stored.faults)
            _log.warning("init_failed", reason, error=reason)
        _log.info("off", f"no connection is made: {reason}")
        settle(waiting, Outcome(online=False, reason=reason))

    def _try_now(self, waiting: Waiting) -> None:
        settings = self.stored.settings if self.stored is not None else None
        if self.client is None and self.is_owner and settings is not None:
            self._start(settings, waiting)
        elif self.client is None or self.follower is None:
            settle(waiting, Outcome(online=False, reason=self.fault or "there are no settings"))
        elif is_online(self.client):
            settle(waiting, Outcome(online=True))
        else:
            self.follower.wait(waiting)
            self.client.reconnect()

    def _changed(self) -> None:
        self._record(again=True)

    def _record(self, *, again: bool) -> None:
        """Write down for the others how the connection is."""
        if self._ownership is None or not self.is_owner or (not again and time.monotonic() < self._record_at):
            return
        self._record_at = time.monotonic() + _RECORD_SECONDS
        self._ownership.write(self.record())
