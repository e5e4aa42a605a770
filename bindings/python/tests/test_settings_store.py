"""The settings in a row: what it holds, what a save makes of it, and with which keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from argus_mqtt.settings import Secrets, Store
from support.argusai_table import CREATE_047, ROW_047, ArgusAI, rows, upgrade
from support.settings_api import KEY, Api, running

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from argus_mqtt import Settings


@pytest.fixture
def api(argusai: Engine) -> Iterator[Api]:
    """Give the API on ArgusAI's row."""
    upgrade(argusai)
    with running(argusai, model=ArgusAI) as one:
        yield one


def test_a_row_of_argusai_is_what_a_client_runs_with(api: Api) -> None:
    content = api.get().json()
    assert content["faults"] == []
    assert content["effective"]["event_topic"] == "{topic_prefix}/camera/{camera}/event"
    assert content["effective"]["availability_topic"] == "liveobject/status"
    assert (content["retain_events"], content["homeassistant_discovery"]) == (True, True)
    assert api.stored_password() == "old secret"
    snapshot = api.store.load()
    assert snapshot
    assert (snapshot.version, snapshot.id) == (1, ROW_047["id"])


def test_a_save_stays_in_the_row_of_argusai_and_nothing_encrypts_twice(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.patch({"password": "new secret", "keep_alive_seconds": 77, "enabled": False})
    with api.session() as session:
        row = session.query(ArgusAI).one()
        assert row.id == ROW_047["id"]
        assert Secrets(KEY).decrypt(str(row.password)) == "new secret"
        monkeypatch.setenv("ENCRYPTION_KEY", KEY)
        assert row.get_decrypted_password() == "new secret"
        assert (row.version, row.other_settings) == (2, {"keep_alive_seconds": 77})
        assert (row.is_connected, row.messages_published) == (True, 42)


def test_only_saves_raise_the_version(api: Api) -> None:
    with api.session.begin() as session:
        session.query(ArgusAI).one().last_error = "something"
    assert api.get().headers["ETag"] == '"1"'
    api.patch({"qos": 0, "enabled": False})
    assert api.get().headers["ETag"] == '"2"'


def test_two_first_saves_make_one_row(database: Engine) -> None:
    upgrade(database)
    with running(database) as api:
        twin = Store(api.session, secrets=Secrets(KEY))
        load = api.store._rows.first

        def meanwhile(session: Any) -> Any:
            found = load(session)
            api.store._rows.first = load  # type: ignore[method-assign]
            wanted = _wanted(api, {"broker_host": "first", "enabled": False})
            twin.save(lambda _: wanted, None)
            return found

        api.store._rows.first = meanwhile  # type: ignore[method-assign]
        with pytest.raises(Exception, match="somebody else has saved settings at the same time"):
            api.store.save(lambda _: _wanted(api, {"broker_host": "second"}), None)
        assert [row["broker_host"] for row in rows(database)] == ["first"]


def _wanted(api: Api, settings: dict[str, Any]) -> Any:
    from argus_mqtt.settings._candidate import candidate

    return candidate(settings, api.store.blank, api.store.blank, None, "save")


def test_long_values_are_kept(database: Engine, settings: Settings) -> None:
    upgrade(database)
    with running(database) as api:
        long = {
            **settings,
            "enabled": False,
            "username": "u" * 5000,
            "password": "\N{SNOWMAN}" * 20_000,
            "topic_prefix": "t" * 3000,
            "birth_message": "b" * 256,
        }
        content = api.saved(long)
        assert {name: content[name] for name in long if name != "password"} == {
            name: value for name, value in long.items() if name != "password"
        }
        assert api.stored_password() == long["password"]


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("qos", 2, "qos"),
        ("broker_host", "mqtt://broker.example:1884", "broker_host"),
        ("topic_prefix", "a/#", "topic_prefix"),
        ("topic_prefix", "", "topic_prefix"),
        ("will_message", "online", "will_message"),
        ("username", "", "password"),
        ("other_settings", '{"keep_alive_seconds": 1}', "keep_alive_seconds"),
        ("other_settings", '{"gone_with_a_version": 1}', "gone_with_a_version"),
        ("password", "encrypted:damaged", "password"),
        ("broker_host", "", "broker_host"),
    ],
)
def test_what_an_old_row_holds_stops_nothing_and_is_told(api: Api, column: str, value: object, field: str) -> None:
    with api.session.begin() as session:
        session.execute(text(f"UPDATE mqtt_config SET {column} = :value"), {"value": value})  # noqa: S608
    content = api.get().json()
    assert {fault["field"] for fault in content["faults"]} == {field}
    api.mqtt.start(api.store)
    assert (
        (api.mqtt.client is not None)
        == (content["effective"] is not None)
        == (value != "" or column != "broker_host")
    )
    status = api.get("/status").json()
    assert [fault["field"] for fault in status["faults"]] == [field]
    if api.mqtt.client is None:
        assert status["state"] == "unusable"
        assert "broker_host" in status["message"]


@pytest.mark.parametrize("content", ["[1]", "5", '"x"', "true", "not JSON"])
def test_other_settings_that_are_no_object_stop_nothing(api: Api, content: str) -> None:
    if content == "not JSON" and api.session().get_bind().dialect.name == "postgresql":
        content = "[]"  # It takes no other.
    with api.session.begin() as session:
        session.execute(text("UPDATE mqtt_config SET other_settings = :value"), {"value": content})
    api.mqtt.start(api.store)
    assert api.mqtt.client
    told = api.get().json()
    assert [fault["field"] for fault in told["faults"]] == ["other_settings"]
    answer = api.patch({"keep_alive_seconds": 77})
    assert (answer.status_code, answer.json()["faults"]) == (200, [])
    assert api.get().json()["keep_alive_seconds"] == 77


def test_a_setting_that_this_version_does_not_know_keeps_no_one_from_saving(api: Api) -> None:
    with api.session.begin() as session:
        session.query(ArgusAI).one().other_settings = {"of_a_newer_version": 1, "keep_alive_seconds": 77}
    assert "of_a_newer_version" not in api.get().json()
    content = api.patch({"qos": 0}).json()
    assert (content["qos"], content["keep_alive_seconds"], content["faults"]) == (0, 77, [])


def test_a_save_of_something_else_does_not_change_an_empty_prefix(api: Api) -> None:
    with api.session.begin() as session:
        session.query(ArgusAI).one().topic_prefix = ""
    assert api.get().json()["topic_prefix"] == "liveobject"
    content = api.patch({"qos": 0}).json()
    assert (content["topic_prefix"], content["effective"]["topic_prefix"]) == ("liveobject", "liveobject")


def test_a_row_of_nothing_but_nulls_stops_nothing(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(CREATE_047.replace(" NOT NULL", "").replace("id VARCHAR(36)", "id VARCHAR(36) NOT NULL"))
        )
        connection.execute(text("INSERT INTO mqtt_config (id) VALUES ('x')"))
        connection.execute(text("UPDATE mqtt_config SET message_expiry_seconds = NULL, availability_topic = NULL"))
        connection.execute(text("UPDATE mqtt_config SET birth_message = NULL, will_message = NULL"))
    upgrade(database)
    with running(database, model=ArgusAI) as api:
        api.mqtt.start(api.store)
        content = api.get().json()
        assert content["stored"] is True
        assert (content["enabled"], content["effective"]) == (False, None)
        assert api.get("/status").json()["state"] == "off"
        content = api.patch({"broker_host": "localhost"}).json()
        assert (content["faults"], content["effective"]["message_expiry_seconds"]) == ([], 300)
        assert content["effective"]["topic_prefix"] == "liveobject"
    with database.connect() as connection:
        row = connection.execute(text("SELECT * FROM mqtt_config")).mappings().one()
    assert (row["qos"], row["topic_prefix"], row["birth_message"]) == (1, "liveobject", "online")


def test_keys_are_changed_without_entering_the_password_again(argusai: Engine) -> None:
    upgrade(argusai)
    newer = Fernet.generate_key().decode()
    session = sessionmaker(argusai)
    store = Store(session, model=ArgusAI, secrets=Secrets(newer, KEY))
    before = store.load()
    assert before
    assert before.stored.password == "old secret"
    assert store.reencrypt() is True
    assert store.reencrypt() is False
    after = Store(session, model=ArgusAI, secrets=Secrets(newer)).load()
    assert after
    assert (after.stored.password, after.version) == ("old secret", before.version)


def test_several_older_keys_can_be_in_the_environment(argusai: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(argusai)
    newest, older = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("ENCRYPTION_KEY", newest)
    monkeypatch.setenv("ENCRYPTION_KEY_PREVIOUS", f"{older}, {KEY}")
    store = Store(sessionmaker(argusai), model=ArgusAI)
    snapshot = store.load()
    assert snapshot
    assert snapshot.stored.password == "old secret"
    assert store.reencrypt() is True
    assert Secrets(newest).is_current(str(rows(argusai)[0]["password"]))


def test_with_a_lost_key_everything_but_the_password_goes_on(argusai: Engine) -> None:
    upgrade(argusai)
    with running(argusai, model=ArgusAI, secrets=Secrets(Fernet.generate_key().decode())) as api:
        api.mqtt.start(api.store)
        assert api.mqtt.client
        content = api.get().json()
        assert content["has_password"] is True
        assert [(fault["field"], fault["code"]) for fault in content["faults"]] == [("password", "unreadable")]
        stored = rows(argusai)[0]["password"]
        api.patch({"qos": 0})
        assert rows(argusai)[0]["password"] == stored
        answer = api.post("/test", {"broker_host": "localhost", "username": "argus"})
        assert answer.status_code == 422
        api.patch({"password": "entered again"})
        assert api.stored_password() == "entered again"
        assert api.get().json()["faults"] == []
