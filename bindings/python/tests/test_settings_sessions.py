"""Sessions as programs have them: of any isolation, shared by those who share a client, or for some tables alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from argus_mqtt import ShutDown
from argus_mqtt.settings import MQTTConfig, Secrets, Store, _writing
from support import DEADLINE
from support.argusai_table import upgrade
from support.settings_api import KEY, running

if TYPE_CHECKING:
    from argus_mqtt import Settings


@pytest.mark.parametrize("level", ["SERIALIZABLE", "REPEATABLE READ"])
def test_editors_at_once_are_told_whatever_the_isolation(engine: Engine, level: str) -> None:
    strict = sessionmaker(engine.execution_options(isolation_level=level))
    store = Store(strict, secrets=Secrets(KEY))
    store.save_first({"broker_host": "first", "enabled": False})
    with running(engine) as api:
        api_store, load = api.store, api.store._rows.first
        api_store._rows.session = strict

        def meanwhile(session: Session) -> Any:
            found = load(session)
            api_store._rows.first = load  # type: ignore[method-assign]
            with strict.begin() as other:
                other.execute(text("UPDATE mqtt_config SET version = version + 1"))
            return found

        api_store._rows.first = meanwhile  # type: ignore[method-assign]
        with pytest.raises(_writing.Conflict):
            api_store.save(lambda _: Nothing(), None)


def test_a_connection_that_commits_by_itself_stores_nothing_that_is_refused(engine: Engine) -> None:
    class Refusing:
        client = None

        def apply(self, settings: Any) -> None:  # noqa: ARG002
            raise ShutDown("not today")

    own = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    store = Store(sessionmaker(own), secrets=Secrets(KEY))
    store.save_first({"broker_host": "first"})
    with pytest.raises(ShutDown):
        store.save(lambda _: Nothing(), Refusing())
    found = store.load()
    assert found
    assert (found.version, found.columns["broker_host"]) == (1, "first")
    with own.connect() as connection:
        assert connection.connection.autocommit is True, "as the program has it"
    own.dispose()


def test_who_share_a_client_save_one_after_the_other(engine: Engine) -> None:
    order: list[object] = []
    is_off, go_on = threading.Event(), threading.Event()

    class Slow:
        client = None

        def apply(self, settings: Any) -> None:
            if settings is None:
                # It is stored by now that there is to be none.
                is_off.set()
                go_on.wait(DEADLINE)
            order.append(settings and "on")

    client, one, other = Slow(), *(Store(sessionmaker(engine), secrets=Secrets(KEY)) for _ in range(2))
    one.save_first({"broker_host": "first"})
    with ThreadPoolExecutor() as pool:
        off = pool.submit(one.save, lambda _: Enabled(is_on=False), client)
        assert is_off.wait(DEADLINE)
        on = pool.submit(other.save, lambda _: Enabled(is_on=True), client)
        wait((on,), 0.3)
        go_on.set()
        assert off.result(DEADLINE).version == 2
        assert on.result(DEADLINE).version == 3
    assert order == [None, "on"], "the client has what was stored last"


class Enabled:
    """A change of one column."""

    def __init__(self, *, is_on: bool) -> None:
        """Take what to store."""
        self._is_on = is_on

    def write(self, row: Any, secrets: Secrets) -> None:  # noqa: ARG002
        """Change it."""
        row.enabled = self._is_on


class Nothing:
    """A change of one column."""

    def write(self, row: Any, secrets: Secrets) -> None:  # noqa: ARG002
        """Change it."""
        row.broker_host = "second"


def test_a_session_that_knows_where_each_table_is_can_save(database: Engine, settings: Settings) -> None:
    upgrade(database)
    store = Store(sessionmaker(binds={MQTTConfig: database}), secrets=Secrets(KEY))
    store.save_first(dict(settings))
    assert store.reencrypt() is False
    found = store.load()
    assert found
    assert found.columns["broker_host"] == settings["broker_host"]
