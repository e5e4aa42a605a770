"""The API of the settings, run by ArgusAI's service in two workers with one database."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, sessionmaker

from argus_mqtt import _cli
from argus_mqtt.argusai import MQTTService
from argus_mqtt.settings import MQTTConfigMixin, argusai_router, settings_router
from support import wait_until
from support.settings_api import FIRST, KEY, PATH, TOKEN, authorize

if TYPE_CHECKING:
    from pathlib import Path

    from support.mosquitto import Mosquitto


class Base(DeclarativeBase):
    """The tables of a backend."""


class Config(MQTTConfigMixin, Base):
    """The row of settings."""


class Worker:
    """One worker of a backend."""

    def __init__(self, url: str) -> None:
        """Start it."""
        self.session = sessionmaker(create_engine(url))
        self.service = MQTTService(self.load)
        asyncio.run(self.service.initialize())
        app = FastAPI()
        app.include_router(
            settings_router(session=self.session, client=self.service, authorize=authorize, model=Config)
        )
        self.http = TestClient(app, headers=TOKEN)

    def load(self) -> Config | None:
        """Give the row."""
        with self.session() as session:
            return session.query(Config).first()

    def save(self, settings: dict[str, Any]) -> None:
        """Save settings through the API of this worker."""
        tag = self.http.get(PATH).headers.get("ETag")
        answer = self.http.put(PATH, json=settings, headers={"If-Match": tag} if tag else dict(FIRST))
        assert answer.status_code in {200, 201}, answer.text


@pytest.fixture
def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Worker, Worker]]:
    """Give two workers."""
    monkeypatch.setenv("ENCRYPTION_KEY", KEY)
    url = f"sqlite:///{tmp_path}/settings.db"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with ExitStack() as stack:
        both = Worker(url), Worker(url)
        for one in both:
            stack.callback(one.service.cleanup)
            stack.enter_context(one.http)
        yield both
    engine.dispose()


def test_what_either_worker_saves_is_in_force(workers: tuple[Worker, Worker], broker: Mosquitto) -> None:
    def connected() -> list[str]:
        # The topics of the connections that there are.
        services = [one.service for one in workers]
        return [one.get_availability_topic() for one in services if one.is_connected]

    for round_, worker in enumerate((*workers, *workers)):
        prefix = f"test/{uuid4().hex}"
        settings: dict[str, Any] = {
            "broker_host": "127.0.0.1",
            "broker_port": broker.port,
            "topic_prefix": prefix,
            "username": "argus",
            "password": f"secret {round_}",
            "keep_alive_seconds": 7,
        }
        worker.save(settings)
        wait_until(lambda prefix=prefix: connected() == [f"{prefix}/status"], "one connection, as was saved")  # type: ignore[misc]
        worker.save({**settings, "password": None, "enabled": False})
        wait_until(lambda: connected() == [], "and none when it is switched off")
    stored = workers[0].load()
    assert stored
    assert stored.other_settings == {"keep_alive_seconds": 7}


def test_a_worker_that_stands_by_tells_how_the_owner_is(
    workers: tuple[Worker, Worker], broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if the two were processes of their own.
    monkeypatch.setattr("argus_mqtt.settings._status.os", SimpleNamespace(getpid=lambda: 0))
    owner, other = workers
    for one in workers:
        app = one.http.app
        assert isinstance(app, FastAPI)
        app.include_router(argusai_router(session=one.session, client=one.service, authorize=authorize, model=Config))
    prefix = f"test/{uuid4().hex}"
    owner.save({"broker_host": "127.0.0.1", "broker_port": broker.port, "topic_prefix": prefix})
    wait_until(lambda: owner.service.is_connected, "the owner is online")
    address = f"127.0.0.1:{broker.port}"
    message = f"Worker process {os.getpid()} owns the connection, and is online at {address}."
    wait_until(lambda: other.http.get(f"{PATH}/status").json()["message"] == message, "the other one knows it")
    assert other.http.get(f"{PATH}/status").json()["state"] == "elsewhere"
    answer = other.http.post(f"{PATH}/reconnect")
    assert (answer.status_code, answer.json()["detail"]) == (409, message)
    told = [one.http.get("/api/v1/integrations/mqtt/status").json() for one in workers]
    assert [(one["connected"], one["broker"]) for one in told] == [(True, address)] * 2
    assert owner.http.get(f"{PATH}/status").json()["state"] == "online"
    owner.save({"broker_host": "127.0.0.1", "broker_port": broker.port, "topic_prefix": prefix, "enabled": False})
    assert [one.http.get(f"{PATH}/status").json()["state"] for one in workers] == ["off"] * 2


def test_what_the_command_line_imports_is_in_force(
    workers: tuple[Worker, Worker], broker: Mosquitto, tmp_path: Path
) -> None:
    owner, _ = workers
    prefix = f"test/{uuid4().hex}"
    settings = {"broker_host": "127.0.0.1", "broker_port": broker.port, "topic_prefix": prefix}
    owner.save(settings)
    wait_until(lambda: owner.service.is_connected, "the owner is online")
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({**settings, "topic_prefix": f"{prefix}/new"}))
    with owner.session() as session:
        address = str(session.get_bind().engine.url)
    assert _cli.main(["import", str(file), "--database", address, "--argusai", "--replace"]) == 0
    wait_until(lambda: owner.service.get_availability_topic() == f"{prefix}/new/status", "it is in force")
