"""The connection test of ArgusAI's routes: success or not, and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import HTTPException

from argus_mqtt._connection_test import test_connection
from argus_mqtt._errors import InvalidSettings
from argus_mqtt.argusai import _row

from . import _trial
from ._limiter import Limiter
from ._old_bodies import Done

if TYPE_CHECKING:
    from argus_mqtt._settings_fields import Settings

    from ._old_bodies import OldTest
    from ._parts import Parts


class OldTests:
    """Makes them, no more often than the test of the other routes."""

    def __init__(self, parts: Parts) -> None:
        """Take what is stored."""
        self._store = parts.store
        self._limiter = Limiter(_trial.MOST_A_MINUTE, 60.0)

    def test(self, wanted: OldTest) -> Done:
        """Try a connection. The stored password is used for what it was stored for alone."""
        password = wanted.password or self._stored_password(wanted)
        found = _row.stored_settings({**wanted.model_dump(), "password": password}, enabled=True)
        if found.settings is None:
            return Done(success=False, message="; ".join(map(str, found.faults)))
        try:
            with self._limiter.turn():
                return self._result(found.settings)
        except HTTPException as error:  # This route has no other status than 200.
            return Done(success=False, message=str(error.detail))
        except InvalidSettings as error:
            return Done(success=False, message=str(error))

    def _result(self, settings: Settings) -> Done:
        report = _trial.without_quotes(test_connection(settings, _trial.SECONDS), settings)
        if report["works"]:
            return Done(success=True, message=f"Connected to {report['broker']} with MQTT {report['protocol']}")
        return Done(success=False, message=f"{report['cause']}; {report['remedy']}")

    def _stored_password(self, wanted: OldTest) -> str | None:
        snapshot = self._store.load()
        if snapshot is None:
            return None
        names = ("broker_host", "broker_port", "username", "use_tls")
        is_same = all((getattr(wanted, name) or None) == (snapshot.columns[name] or None) for name in names)
        return snapshot.stored.password if is_same else None
