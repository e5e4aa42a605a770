"""What the API answers when something below it fails: a documented status, a sentence, and nothing has changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

import argus_mqtt
from argus_mqtt import _errors
from argus_mqtt.settings import Base, ManagedClient, Secrets, Store, argusai_router, settings_router
from support import DEADLINE, wait_until
from support.settings_api import KEY, PATH, Api, faults, running_on_sqlite

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from argus_mqtt.argusai import MQTTService
    from argus_mqtt.argusai._row import StoredSettings
    from support.rows import Row

OLD_PATH = "/api/v1/integrations/mqtt"


class Failing:
    """A program whose client fails at new settings."""

    client = None

    def __init__(self, error: Exception | None = None) -> None:
        """Fail with this, or not at all."""
        self.error = error

    def apply(self, settings: Mapping[str, Any] | None) -> None:  # noqa: ARG002
        """Fail."""
        if self.error is not None:
            raise self.error


def an_error(kind: type[argus_mqtt.ArgusMqttError]) -> argus_mqtt.ArgusMqttError:
    if kind is argus_mqtt.InvalidSettings:
        return argus_mqtt.InvalidSettings("", (argus_mqtt.Fault("tls_ca_file", "unreadable_file", None, "is gone"),))
    return kind("this is why")


EXPECTED: dict[type[argus_mqtt.ArgusMqttError], int] = {
    argus_mqtt.InvalidSettings: 422,
    argus_mqtt.InvalidArgument: 409,
}


@pytest.mark.parametrize("kind", [argus_mqtt.ArgusMqttError, *_errors._CLASSES.values()])
def test_whatever_the_library_raises_has_a_documented_status(
    tmp_path: Path, kind: type[argus_mqtt.ArgusMqttError]
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/settings.db")
    Base.metadata.create_all(engine)
    session, secrets, failing = sessionmaker(engine), Secrets(KEY), Failing()
    app = FastAPI()
    for make_router in (settings_router, argusai_router):
        app.include_router(make_router(session=session, client=failing, authorize=lambda: None, secrets=secrets))
    store = Store(session, secrets=secrets)
    store.save_first({"broker_host": "localhost"})
    before = store.load()
    failing.error = an_error(kind)
    with TestClient(app) as http:
        described = http.get("/openapi.json").json()["paths"]
        for method, path in (("PUT", PATH), ("PATCH", PATH), ("PUT", f"{OLD_PATH}/config")):
            body = {"broker_host": "otherhost"}
            answer = http.request(method, path, json=body, headers={"If-Match": "*"})
            assert answer.status_code == EXPECTED.get(kind, 503), answer.text
            assert ("is gone" if kind is argus_mqtt.InvalidSettings else "this is why") in answer.text
            if path == PATH:
                assert str(answer.status_code) in described[path][method.lower()]["responses"]
            assert store.load() == before
    engine.dispose()


def test_a_save_that_switches_off_holds_though_the_client_does_not_end_in_order(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/settings.db")
    Base.metadata.create_all(engine)
    store = Store(sessionmaker(engine), secrets=Secrets(KEY))
    store.save_first({"broker_host": "localhost"})
    app = FastAPI()
    failing = Failing(argus_mqtt.ShutDown("the client was shut down"))
    app.include_router(
        settings_router(session=sessionmaker(engine), client=failing, authorize=lambda: None, secrets=Secrets(KEY))
    )
    with TestClient(app) as http:
        answer = http.patch(PATH, json={"enabled": False}, headers={"If-Match": "*"})
    assert (answer.status_code, answer.json()["enabled"]) == (200, False)
    assert "the client was shut down" in caplog.text
    engine.dispose()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Give the API on an empty table."""
    with running_on_sqlite(tmp_path) as one:
        yield one


def test_in_a_program_that_ends_nothing_is_saved(api: Api) -> None:
    api.saved({"broker_host": "localhost"})
    before = api.get().json()
    api.mqtt.shutdown(0)
    answer = api.patch({"broker_port": 1884})
    assert answer.status_code == 503
    assert answer.json()["detail"] == "the program is ending; it takes no new settings"
    assert api.get().json() == before


def test_a_client_that_its_program_does_not_take_is_ended() -> None:
    made: list[argus_mqtt.Client] = []

    def refuse(client: argus_mqtt.Client) -> None:
        made.append(client)
        raise LookupError("not today")

    mqtt = ManagedClient(on_connect=refuse)
    with pytest.raises(LookupError, match="not today"):
        mqtt.apply({"broker_host": "localhost"})
    assert mqtt.client is None
    with pytest.raises(argus_mqtt.ShutDown):
        made[0].status()


def test_a_file_that_is_gone_is_a_fault_at_its_field(api: Api, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    api.saved({"broker_host": "localhost", "username": "u", "password_file": str(secret)})
    before = api.get()
    secret.unlink()
    assert set(faults(api.patch({"qos": 0}))) == {"password_file"}
    assert (api.get().json()["qos"], api.get().headers["ETag"]) == (1, before.headers["ETag"])
    assert {fault["field"] for fault in api.get().json()["faults"]} == {"password_file"}
    assert api.patch({"password_file": None, "qos": 0}).status_code == 200


def test_a_test_message_on_a_topic_that_is_not_for_it_is_refused(api: Api, settings: Settings) -> None:
    api.saved({**settings, "availability_topic": f"{settings['topic_prefix']}/test"})
    assert api.mqtt.client
    api.mqtt.client.wait_online(DEADLINE)
    answer = api.post("/test-message")
    assert answer.status_code == 409
    assert "availability topic" in answer.json()["detail"]


def test_a_pool_without_a_free_connection_is_told(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/settings.db", pool_size=1, max_overflow=0, pool_timeout=0.1)
    Base.metadata.create_all(engine)
    app = FastAPI()
    app.include_router(
        settings_router(session=sessionmaker(engine), client=Failing(), authorize=lambda: None, secrets=Secrets(KEY))
    )
    with TestClient(app) as http, engine.connect():
        answer = http.get(PATH)
        assert (answer.status_code, "TimeoutError" in answer.json()["detail"]) == (503, True)
        assert http.get(f"{PATH}/status").json()["state"] == "database"
    engine.dispose()


def test_a_service_that_does_not_take_settings_in_time_goes_on_as_before(
    service: MQTTService, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("argus_mqtt.argusai._service.APPLY_SECONDS", 0.2)
    worker = service._worker
    assert worker
    settings = {"broker_host": "127.0.0.1", "broker_port": row.broker_port, "topic_prefix": f"{row.topic_prefix}/new"}
    before = service.get_availability_topic()
    release = threading.Event()
    try:
        # What the thread has not begun is not done.
        worker._do(lambda: _wait(release), lambda: None)
        with pytest.raises(argus_mqtt.TimedOut, match="did not take the settings within"):
            service.apply(settings)
        release.set()
        _done(service)
        assert service.get_availability_topic() == before

        # What it has begun is taken back.
        release.clear()
        save = worker._save

        def slowly(stored: StoredSettings, waiting: None) -> None:
            if stored.settings and stored.settings.get("topic_prefix") == settings["topic_prefix"]:
                release.wait(DEADLINE)
            save(stored, waiting)

        monkeypatch.setattr(worker, "_save", slowly)
        with pytest.raises(argus_mqtt.TimedOut):
            service.apply(settings)
        release.set()
        _done(service)
        wait_until(lambda: service.get_availability_topic() == before, "the settings of before hold again")
    finally:
        release.set()
    wait_until(lambda: service.is_connected, "it is connected as before")


def _wait(event: threading.Event) -> None:
    event.wait(DEADLINE)


def _done(service: MQTTService) -> None:
    """Wait until the thread of the service has done what it was asked to."""
    worker = service._worker
    assert worker
    done = threading.Event()
    worker._do(done.set, lambda: None)
    assert done.wait(DEADLINE)
