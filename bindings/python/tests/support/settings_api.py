"""An application of FastAPI with the API of the settings, and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet
from fastapi import FastAPI, Header, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from argus_mqtt.settings import Base, ManagedClient, MQTTConfig, Secrets, Store, settings_router

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from sqlalchemy import Engine

    from argus_mqtt.settings import MQTTConfigMixin

PATH = "/api/v1/settings/mqtt"
KEY = Fernet.generate_key().decode()
FIRST = {"If-None-Match": "*"}
TOKEN = {"X-Token": "let me in"}


def authorize(x_token: str = Header(default="")) -> None:
    """Let in who has the token."""
    if x_token != TOKEN["X-Token"]:
        raise HTTPException(401, "who are you?")


@dataclass
class Api:
    """The API, asked as over the network."""

    http: TestClient
    mqtt: ManagedClient
    session: sessionmaker[Session]
    store: Store

    def get(self, path: str = "") -> Response:
        """GET."""
        return self.http.get(PATH + path)

    def put(self, settings: dict[str, Any], **headers: str) -> Response:
        """PUT on top of what is stored, unless headers say otherwise."""
        return self.http.put(PATH, json=settings, headers=_named(headers) or self.guard())

    def patch(self, settings: dict[str, Any], **headers: str) -> Response:
        """PATCH what is stored, unless headers say otherwise."""
        return self.http.patch(PATH, json=settings, headers=_named(headers) or self.guard())

    def post(self, path: str, content: dict[str, Any] | None = None, **headers: str) -> Response:
        """POST."""
        return self.http.post(PATH + path, json=content, headers=_named(headers))

    def guard(self) -> dict[str, str]:
        """Give the header that lets one save."""
        tag = self.get().headers.get("ETag")
        return {"If-Match": tag} if tag else dict(FIRST)

    def saved(self, settings: dict[str, Any]) -> dict[str, Any]:
        """PUT settings, which is to work."""
        answer = self.put(settings)
        assert answer.status_code in {200, 201}, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def stored_password(self) -> str | None:
        """Give the password that is stored, in the clear."""
        snapshot = self.store.load()
        return snapshot.stored.password if snapshot else None

    def password_column(self) -> str | None:
        """Give what the column of the password holds."""
        with self.session() as session:
            row = session.query(MQTTConfig).one()
            return row.password


@contextmanager
def running(
    engine: Engine, *, model: type[MQTTConfigMixin] = MQTTConfig, secrets: Secrets | None = None, **options: Any
) -> Iterator[Api]:
    """Run the API on a database."""
    secrets = secrets or Secrets(KEY)
    session = sessionmaker(engine)
    mqtt = ManagedClient()
    app = FastAPI()
    app.include_router(
        settings_router(session=session, client=mqtt, authorize=authorize, model=model, secrets=secrets, **options)
    )
    store = Store(session, model=model, secrets=secrets)
    try:
        with TestClient(app, headers=TOKEN, raise_server_exceptions=True) as http:
            yield Api(http, mqtt, session, store)
    finally:
        mqtt.shutdown(0)


@contextmanager
def running_on_sqlite(folder: Path, *, lock_timeout: float = 5.0, **options: Any) -> Iterator[Api]:
    """Run the API on an empty table in this folder; a locked database is waited for so many seconds."""
    engine = create_engine(f"sqlite:///{folder}/settings.db", connect_args={"timeout": lock_timeout})
    Base.metadata.create_all(engine)
    with running(engine, **options) as api:
        yield api
    engine.dispose()


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def faults(answer: Response) -> dict[str, str]:
    """Give the messages of a 422 by field."""
    assert answer.status_code == 422, answer.text
    found = {}
    for fault in answer.json()["detail"]:
        assert fault["loc"][0] == "body"
        found[".".join(fault["loc"][1:])] = fault["msg"]
    return found
