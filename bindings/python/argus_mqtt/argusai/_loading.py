"""Loads the settings on a thread of its own, as a database that is silent may hold up nothing else."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from . import _log
from ._connection import Connection, is_online
from ._follower import Outcome, Waiting, settle
from ._row import ConfigRow, StoredSettings, read_row
from ._waiting import on_a_thread

if TYPE_CHECKING:
    from typing import TypeAlias

    from argus_mqtt import Client

Load: TypeAlias = "Callable[[], ConfigRow | None]"

LATE_SECONDS: Final = 3.0
"""After so long without settings, those that are known are used."""

_AGAIN_SECONDS: Final = 10.0
_GIVE_UP_SECONDS: Final = 60.0
# One that never returns keeps its thread, so each time the next is given twice as long, up to this.
_LONGEST_GIVE_UP_SECONDS: Final = 3600.0

_Loaded: TypeAlias = "Future[StoredSettings | None]"


class Loading(Connection):
    """See the module. All of it on the thread of the worker."""

    def __init__(self, load: Load, begun: Callable[[Client], None], published: Callable[[], int]) -> None:
        """Load nothing yet; `begun` is called with each new client."""
        super().__init__(begun, published)
        self._load = load
        self._loading: _Loaded | None = None
        self._loading_since = 0.0
        self._give_up_after = _GIVE_UP_SECONDS
        self._is_late = self._is_to_load_again = False
        self._wait_for_load: list[Waiting] = []
        self._reload_at = 0.0

    def _do(self, task: Callable[[], None], give_up: Callable[[], None]) -> None:
        """Let the thread do something, or give up where it has ended. Any thread."""
        raise NotImplementedError

    def _use(self, stored: StoredSettings | None, waiting: Waiting | None) -> None:
        """Put settings in force."""
        raise NotImplementedError

    def _without_load(self, waiting: Waiting | None) -> None:
        """Go on though the settings could not be loaded; `fault` says why."""
        raise NotImplementedError

    def _reload(self, waiting: Waiting | None) -> None:
        """Load the settings, and use them then."""
        self._reload_at = 0.0
        if waiting is not None:
            self._wait_for_load.append(waiting)
        if self._loading is not None and time.monotonic() - self._loading_since < _GIVE_UP_SECONDS:
            # What it has read may be older than what is wanted.
            self._is_to_load_again = True
            return
        self._is_late = self._is_to_load_again = False
        self._loading_since = time.monotonic()
        loading = self._loading = on_a_thread("argus-mqtt-load", lambda: _read(self._load))
        loading.add_done_callback(lambda _: self._do(lambda: self._loaded(loading), self._nobody_loads))

    def _supersede_load(self) -> None:
        """Use nothing of a load that is under way, as something newer came."""
        if self._loading is not None or self._reload_at:
            # It may not have been committed yet.
            self._reload_at = time.monotonic() + 1.0
        self._loading = None

    def _loaded(self, loading: _Loaded) -> None:
        if loading is not self._loading:
            return
        self._loading = None
        self._give_up_after = _GIVE_UP_SECONDS
        error = loading.exception()
        try:
            if error is None:
                self._use_loaded(loading.result())
            else:
                self._failed(f"{type(error).__name__}: {error}", str(error))
        finally:
            if self._is_to_load_again:
                self._reload(None)

    def _use_loaded(self, stored: StoredSettings | None) -> None:
        waiting = self._waiting_for_load()
        try:
            self._use(stored, waiting)
        except BaseException as error:
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)
            raise

    def _look_after_load(self) -> None:
        """Go on without a load that takes too long, and begin anew after one that takes far too long."""
        if self._loading is None:
            return
        seconds = time.monotonic() - self._loading_since
        # Who asked meanwhile does not wait for as long as its repetition by itself.
        if seconds >= (_GIVE_UP_SECONDS if self._is_to_load_again else self._give_up_after):
            self._give_up_after = min(2 * self._give_up_after, _LONGEST_GIVE_UP_SECONDS)
            self._loading = None
            self._reload(None)
        elif seconds >= LATE_SECONDS and not self._is_late:
            self._is_late = True
            why = f"`load` has not returned for {LATE_SECONDS:g} s"
            self._failed(why, why)

    def _failed(self, why: str, error: str) -> None:
        self.fault = f"the settings could not be loaded: {why}"
        _log.warning("init_failed", self.fault, error=error)
        self._reload_at = time.monotonic() + _AGAIN_SECONDS if self._loading is None else 0.0
        self._without_load(self._waiting_for_load())

    def _waiting_for_load(self, also: Waiting | None = None) -> Waiting | None:
        """Return one for all who wait for settings, and let the others be told what it is told."""
        waiting = [*self._wait_for_load, *([also] if also is not None else [])]
        self._wait_for_load = []
        if not waiting:
            return None
        first, *others = waiting
        for other in others:
            first.add_done_callback(functools.partial(_tell, other))
        return first

    def _nobody_loads(self) -> None:
        waiting = self._waiting_for_load()
        settle(
            waiting, Outcome(online=self.client is not None and is_online(self.client), reason="the service ended")
        )


def _tell(waiting: Waiting, told: Waiting) -> None:
    error = told.exception()
    if error is None:
        settle(waiting, told.result())
    elif not waiting.done():
        waiting.set_exception(error)


def _read(load: Load) -> StoredSettings | None:
    row = load()
    return None if row is None else read_row(row)
