"""The thread of a service, which does what is asked for and looks after the rest once a second."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

import argus_mqtt

from . import _log
from ._follower import Outcome
from ._keeper import Keeper

if TYPE_CHECKING:
    from argus_mqtt import Client, ShutdownReport

    from ._follower import Waiting
    from ._loading import Load
    from ._row import StoredSettings

_ENDED: Final = "the service was ended"

TICK_SECONDS: Final = 1.0
"""How often a worker looks whether the owner has ended, and the owner whether settings were saved."""


class Worker(Keeper):
    """See the module."""

    def __init__(self, load: Load, begun: Callable[[Client], None], published: Callable[[], int]) -> None:
        """Start the thread, which does nothing yet."""
        super().__init__(load, begun, published)
        self._lock = threading.Lock()
        self._tasks: deque[tuple[Callable[[], None], Callable[[], None]]] = deque()
        self._is_over = False
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._has_ended = False
        self._next_tick = 0.0
        self._thread = threading.Thread(target=self._run, name="argus-mqtt-service", daemon=True)
        self._thread.start()

    # ---- Asked for by any thread --------------------------------------------------------------------

    def initialize(self) -> Waiting:
        """Load the settings, and connect."""
        return self._ask(self._reload)

    def apply(self, stored: StoredSettings) -> Waiting:
        """Go on with settings that were saved, and connect."""
        return self._ask(lambda waiting: self._save(stored, waiting))

    def put_in_force(self, stored: StoredSettings) -> Future[None]:
        """Go on with settings, as `apply`; done as soon as they are in force, whatever comes of the connection.

        Until it has begun it can be cancelled.
        """
        done: Future[None] = Future()

        def do() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                self._save(stored, None)
            except BaseException as error:
                done.set_exception(error)
                raise
            done.set_result(None)

        def give_up() -> None:
            if done.set_running_or_notify_cancel():
                done.set_exception(argus_mqtt.ShutDown(_ENDED))

        self._do(do, give_up)
        return done

    def connect(self) -> Waiting:
        """Try to connect now with the settings that there are."""
        return self._ask(self._try_now)

    def end(self, seconds: float) -> Future[ShutdownReport | None]:
        """End the client gracefully, and the thread; gives the report, or None where there was no client."""
        report: Future[ShutdownReport | None] = Future()
        self._do(lambda: self._end(seconds, report), lambda: report.set_result(None))
        return report

    def _ask(self, task: Callable[[Waiting], None]) -> Waiting:
        waiting: Waiting = Future()

        def do() -> None:
            try:
                task(waiting)
            except BaseException as error:
                waiting.set_exception(error)
                raise

        self._do(do, lambda: waiting.set_result(Outcome(online=False, reason=_ENDED)))
        return waiting

    def _do(self, task: Callable[[], None], give_up: Callable[[], None]) -> None:
        """Let the thread do something, or give up where it has ended."""
        with self._lock:
            if not self._is_over:
                self._tasks.append((task, give_up))
                with contextlib.suppress(BlockingIOError):  # It is awake already.
                    os.write(self._wake, b"\0")
                return
        give_up()

    # ---- On the thread ------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._has_ended:
                self._sleep()
                self._work()
        finally:
            with self._lock:
                self._is_over = True
                os.close(self._woken)
                os.close(self._wake)
            for _, give_up in self._tasks:
                give_up()

    def _work(self) -> None:
        while self._tasks:
            task, _ = self._tasks.popleft()
            self._guarded(task)
            if self._has_ended:
                return
        self._guarded(self._read)
        if time.monotonic() >= self._next_tick:
            self._next_tick = time.monotonic() + TICK_SECONDS
            self._guarded(self._tick)

    def _guarded(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Exception:  # noqa: BLE001  (a defect, or the database's: neither ends the connection)
            _log.log.exception("the MQTT service failed at something", extra={"event_type": "mqtt_service_error"})

    def _sleep(self) -> None:
        descriptors = [self._woken]
        if self.client is not None:
            with contextlib.suppress(argus_mqtt.ArgusMqttError):
                descriptors.append(self.client.fileno())
        left = max(0.0, self._next_tick - time.monotonic())
        poll = select.poll()
        for descriptor in descriptors:
            poll.register(descriptor, select.POLLIN)
        poll.poll(left * 1000)
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)

    def _read(self) -> None:
        if self.follower is not None:
            with contextlib.suppress(argus_mqtt.ShutDown):
                self.follower.read()

    def _end(self, seconds: float, report: Future[ShutdownReport | None]) -> None:
        self._has_ended = True
        try:
            given = self._drop_client(_ENDED, seconds)
        except argus_mqtt.ArgusMqttError as error:
            report.set_exception(error)
            return
        finally:
            # Before somebody is told, who may begin anew.
            self.is_owner = False
            if self._ownership is not None:
                self._ownership.release()
        report.set_result(given)
