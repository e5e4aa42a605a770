"""The member of the service that tests a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import argus_mqtt
from argus_mqtt._exporting import SAME_FOR_TEST

from . import _log, _waiting
from ._held import Held
from ._names import SETTINGS, settings_from

if TYPE_CHECKING:
    from argus_mqtt import ConnectionReport

TEST_SECONDS: Final = 10.0

_COLUMN_SETTINGS: Final = frozenset(SETTINGS.values())


class Trying(Held):
    """See the module."""

    async def test_connection(
        self,
        broker_host: str,
        broker_port: int,
        username: str | None = None,
        password: str | None = None,
        use_tls: bool = False,
    ) -> dict[str, Any]:
        """Test whether a broker accepts a connection, without affecting a running client.

        Without a password, the stored one is used for the same user of the same broker, over TLS or not as stored.
        What has no parameter here is as it is stored, such as the certificates to trust.

        Returns:
            `success`, and `message` for a person.
        """
        values = {"broker_host": broker_host, "broker_port": broker_port, "username": username, "use_tls": use_tls}
        settings = self._settings_to_test(values, password)
        test = _waiting.on_a_thread("argus-mqtt-test", lambda: argus_mqtt.test_connection(settings, TEST_SECONDS))
        success = False
        try:
            report = await _waiting.outcome(test, TEST_SECONDS + 1)
        except argus_mqtt.ArgusMqttError as error:
            message = str(error)
        else:
            success = report is not None and report.works
            message = _told(report) if not success else f"Connected to {broker_host}:{broker_port}"
        _log.info("test_connection", message, broker=f"{broker_host}:{broker_port}", success=success)
        return {"success": success, "message": message}

    def _settings_to_test(self, values: Mapping[str, object], password: str | None) -> argus_mqtt.Settings:
        """Add what is stored; the password, and a file with one, to the one alone whom it is for."""
        stored: Mapping[str, object] = (self._stored.settings if self._stored else None) or {}
        beside = {name: value for name, value in stored.items() if name not in _COLUMN_SETTINGS}
        is_same = all(stored.get(name) == values[name] for name in SAME_FOR_TEST)
        if password or not is_same:
            beside.pop("password_file", None)
        else:
            password = cast("str | None", stored.get("password"))
        return cast("argus_mqtt.Settings", {**settings_from({**values, "password": password}), **beside})


def _told(report: ConnectionReport | None) -> str:
    if report is None:
        return "The test did not end in time"
    return "; ".join(part for part in (report.cause, report.remedy) if part)
