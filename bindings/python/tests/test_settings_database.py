"""A database that is locked, busy, or says nothing at all: an answer comes in time, and nothing is half saved."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from argus_mqtt import ShutDown
from argus_mqtt.settings import MQTTConfig, Secrets, Store, _addresses, _limits, _store, _work, _writing
from argus_mqtt.settings._standalone import Standalone
from support import DEADLINE, wait_until
from support.argusai_table import upgrade
from support.settings_api import KEY, Api, running

if TYPE_CHECKING:
    from pathlib import Path

    from argus_mqtt import Settings
    from support.postgresql import PostgreSQL


@pytest.fixture
def engine(postgresql: PostgreSQL) -> Iterator[Engine]:
    """Give an empty table in PostgreSQL."""
    engine = create_engine(postgresql.database())
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def api(engine: Engine, settings: Settings) -> Iterator[Api]:
    """Give the API on PostgreSQL, with settings that the client is online with."""
    with running(engine) as api:
        api.saved(dict(settings))
        assert api.mqtt.client
        api.mqtt.client.wait_online(DEADLINE)
        yield api


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Iterator[None]:  # noqa: ARG001  (its end is to be after this)
    """Let waiting end earlier than it does."""
    monkeypatch.setattr(_limits, "LOCK_SECONDS", 0.3)
    yield
    monkeypatch.undo()
    wait_until(nobody_waits, "whoever was given up ends")


def nobody_waits() -> bool:
    """Tell whether no step is left."""
    return all(thread.name != "argus-mqtt-database" for thread in threading.enumerate())


def topic(api: Api) -> str:
    """Give the topic that tells which settings the client has."""
    assert api.mqtt.client
    return api.mqtt.client.status().availability_topic


def goes_on_with(api: Api, expected: str) -> None:
    """Wait until the client is online with the settings that have this topic."""
    assert api.mqtt.client
    wait_until(lambda: topic(api) == expected, f"the client says on {expected} that it is online")
    api.mqtt.client.wait_online(DEADLINE)


@pytest.mark.usefixtures("soon")
def test_a_locked_row_is_told_and_nothing_has_changed(api: Api, engine: Engine) -> None:
    before, before_topic = api.get(), topic(api)
    with engine.connect() as other:
        other.execute(text("UPDATE mqtt_config SET last_error = 'open'"))
        for _ in range(3):
            answer = api.patch({"availability_topic": "new/topic"})
            assert answer.status_code == 503, answer.text
            assert "something else has locked the settings" in answer.json()["detail"]
        assert api.get().content == before.content
        assert topic(api) == before_topic
        assert api.mqtt.client
        assert api.mqtt.client.status().connection_attempts == 1, "the client was left alone"
    assert api.patch({"availability_topic": "new/topic"}).status_code == 200
    goes_on_with(api, "new/topic")


@pytest.mark.usefixtures("soon")
def test_a_locked_table_is_told_by_every_route(api: Api, engine: Engine) -> None:
    with engine.connect() as other:
        other.execute(text("LOCK TABLE mqtt_config"))
        for method, path in (("GET", ""), ("PUT", ""), ("POST", "/check"), ("POST", "/publish-discovery")):
            answer = api.http.request(method, f"/api/v1/settings/mqtt{path}", json={}, headers={"If-Match": "*"})
            assert answer.status_code == 503, (method, path, answer.text)
            assert "something else has locked the settings" in answer.json()["detail"]
        status = api.get("/status").json()
        assert (status["state"], status["client"]["state"]) == ("database", "online")
        assert "locked" in status["message"]
    assert api.get("/status").json()["state"] == "online"


@pytest.mark.usefixtures("soon")
def test_saves_behind_one_that_hangs_are_answered_too(
    api: Api, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_store, "_TURN_SECONDS", 0.05)
    with engine.connect() as other, ThreadPoolExecutor() as pool:
        other.execute(text("UPDATE mqtt_config SET last_error = 'open'"))
        answers = list(pool.map(lambda qos: api.patch({"qos": qos}, if_match="*"), [0, 1, 0, 1]))
    assert {answer.status_code for answer in answers} == {503}
    told = " ".join(answer.json()["detail"] for answer in answers)
    assert "something else has locked the settings" in told
    assert "other saves have not ended" in told


def test_the_limits_are_those_of_the_transaction_alone_and_shorter_ones_stay(engine: Engine) -> None:
    def limits(session: Session) -> dict[str, str]:
        found = session.execute(text("SELECT name, setting FROM pg_settings WHERE name LIKE '%_timeout'"))
        return {name: setting for name, setting in found if name in {"lock_timeout", "statement_timeout"}}

    only = sessionmaker(engine)
    with only() as session:
        before = limits(session)
    assert before == {"lock_timeout": "0", "statement_timeout": "0"}
    with _work.Work(only(), MQTTConfig) as work:
        assert work.do(limits) == {"lock_timeout": "3000", "statement_timeout": "5000"}
    with only() as session:
        assert limits(session) == before, "the host's own"
        session.execute(text("SET statement_timeout = 1234; SET lock_timeout = 99999"))
        session.commit()
    with _work.Work(only(), MQTTConfig) as work:
        assert work.do(limits) == {"lock_timeout": "3000", "statement_timeout": "1234"}


@pytest.mark.usefixtures("soon")
def test_a_server_that_says_nothing_is_told_and_then_all_is_as_before(
    api: Api, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, before_topic = api.get(), topic(api)
    with postgresql.paused(), monkeypatch.context() as patch:
        patch.setattr(_work, "SECONDS", 0.5)
        for answer in (api.put({"broker_host": "other"}, if_match="*"), api.get()):
            assert answer.status_code == 503
            assert "has not answered for 0.5 s" in answer.json()["detail"]
        assert api.get("/status").json()["state"] == "database"
        goes_on_with(api, before_topic)
    wait_until(lambda: api.get().status_code == 200, "the database answers again")
    assert api.get().content == before.content
    goes_on_with(api, before_topic)
    assert api.patch({"availability_topic": "new/topic"}).status_code == 200


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("comes_back", [True, False])
def test_a_save_that_was_not_confirmed_is_what_the_client_has_once_it_is_known(
    api: Api, engine: Engine, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    before, before_topic = api.get(), topic(api)
    paused: list[int] = []

    def lose(_: Any) -> None:
        # Before the server hears of the commit; where it is ended then, it never does.
        if paused:
            return
        with engine.connect() as other:
            paused.extend(other.scalars(text("SELECT pid FROM pg_stat_activity WHERE state LIKE 'idle in%'")))
            if not comes_back:
                other.execute(text("SELECT pg_terminate_backend(pid) FROM unnest(:all) AS pid"), {"all": paused})
        if comes_back:
            monkeypatch.setattr(_work, "SECONDS", 0.5)
            postgresql.pause()

    event.listen(engine, "commit", lose)
    try:
        answer = api.patch({"availability_topic": "new/topic"})
        assert paused
        assert answer.status_code == (504 if comes_back else 503), answer.text
        goes_on_with(api, before_topic)
        if comes_back:
            assert "load them again to see" in answer.json()["detail"]
    finally:
        event.remove(engine, "commit", lose)
        monkeypatch.setattr(_work, "SECONDS", DEADLINE)
        postgresql.resume()
    wait_until(lambda: api.get().status_code == 200, "the database answers again")
    last = api.get()
    assert last.status_code == 200, last.text
    stored = last.json()["availability_topic"]
    assert stored == ("new/topic" if comes_back else before.json()["availability_topic"])
    goes_on_with(api, "new/topic" if comes_back else before_topic)


@pytest.mark.parametrize("level", ["SERIALIZABLE", "REPEATABLE READ"])
def test_editors_at_once_are_told_whatever_the_isolation(engine: Engine, level: str) -> None:
    strict = sessionmaker(engine.execution_options(isolation_level=level))
    store = Store(strict, secrets=Secrets(KEY))
    store.save_first({"broker_host": "first", "enabled": False})
    with running(engine) as api:
        api_store, load = api.store, api.store._row
        api_store._session = strict

        def meanwhile(session: Session) -> Any:
            found = load(session)
            api_store._row = load  # type: ignore[method-assign]
            with strict.begin() as other:
                other.execute(text("UPDATE mqtt_config SET version = version + 1"))
            return found

        api_store._row = meanwhile  # type: ignore[method-assign]
        with pytest.raises(_writing.Conflict):
            api_store.save(lambda _: Nothing(), None)


def test_a_server_that_takes_no_connection_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_addresses, "_CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql+psycopg://argus@127.0.0.1:{silent.getsockname()[1]}/x"
        alone = Standalone(tmp_path, address)
        with pytest.raises(OperationalError, match="timeout"):
            alone.prepare()


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


def test_a_pool_that_is_used_up_does_not_keep_one_waiting(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    small = create_engine(engine.url, pool_size=1, max_overflow=0)
    store = Store(sessionmaker(small), secrets=Secrets(KEY))
    begun = time.monotonic()
    with small.connect(), monkeypatch.context() as patch:
        patch.setattr(_work, "SECONDS", 0.5)
        with pytest.raises(_work.NoAnswer):
            store.load()
    assert time.monotonic() - begun < 29, "that is the pool's own"
    wait_until(nobody_waits, "whoever was given up ends")
    assert store.load() is None
    small.dispose()
