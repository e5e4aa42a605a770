"""The code of docs/settings.md, run in programs that have what it imports."""

from __future__ import annotations

import re
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import alembic.command
import alembic.config
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker

from argus_mqtt import argusai
from argus_mqtt.settings import migration
from support import DEADLINE
from support.argusai_table import CREATE_047, INSERT_047, ROW_047, ArgusAI
from support.programs import REPOSITORY
from support.settings_api import FIRST, KEY, PATH

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from argus_mqtt import Settings

GUIDE = (REPOSITORY / "docs" / "settings.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


def block(containing: str) -> str:
    """Give the block of code that has this in it."""
    (found,) = [one for one in BLOCKS if containing in one]
    return str(found)


def run(code: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run code of the guide as a module, which SQLAlchemy looks names up in."""
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(compile(code, "docs/settings.md", "exec"), vars(module))  # noqa: S102
    return module


def test_every_block_is_run_here() -> None:
    assert len(BLOCKS) == 3


def migrate(folder: Path, url: str) -> None:
    """Run the revision of the guide by Alembic."""
    versions = folder / "alembic" / "versions"
    versions.mkdir(parents=True)
    (versions / "one.py").write_text(block("from alembic import op"))
    (folder / "alembic" / "env.py").write_text(
        "from alembic import context\n"
        "from sqlalchemy import create_engine\n"
        "engine = create_engine(context.config.get_main_option('sqlalchemy.url'))\n"
        "with engine.connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations()\n"
        "engine.dispose()\n"
    )
    config = alembic.config.Config()
    config.set_main_option("script_location", str(folder / "alembic"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", url)
    alembic.command.upgrade(config, "head")
    alembic.command.downgrade(config, "base")
    alembic.command.upgrade(config, "head")


def test_a_program_with_fastapi(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENCRYPTION_KEY", KEY)
    migrate(tmp_path, "sqlite:///program.db")
    program = run(block("class MQTTConfig("), "the_program", monkeypatch)
    with TestClient(program.app, headers={"Authorization": "Bearer of-an-administrator"}) as http:
        assert http.put(PATH, json=dict(settings), headers=FIRST).status_code == 201
        program.mqtt.client.wait_online(DEADLINE)
        assert http.post(f"{PATH}/publish-discovery").json()["cameras_published"] == 1
        assert http.get(PATH, headers={"Authorization": ""}).status_code == 401
    assert program.mqtt.client is None
    program.engine.dispose()


def test_in_argusai(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/argusai.db")
    with engine.begin() as connection:
        connection.execute(text(CREATE_047))
        connection.execute(text(INSERT_047), {**ROW_047, "password": None, "username": None, "enabled": False})
        migration.upgrade(connection)
    parts: dict[str, dict[str, object]] = {
        "app.core.auth": {"require_admin": lambda: None},
        "app.core.config": {"settings": SimpleNamespace(ENCRYPTION_KEY=KEY)},
        "app.core.database": {"SessionLocal": sessionmaker(engine)},
        "app.models.mqtt_config": {"MQTTConfig": ArgusAI},
    }
    for name in ("app", "app.core", "app.models", *parts):
        module = ModuleType(name)
        vars(module).update(parts.get(name, {}))
        monkeypatch.setitem(sys.modules, name, module)
    guide = run(block("argusai_router"), "the_routes", monkeypatch)
    argusai.configure(lambda: None)
    app = FastAPI()
    guide.add_mqtt_routes(app)
    with TestClient(app) as http:
        old = "/api/v1/integrations/mqtt"
        assert http.get(f"{old}/config").json()["topic_prefix"] == "liveobject"
        changes = {**settings, "enabled": True, "keep_alive_seconds": 55}
        answer = http.patch(PATH, json=changes, headers={"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text
        client = argusai.get_mqtt_service().client
        assert client
        client.wait_online(DEADLINE)
        assert http.get(f"{old}/status").json()["connected"] is True
        assert answer.json()["effective"]["event_topic"] == "{topic_prefix}/camera/{camera}/event"
        update = {**settings, "enabled": False}
        assert http.put(f"{old}/config", json=update).json()["enabled"] is False
        assert http.get(PATH).json()["keep_alive_seconds"] == 55
        assert http.get(f"{old}/status").json()["connected"] is False
    argusai.reset_mqtt_service()
    engine.dispose()
