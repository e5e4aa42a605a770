"""ArgusAI's table as its migrations up to revision 047 make it, written by hand, and a row in it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Column, Engine, String, inspect, text
from sqlalchemy.orm import declarative_base, validates

from argus_mqtt.settings import MQTTConfigMixin, Secrets, migration

from .settings_api import KEY

CREATE_047 = """
CREATE TABLE mqtt_config (
    id VARCHAR(36) NOT NULL PRIMARY KEY,
    broker_host VARCHAR(255) NOT NULL,
    broker_port INTEGER NOT NULL,
    username VARCHAR(100),
    password VARCHAR(500),
    topic_prefix VARCHAR(100) NOT NULL,
    discovery_prefix VARCHAR(100) NOT NULL,
    discovery_enabled BOOLEAN NOT NULL,
    qos INTEGER NOT NULL,
    enabled BOOLEAN NOT NULL,
    retain_messages BOOLEAN NOT NULL,
    use_tls BOOLEAN NOT NULL,
    is_connected BOOLEAN NOT NULL,
    last_connected_at TIMESTAMP,
    last_error TEXT,
    messages_published INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    message_expiry_seconds INTEGER DEFAULT '300' NOT NULL,
    availability_topic VARCHAR(255) DEFAULT '' NOT NULL,
    birth_message VARCHAR(100) DEFAULT 'online' NOT NULL,
    will_message VARCHAR(100) DEFAULT 'offline' NOT NULL
)
"""

_TIME = datetime(2026, 1, 31, 12, tzinfo=timezone.utc).replace(tzinfo=None).isoformat(" ")

ROW_047: dict[str, Any] = {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "broker_host": "localhost",
    "broker_port": 1,
    "username": "argus",
    "password": Secrets(KEY).encrypt("old secret"),
    "topic_prefix": "liveobject",
    "discovery_prefix": "homeassistant",
    "discovery_enabled": True,
    "qos": 1,
    "enabled": True,
    "retain_messages": True,
    "use_tls": False,
    "is_connected": True,
    "last_connected_at": _TIME,
    "last_error": None,
    "messages_published": 42,
    "created_at": _TIME,
    "updated_at": _TIME,
}

INSERT_047 = f"INSERT INTO mqtt_config ({', '.join(ROW_047)}) VALUES ({', '.join(':' + name for name in ROW_047)})"  # noqa: S608


class ArgusAI(MQTTConfigMixin, declarative_base()):  # type: ignore[misc]
    """A model as ArgusAI's: some columns of its own, and a validator that encrypts what is not encrypted."""

    __tablename__ = "mqtt_config"

    password: Any = Column(String(500), nullable=True)

    @validates("password")
    def _encrypt(self, _name: str, value: str | None) -> str | None:
        return value if not value or value.startswith("encrypted:") else Secrets(KEY).encrypt(value)


def upgrade(engine: Engine) -> None:
    """Bring the table up to date."""
    with engine.begin() as connection:
        migration.upgrade(connection)


def downgrade(engine: Engine) -> None:
    """Bring it back."""
    with engine.begin() as connection:
        migration.downgrade(connection)


def columns(engine: Engine) -> dict[str, Any]:
    """Give type and nullability of each column."""
    found = inspect(engine).get_columns("mqtt_config")
    return {column["name"]: (str(column["type"]), column["nullable"]) for column in found}


def rows(engine: Engine) -> list[dict[str, Any]]:
    """Give all rows."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text("SELECT * FROM mqtt_config")).mappings()]


def make_047(engine: Engine) -> None:
    """Make ArgusAI's table of revision 047, with a row in it."""
    with engine.begin() as connection:
        connection.execute(text(CREATE_047))
        connection.execute(text(INSERT_047), ROW_047)
