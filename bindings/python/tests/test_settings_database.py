"""A database that is locked, busy, or says nothing at all: an answer comes in time, and nothing is half saved."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from argus_mqtt.settings import MQTTConfig, OldTable, Secrets, Store, _addresses, _limits, _store, _work
from argus_mqtt.settings._standalone import Standalone
from support import DEADLINE, wait_until
from support.settings_api import FIRST, KEY, Api, running

if TYPE_CHECKING:
    from pathlib import Path

    from argus_mqtt import Settings
    from support.postgresql import PostgreSQL


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


def test_a_server_that_takes_no_connection_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_addresses, "_CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql+psycopg://argus@127.0.0.1:{silent.getsockname()[1]}/x"
        alone = Standalone(tmp_path, address)
        with pytest.raises(OperationalError, match="timeout"):
            alone.prepare()


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


@pytest.mark.usefixtures("soon")
def test_a_first_save_whose_commit_hangs_is_known_once_it_has_ended(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_limits, "LOCK_SECONDS", DEADLINE)
    monkeypatch.setattr(_limits, "STATEMENT_SECONDS", DEADLINE)
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE relation = CAST('mqtt_config' AS regclass) "
        "AND mode = 'ShareLock' AND NOT granted"
    )
    with engine.begin() as connection:
        # The row is not there for others as long as this waits.
        connection.execute(
            text(
                "CREATE FUNCTION work() RETURNS trigger LANGUAGE plpgsql "
                "AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END'"
            )
        )
        connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON mqtt_config DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION work()"
            )
        )
    with running(engine) as api, engine.connect() as holder, ThreadPoolExecutor() as pool:
        holder.execute(text("SELECT pg_advisory_xact_lock(1)"))
        with monkeypatch.context() as patch:
            patch.setattr(_work, "SECONDS", 1)
            assert api.put(dict(settings), **FIRST).status_code == 504
            assert api.mqtt.client is None
        monkeypatch.setattr(_work, "SECONDS", DEADLINE)
        # Before the server has come to the end of it.
        answer = pool.submit(api.get)
        # Another waits that was to find out for the save, and was given up.
        wait_until(lambda: answer.done() or holder.scalar(waiting) > 1, "the reader waits")
        assert not answer.done()
        holder.rollback()
        assert answer.result(DEADLINE).json()["stored"] is True
        assert api.mqtt.client
        api.mqtt.client.wait_online(DEADLINE)


def test_a_hosts_map_of_schemas_holds_for_the_wait_and_for_what_is_told(postgresql: PostgreSQL) -> None:
    engine = create_engine(postgresql.database())
    tenant = engine.execution_options(schema_translate_map={None: "tenant"})
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA tenant"))
    store = Store(sessionmaker(tenant), secrets=Secrets(KEY))
    with pytest.raises(OldTable, match="there is no table mqtt_config"):
        store.load()
    MQTTConfig.metadata.create_all(tenant)
    saved = store.save_first({"broker_host": "first"})
    assert store._rows.is_stored(saved), "whose writers are waited for"
    with tenant.begin() as connection:
        connection.execute(text("ALTER TABLE tenant.mqtt_config DROP COLUMN version"))
    with pytest.raises(OldTable, match="lacks version"):
        store.load()
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA tenant CASCADE"))
    engine.dispose()
