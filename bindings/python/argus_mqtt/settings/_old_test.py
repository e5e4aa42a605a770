"""The connection test of ArgusAI's routes: success or failure, and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import HTTPException

from argus_mqtt._connection_test import test_connection
from argus_mqtt._errors import InvalidSettings
from argus_mqtt._exporting import SAME_FOR_TEST
from argus_mqtt.argusai import _row

from . import _trial
from ._old_bodies import Done

if TYPE_CHECKING:
    from argus_mqtt._errors import Fault
    from argus_mqtt._settings_fields import Settings

    from ._old_bodies import OldTest
    from ._parts import Parts
    from ._snapshot import Snapshot


class OldTests:
    """Runs these tests, and shares one limit with the other routes."""

    def __init__(self, parts: Parts) -> None:
        """Take the store."""
        self._store = parts.store
        self._limiter = _trial.limiter(parts.store)

    def test(self, wanted: OldTest) -> Done:
        """Test a connection with the fields of the request and, for everything else, what is stored.

        A stored password or password file is used only for the broker and username that it was stored for.
        """
        snapshot = self._store.load()
        others = (
            {name: value for name, value in snapshot.stored.settings.items() if value is not None} if snapshot else {}
        )
        password = wanted.password
        if not password and snapshot is not None and _is_same(wanted, snapshot):
            password = snapshot.stored.password
        else:
            others.pop("password_file", None)
        found = _row.stored_settings({**wanted.model_dump(), "password": password}, enabled=True, others=others)
        if found.settings is None:
            return Done(success=False, message="; ".join(map(str, found.faults)))
        try:
            with self._limiter.turn():
                return self._result(found.settings, found.faults)
        except HTTPException as error:  # This route has no other status than 200.
            return Done(success=False, message=str(error.detail))
        except InvalidSettings as error:
            return Done(success=False, message=str(error))

    def _result(self, settings: Settings, faults: tuple[Fault, ...]) -> Done:
        report = _trial.without_quotes(test_connection(settings, _trial.SECONDS), settings)
        if report["works"]:
            return Done(success=True, message=f"Connected to {report['broker']} with MQTT {report['protocol']}")
        return Done(success=False, message="; ".join(map(str, (report["cause"], report["remedy"], *faults))))


def _is_same(wanted: OldTest, snapshot: Snapshot) -> bool:
    return all((getattr(wanted, name) or None) == (snapshot.columns[name] or None) for name in SAME_FOR_TEST)
