"""ArgusAI's own routes: what its page and its scripts send and read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from argus_mqtt.settings import ManagedClient, Secrets, Store, argusai_router, migration
from argus_mqtt.settings._old_bodies import OldUpdate
from support import DEADLINE
from support.answering import Answering
from support.argusai_table import ArgusAI
from support.settings_api import KEY, TOKEN, authorize

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from argus_mqtt import Settings
    from support.subscriber import Subscriber

PATH = "/api/v1/integrations/mqtt"

DEFAULTS = {
    "broker_host": "",
    "broker_port": 1883,
    "username": None,
    "topic_prefix": "liveobject",
    "discovery_prefix": "homeassistant",
    "discovery_enabled": True,
    "qos": 1,
    "enabled": False,
    "retain_messages": True,
    "use_tls": False,
    "message_expiry_seconds": 300,
    "availability_topic": "",
    "birth_message": "online",
    "will_message": "offline",
    "id": "",
    "has_password": False,
    "created_at": None,
    "updated_at": None,
}


class Old:
    """The routes, and what is behind them."""

    def __init__(self, http: TestClient, mqtt: ManagedClient, store: Store) -> None:
        """Take them."""
        self.http, self.mqtt, self.store = http, mqtt, store

    def put(self, **settings: Any) -> dict[str, Any]:
        """PUT settings, which are taken."""
        answer = self.http.put(f"{PATH}/config", json=settings)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def get(self, path: str) -> dict[str, Any]:
        """GET what is there."""
        answer = self.http.get(PATH + path)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        """POST what is answered by 200."""
        answer = self.http.post(PATH + path, json=content)
        assert answer.status_code == 200, answer.text
        answered: dict[str, Any] = answer.json()
        return answered


@pytest.fixture
def old(database: Engine) -> Iterator[Old]:
    """Give the routes on an empty table."""
    with database.begin() as connection:
        migration.upgrade(connection)
    session, secrets, mqtt, app = sessionmaker(database), Secrets(KEY), ManagedClient(), FastAPI()
    app.include_router(
        argusai_router(
            session=session,
            client=mqtt,
            authorize=authorize,
            cameras=lambda: [{"id": "front"}, {"id": "back"}],
            model=ArgusAI,
            secrets=secrets,
        )
    )
    with TestClient(app, headers=TOKEN) as http:
        yield Old(http, mqtt, Store(session, model=ArgusAI, secrets=secrets))
    mqtt.shutdown(0)


def test_without_a_row_there_are_defaults(old: Old) -> None:
    assert old.get("/config") == DEFAULTS
    assert old.get("/status") == {
        "connected": False,
        "broker": None,
        "last_connected_at": None,
        "messages_published": 0,
        "last_error": None,
        "reconnect_attempt": 0,
    }


def test_put_replaces_everything_but_the_password(old: Old) -> None:
    first = old.put(broker_host="localhost", broker_port="1", username="u", password="p", qos=0, use_tls=False)
    assert {name: first[name] for name in ("broker_port", "qos", "enabled", "has_password")} == {
        "broker_port": 1,
        "qos": 0,
        "enabled": True,
        "has_password": True,
    }
    second = old.put(broker_host="localhost", broker_port=1, username="v", password="", enabled=False)
    kept = ("id", "created_at", "has_password")
    assert {name: second[name] for name in kept} == {name: first[name] for name in kept}
    assert second == {**DEFAULTS, **{name: second[name] for name in (*kept, "updated_at")}} | {
        "broker_host": "localhost",
        "broker_port": 1,
        "username": "v",
        "enabled": False,
    }
    assert old.get("/config") == second
    snapshot = old.store.load()
    assert snapshot
    assert (snapshot.stored.password, snapshot.version) == ("p", 2)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"broker_host": "localhost", "qos": 2}, "qos"),
        ({"broker_host": "mqtt://localhost:1"}, "broker_host"),
        ({"broker_host": "localhost", "topic_prefix": "a/#"}, "topic_prefix"),
        ({"broker_host": "localhost", "birth_message": "x", "will_message": "x"}, "will_message"),
        ({"broker_host": "localhost", "password": "alone"}, "password"),
        ({"broker_host": "localhost", "topic_prefix": ""}, "topic_prefix"),
    ],
)
def test_what_it_always_took_is_stored_and_reported(
    old: Old, settings: dict[str, Any], field: str, caplog: pytest.LogCaptureFixture
) -> None:
    content = old.put(**settings)
    assert {name: content[name] for name in settings if name != "password"} == {
        name: value for name, value in settings.items() if name != "password"
    }
    snapshot = old.store.load()
    assert snapshot
    assert [fault.field for fault in snapshot.stored.faults] == [field]
    assert f"stored settings: {field}: " in caplog.text
    assert "alone" not in caplog.text
    assert old.mqtt.client


@pytest.mark.parametrize(
    "change",
    [
        {"broker_host": ""},
        {"broker_host": "h" * 256},
        {"broker_port": 0},
        {"broker_port": 65536},
        {"username": "u" * 101},
        {"password": "correct horse" * 50},
        {"topic_prefix": "t" * 101},
        {"discovery_prefix": "t" * 101},
        {"qos": 3},
        {"qos": None},
        {"enabled": "perhaps"},
        {"message_expiry_seconds": 59},
        {"message_expiry_seconds": 3601},
        {"availability_topic": "t" * 256},
        {"birth_message": "b" * 101},
        {"will_message": "b" * 101},
    ],
)
def test_what_it_never_took_is_refused(old: Old, change: dict[str, Any]) -> None:
    answer = old.http.put(f"{PATH}/config", json={"broker_host": "localhost", **change})
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["body", next(iter(change))]]
    assert "horse" not in answer.text
    assert old.get("/config") == DEFAULTS


def test_a_save_moves_the_running_client_and_the_status_tells(old: Old, settings: Settings) -> None:
    old.put(broker_host="localhost", broker_port=1)
    client = old.mqtt.client
    old.put(**settings)
    assert client
    assert old.mqtt.client is client
    client.wait_online(DEADLINE)
    client.publish_event("front", {}).wait(DEADLINE)
    status = old.get("/status")
    assert (status["connected"], status["broker"]) == (True, f"127.0.0.1:{settings['broker_port']}")
    assert status["messages_published"] == 1
    assert status["last_connected_at"].endswith("+00:00")
    old.put(**settings, enabled=False)
    assert old.mqtt.client is None
    assert old.get("/status")["connected"] is False


def test_events_go_to_the_topics_of_argusai(old: Old, settings: Settings, subscriber: Subscriber) -> None:
    old.put(**settings)
    assert old.mqtt.client
    old.mqtt.client.publish_event("front", {})
    subscriber.expect_count(f"{settings['topic_prefix']}/camera/front/event", 1)


def test_the_connection_test_says_success_or_why_not(old: Old, settings: Settings) -> None:
    given = {"broker_host": "127.0.0.1", "broker_port": settings["broker_port"]}
    assert old.post("/test", **given) == {
        "success": True,
        "message": f"Connected to 127.0.0.1:{settings['broker_port']} with MQTT 5",
    }
    content = old.post("/test", broker_host="127.0.0.1", broker_port=1)
    assert content["success"] is False
    assert "refused" in content["message"]
    assert old.post("/test", broker_host="a b")["success"] is False
    with Answering(b"220 Zebra\r\n") as server:
        content = old.post("/test", broker_host="127.0.0.1", broker_port=server.port)
    assert "is not an MQTT broker" in content["message"]
    assert "Zebra" not in content["message"]
    messages = [old.post("/test", broker_host="127.0.0.1", broker_port=1)["message"] for _ in range(8)]
    assert "10 tests were made" in messages[-1]
    assert old.http.post(f"{PATH}/test", json={}).status_code == 422
    assert old.get("/config") == DEFAULTS


def test_the_stored_password_is_tried_with_what_it_was_stored_for(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def note(settings: Any, _timeout: float) -> Any:
        tried.append(settings.get("password"))
        raise RuntimeError("noted")

    monkeypatch.setattr("argus_mqtt.settings._old_test.test_connection", note)
    same = {"broker_host": "127.0.0.1", "broker_port": 1, "username": "u"}
    old.put(**same, password="p", enabled=False)
    for change in ({}, {"password": ""}, {"password": "q"}, {"broker_port": 2}, {"username": "v"}, {"use_tls": True}):
        with pytest.raises(RuntimeError, match="noted"):
            old.post("/test", **{**same, **change})
    assert tried == ["p", "p", "q", None, None, None]


def test_the_test_uses_what_is_stored_beside_its_fields(
    old: Old, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []

    def note(settings: Any, _timeout: float) -> Any:
        tried.append(settings)
        raise RuntimeError("noted")

    monkeypatch.setattr("argus_mqtt.settings._old_test.test_connection", note)
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    fingerprint = "ab" * 32
    others = {"tls_fingerprint": fingerprint, "password_file": str(secret), "connect_timeout_seconds": 7}
    same = {"broker_host": "127.0.0.1", "broker_port": 1, "username": "u", "use_tls": True}
    old.put(**same, enabled=False)
    with old.store._rows.session() as session:
        session.query(ArgusAI).one().other_settings = others
        session.commit()
    for change in ({}, {"broker_host": "localhost"}, {"password": "typed"}):
        with pytest.raises(RuntimeError, match="noted"):
            old.post("/test", **{**same, **change})
    assert [one["tls_fingerprint"] for one in tried] == [fingerprint] * 3
    assert [one["connect_timeout_seconds"] for one in tried] == [7] * 3
    assert [one.get("password_file") for one in tried] == [str(secret), None, None]


@pytest.mark.parametrize("value", ["NaN", "1e999", '"\\ud800"', "1e2", "null", '{"a": [1]}', '"a\\u0000b"'])
def test_values_of_any_kind_are_taken_or_refused_in_json(old: Old, value: str) -> None:
    for field in ("broker_port", "topic_prefix", "username", "message_expiry_seconds"):
        body = f'{{"broker_host": "localhost", "enabled": false, "{field}": {value}}}'
        for method, path in (("PUT", "/config"), ("POST", "/test")):
            if path == "/test" and value in {"1e2", "null"}:
                continue  # They are taken, and there are ten tests a minute.
            answer = old.http.request(method, PATH + path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code in {200, 422}, (field, answer.text)
            answer.json()


def test_a_test_message_needs_a_connection(old: Old, settings: Settings, subscriber: Subscriber) -> None:
    assert old.http.post(f"{PATH}/test-message").status_code == 503
    old.put(broker_host="127.0.0.1", broker_port=1)
    answer = old.http.post(f"{PATH}/test-message")
    assert answer.status_code == 503
    assert isinstance(answer.json()["detail"], str)
    old.put(**settings)
    assert old.mqtt.client
    old.mqtt.client.wait_online(DEADLINE)
    content = old.post("/test-message")
    topic = f"{settings['topic_prefix']}/test"
    assert (content["success"], content["topic"]) == (True, topic)
    subscriber.expect_count(topic, 1)


def test_cameras_are_announced(old: Old, settings: Settings) -> None:
    assert old.http.post(f"{PATH}/publish-discovery").status_code == 503
    prefix = f"{settings['topic_prefix']}/discovery"
    wanted: dict[str, Any] = {**settings, "discovery_prefix": prefix}
    old.put(**wanted)
    assert old.mqtt.client
    old.mqtt.client.wait_online(DEADLINE)
    assert old.post("/publish-discovery") == {
        "success": True,
        "message": "2 cameras were announced",
        "cameras_published": 2,
    }
    old.put(**{**wanted, "discovery_enabled": False})
    old.mqtt.client.wait_online(DEADLINE)
    assert old.http.post(f"{PATH}/publish-discovery").status_code == 400


def test_who_is_not_authorized_is_refused(old: Old) -> None:
    paths = old.http.get("/openapi.json").json()["paths"]
    routes = [(path, method) for path, item in paths.items() for method in item]
    assert {path.removeprefix(PATH) for path, _ in routes} == {
        "/config",
        "/status",
        "/test",
        "/test-message",
        "/publish-discovery",
    }
    for path, method in routes:
        assert old.http.request(method, path, headers={"X-Token": "guess"}).status_code == 401


def test_a_refused_body_comes_back_without_its_password(old: Old) -> None:
    for body in ({"password": "hunter2"}, {"broker_host": {"password": "hunter2"}}, ["hunter2"]):
        for path in ("/config", "/test"):
            method = "PUT" if path == "/config" else "POST"
            answer = old.http.request(method, PATH + path, json=body)
            assert answer.status_code == 422
            assert "hunter2" not in answer.text


def test_saves_at_the_same_time_both_succeed(old: Old, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    old.put(broker_host="localhost", enabled=False)
    write, others = OldUpdate.write, [7]

    def somebody_else_was_faster(update: OldUpdate, row: ArgusAI, secrets: Secrets) -> None:
        if others:
            with database.begin() as connection:
                connection.execute(text("UPDATE mqtt_config SET version = :version"), {"version": others.pop()})
        write(update, row, secrets)

    monkeypatch.setattr(OldUpdate, "write", somebody_else_was_faster)
    old.put(broker_host="otherhost", enabled=False)
    assert old.get("/config")["broker_host"] == "otherhost"
    snapshot = old.store.load()
    assert snapshot
    assert snapshot.version == 8


def test_the_status_needs_no_database(old: Old, database: Engine, unreachable: Settings) -> None:
    with database.begin() as connection:
        connection.execute(text("DROP TABLE mqtt_config"))
    status = old.get("/status")
    assert (status["connected"], status["broker"]) == (False, None)
    assert "there is no table mqtt_config" in status["last_error"]
    old.mqtt.apply(unreachable)
    assert old.get("/status")["broker"] == f"127.0.0.1:{unreachable.get('broker_port')}"


def test_a_body_that_is_far_too_large_is_refused(old: Old) -> None:
    body = b" " * (1 << 20) + b"{}"
    answer = old.http.put(f"{PATH}/config", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413, answer.text
