"""ArgusAI's MQTT service: the members that its other parts call, on a client of this package."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Generator, Mapping
from concurrent.futures import TimeoutError as FutureTimedOut
from typing import TYPE_CHECKING, Any, Final, cast

import argus_mqtt
from argus_mqtt import _arguments

from . import _log, _waiting
from ._condition import Condition
from ._ending import say_ended
from ._publishing import Publishing
from ._row import ConfigRow, StoredSettings, read_row
from ._trying import Trying

if TYPE_CHECKING:
    from ._held import ConnectCallback, DisconnectCallback

INITIALIZE_SECONDS: Final = 2.0
CONNECT_SECONDS: Final = 10.0
DISCONNECT_SECONDS: Final = 4.0
APPLY_SECONDS: Final = 10.0


class MQTTService(Publishing, Trying, Condition):
    """The connection of ArgusAI to its broker.

    Any thread and any event loop may use it: no member waits on one loop for another, and none blocks a loop. Of
    several worker processes with the same settings one has the connection; in the others `publish` returns False.
    """

    def set_on_connect_callback(self, callback: ConnectCallback | None) -> None:
        """Call a function after each connect, on a thread without an event loop; soon, if there is a connection."""
        if callback is not None:
            _arguments.plain_function("callback", callback)
        self._on_connect = callback
        client = self._the_client
        if client is not None:
            self._call_on_connect(client)

    def set_on_disconnect_callback(self, callback: DisconnectCallback | None) -> None:
        """Call a function with the reason after each loss of the connection, on the thread of the other callback."""
        if callback is not None:
            _arguments.plain_function("callback", callback)
        self._on_disconnect = callback
        client = self._the_client
        if client is not None:
            self._call_on_disconnect(client)

    async def initialize(self) -> bool:
        """Load the settings, and connect if they say so.

        Returns with the outcome of the first attempt, after two seconds at most; it keeps trying by itself.

        Returns:
            Whether there is a connection. False also if there are no settings, if MQTT is disabled in them, and if
            another worker has the connection. Never raises, whatever the settings or the broker.
        """
        _log.info("init_start", "the settings of MQTT are loaded")
        worker = self._a_worker()
        try:
            outcome = await _waiting.outcome(worker.initialize(), INITIALIZE_SECONDS)
        except Exception as error:  # noqa: BLE001  (whatever it is, ArgusAI can start without MQTT)
            _log.warning("init_failed", f"MQTT could not be started: {error}", error=str(error))
            return False
        if outcome is not None and outcome.online:
            _log.info("connected", f"connected to {worker.broker}", broker=worker.broker)
            return True
        if worker.client is not None:
            reason = outcome.reason if outcome else "the broker has not answered yet"
            _log.warning("init_failed", f"not connected yet, and keeps trying: {reason}", error=reason)
        return False

    async def connect(self) -> bool:
        """Connect now, with the settings that are loaded.

        Returns:
            True.

        Raises:
            ValueError: There are no settings that could be used.
            ConnectionError: There is no connection after ten seconds, or the first attempt failed; the text says why.
                It keeps trying.
        """
        stored = self._stored
        if stored is None or stored.settings is None:
            raise ValueError("MQTT has no settings: call initialize() or update_config() first")
        worker = self._worker
        waiting = (
            worker.connect()
            if worker is not None
            else self._a_worker().apply(dataclasses.replace(stored, enabled=True))
        )
        outcome = await _waiting.outcome(waiting, CONNECT_SECONDS)
        if outcome is not None and outcome.online:
            return True
        reason = (outcome.reason if outcome else self.last_error) or f"no answer within {CONNECT_SECONDS:g} s"
        raise ConnectionError(reason)

    async def disconnect(self) -> None:
        """End the connection gracefully, within four seconds: send what is queued, and publish the offline message.

        `initialize()` and `connect()` start it again.
        """
        worker = self._without_worker()
        if worker is not None:
            _log.info("disconnecting", "the connection is ended", broker=worker.broker)
            ending = worker.end(DISCONNECT_SECONDS)
            with _logged():
                say_ended(worker.broker, await _waiting.outcome(ending, DISCONNECT_SECONDS + 1))
        _log.info("disconnected", "MQTT is disconnected")

    def cleanup(self) -> None:
        """End the connection from any thread, within a second; for a singleton that is reset."""
        worker = self._without_worker()
        if worker is not None:
            with _logged():
                say_ended(worker.broker, worker.end(1.0).result(2.0))

    async def update_config(self, config: ConfigRow) -> bool:
        """Apply a row of settings that was saved, without a restart. Queued messages are kept.

        If the settings have not changed, the connection is kept. If another worker has it, that worker is notified.

        Args:
            config: The row, which is copied immediately.

        Returns:
            Whether the result is as wanted: there is a connection within two seconds, or none is wanted.

        Raises:
            TypeError: It is no row, and nothing was changed.
        """
        stored = read_row(config)
        worker = self._a_worker()
        outcome = await _waiting.outcome(worker.apply(stored), INITIALIZE_SECONDS)
        _log.info("config_updated", "MQTT has new settings", broker=worker.broker, enabled=stored.enabled)
        return not stored.enabled or not worker.is_owner or (outcome is not None and outcome.online)

    @property
    def client(self) -> argus_mqtt.Client | None:
        """The client of this process; None if there is none.

        Together with `apply` it lets `argus_mqtt.settings.settings_router` run this service.
        """
        return self._the_client

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Apply valid settings by the library's names; None ends the connection. Blocks briefly.

        Raises:
            InvalidSettings: They have faults after all, such as a file that no longer exists.
            ShutDown: The service was ended meanwhile.
            TimedOut: They were not in force within ten seconds. The service continues as before; for None, it still
                ends the connection as soon as it can.
        """
        given = None if settings is None else cast("argus_mqtt.Settings", dict(settings))
        faults = () if given is None else argus_mqtt.check_settings(given).faults
        if faults:
            raise argus_mqtt.InvalidSettings("; ".join(map(str, faults)), faults)
        worker = self._a_worker()
        before = worker.stored or StoredSettings(enabled=False, settings=None, faults=())
        done = worker.put_in_force(StoredSettings(settings is not None, given, ()))
        try:
            done.result(APPLY_SECONDS)
        except FutureTimedOut:
            if given is not None and not done.cancel():
                # It is too late to keep them from coming into force, and whoever asked is told that they have not.
                done.add_done_callback(lambda _: worker.put_in_force(before))
            raise argus_mqtt.TimedOut(
                f"the MQTT service did not take the settings within {APPLY_SECONDS:g} s"
            ) from None


@contextlib.contextmanager
def _logged() -> Generator[None]:
    """Log what keeps a connection from its end: the program ends all the same."""
    try:
        yield
    except Exception as error:  # noqa: BLE001
        _log.warning("offline_error", f"the connection was not ended: {error or type(error).__name__}")
