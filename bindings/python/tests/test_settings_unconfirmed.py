"""A save of which it is unknown whether it was stored: the answer says so, and the client follows what is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import sessionmaker

import argus_mqtt
from argus_mqtt.settings import Base, Secrets, Store, _store, argusai_router, settings_router
from argus_mqtt.settings._both_or_none import Unconfirmed, lock_of
from support.settings_api import KEY, PATH

OLD_PATH = "/api/v1/integrations/mqtt/config"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give an empty table."""
    engine = create_engine(f"sqlite:///{tmp_path}/settings.db")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    """Give a store of settings that name a broker."""
    store = Store(sessionmaker(engine), secrets=Secrets(KEY))
    store.save_first({"broker_host": "first"})
    return store


@contextmanager
def losing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Store what is saved, and know nothing of it."""

    def finish(work: Any, *_: Any) -> None:
        work.commit()
        raise Unconfirmed("nobody knows")

    with monkeypatch.context() as patch:
        patch.setattr(_store, "finish", finish)
        yield


class Following:
    """A program that notes what its client gets, or refuses it."""

    client = None

    def __init__(self) -> None:
        """Begin without a client."""
        self.hosts: list[str | None] = []
        self.error: Exception | None = None

    def apply(self, settings: Mapping[str, Any] | None) -> None:
        """Take settings."""
        self.hosts.append(settings["broker_host"] if settings else None)
        if self.error is not None:
            raise self.error


class Host:
    """A change of the broker."""

    def __init__(self, name: str) -> None:
        """Take its name."""
        self._name = name

    def write(self, row: Any, secrets: Secrets) -> None:  # noqa: ARG002
        """Change it."""
        row.broker_host = self._name


@pytest.mark.usefixtures("store")
def test_every_route_that_saves_says_that_it_is_unknown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    session, secrets, client = sessionmaker(engine), Secrets(KEY), Following()
    app = FastAPI()
    for make_router in (settings_router, argusai_router):
        app.include_router(make_router(session=session, client=client, authorize=lambda: None, secrets=secrets))
    with TestClient(app) as http, losing(monkeypatch):
        described = http.get("/openapi.json").json()["paths"]
        for method, path in (("PUT", PATH), ("PATCH", PATH), ("PUT", OLD_PATH)):
            answer = http.request(method, path, json={"broker_host": "other"}, headers={"If-Match": "*"})
            assert (answer.status_code, answer.json()["detail"]) == (504, "nobody knows")
            assert "504" in described[path][method.lower()]["responses"]


def test_the_client_follows_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Following()
    with losing(monkeypatch), pytest.raises(Unconfirmed):
        store.save(lambda _: Host("second"), client)
    assert client.hosts == []
    assert [loaded(store) for _ in range(2)] == ["second", "second"]
    assert client.hosts == ["second"]


@pytest.mark.parametrize("others_save", [False, True])
def test_reading_waits_once_for_its_end(store: Store, monkeypatch: pytest.MonkeyPatch, others_save: bool) -> None:
    client, waits = Following(), []
    with losing(monkeypatch), pytest.raises(Unconfirmed):
        store.save(lambda _: Host("second"), client)
    monkeypatch.setattr(store._rows, "wait_for_writers", lambda: waits.append("waited"))
    saving = lock_of(client)
    assert saving
    with saving if others_save else nullcontext():
        assert loaded(store) == "second"
    assert waits == ["waited"]
    assert client.hosts == ([] if others_save else ["second"])


def test_a_client_that_refuses_what_was_stored_does_not_keep_it_from_being_read(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = Following()
    with losing(monkeypatch), pytest.raises(Unconfirmed):
        store.save(lambda _: Host("second"), client)
    client.error = argus_mqtt.ShutDown("not today")
    assert [loaded(store) for _ in range(2)] == ["second", "second"]
    assert caplog.text.count("not today") == 1


def test_what_another_has_saved_since_is_what_the_client_keeps(
    engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, another = Following(), Store(sessionmaker(engine), secrets=Secrets(KEY))
    with losing(monkeypatch), pytest.raises(Unconfirmed):
        store.save(lambda _: Host("second"), client)
    settle = store._settle

    def meanwhile(*given: Any) -> bool:
        another.save(lambda _: Host("third"), client)
        return settle(*given)

    monkeypatch.setattr(store, "_settle", meanwhile)
    assert loaded(store) == "third"
    assert client.hosts == ["third"]


def loaded(store: Store) -> str:
    """Give the host that is stored."""
    found = store.load()
    assert found
    return str(found.columns["broker_host"])
