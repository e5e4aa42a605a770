"""The table of the settings: made from nothing, and out of ArgusAI's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alembic.command
import alembic.config
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker

from argus_mqtt.settings import MQTTConfig, OldTable, Secrets, Store, migration
from support.argusai_table import INSERT_047, ROW_047, columns, downgrade, make_047, rows, upgrade
from support.settings_api import KEY, running

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from support.postgresql import PostgreSQL


def test_from_nothing(database: Engine) -> None:
    upgrade(database)
    there = columns(database)
    upgrade(database)
    assert columns(database) == there
    assert set(there) == {column.name for column in MQTTConfig.__table__.columns}
    store = Store(sessionmaker(database), secrets=Secrets(KEY))
    assert store.load() is None


def test_up_and_down_keep_the_rows_of_argusai(argusai: Engine) -> None:
    before, there = rows(argusai), columns(argusai)
    for _ in range(2):
        upgrade(argusai)
        upgrade(argusai)
        (row,) = rows(argusai)
        assert (row.pop("version"), row.pop("other_settings")) == (1, None)
        assert [row] == before
        assert columns(argusai)["version"][1] is False
        downgrade(argusai)
        downgrade(argusai)
        assert (rows(argusai), columns(argusai)) == (before, there)


def test_an_interrupted_upgrade_goes_on(argusai: Engine) -> None:
    with argusai.begin() as connection:
        connection.execute(text("ALTER TABLE mqtt_config ADD COLUMN other_settings JSON"))
    upgrade(argusai)
    assert rows(argusai)[0]["version"] == 1


def test_an_older_program_can_go_on_with_the_table(argusai: Engine) -> None:
    upgrade(argusai)
    with argusai.begin() as connection:
        connection.execute(text("DELETE FROM mqtt_config"))
        connection.execute(text(INSERT_047), ROW_047)
    assert rows(argusai)[0]["version"] == 1


def test_a_value_that_is_too_long_for_the_older_table_stops_the_way_down(argusai: Engine) -> None:
    upgrade(argusai)
    with argusai.begin() as connection:
        connection.execute(text("UPDATE mqtt_config SET username = :name"), {"name": "u" * 101})
    there = columns(argusai)
    with pytest.raises(migration.CannotDowngrade, match=r"mqtt_config\.username holds 101 characters"):
        downgrade(argusai)
    assert columns(argusai) == there


def test_a_table_that_stays_locked_stops_the_change_and_nobody_waits_behind_it(
    postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(postgresql.database())
    make_047(engine)
    there = columns(engine)
    limit = text("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")
    with engine.connect() as reader, monkeypatch.context() as patch:
        patch.setattr(migration, "_LOCK_SECONDS", 0.3)
        reader.execute(text("SELECT * FROM mqtt_config"))
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade(engine)
    assert columns(engine) == there
    for change in (migration.upgrade, migration.downgrade):
        with engine.begin() as connection:
            change(connection)
            assert connection.scalar(limit) == "0", "as the program has it"
    with engine.connect() as other, monkeypatch.context() as patch:
        patch.setattr(migration, "_LOCK_SECONDS", 0.3)
        other.execute(text("LOCK TABLE mqtt_config"))
        for attempt in (upgrade, downgrade):
            with pytest.raises(OperationalError, match="lock timeout"):
                attempt(engine)
    with engine.connect() as reader, engine.begin() as connection:
        reader.execute(text("SELECT * FROM mqtt_config"))
        connection.execute(text("SET LOCAL lock_timeout = 200"))
        with pytest.raises(OperationalError, match="lock timeout"):
            migration.upgrade(connection)
    with engine.begin() as connection:
        migration.upgrade(connection)
        connection.execute(text("UPDATE mqtt_config SET username = repeat('u', 101)"))
        with pytest.raises(migration.CannotDowngrade):
            migration.downgrade(connection)
        assert connection.scalar(limit) == "0", "also if it is refused"
    engine.dispose()


def test_a_revision_of_alembic_calls_it(argusai: Engine, tmp_path: Path) -> None:
    versions = tmp_path / "alembic" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "alembic" / "env.py").write_text(
        "from alembic import context\n"
        "with context.config.attributes['engine'].connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations()\n"
    )
    (versions / "048.py").write_text(
        "from alembic import op\n"
        "from argus_mqtt.settings import migration\n"
        "revision, down_revision = '048', None\n"
        "def upgrade():\n    migration.upgrade(op.get_bind())\n"
        "def downgrade():\n    migration.downgrade(op.get_bind())\n"
    )
    config = alembic.config.Config(attributes={"engine": argusai})
    config.set_main_option("script_location", str(tmp_path / "alembic"))
    config.set_main_option("path_separator", "os")
    there = columns(argusai)
    for _ in range(2):
        alembic.command.upgrade(config, "head")
        assert "version" in columns(argusai)
        alembic.command.downgrade(config, "base")
        assert columns(argusai) == there


def test_an_old_table_without_the_revision_is_told(argusai: Engine) -> None:
    with running(argusai) as api:
        with pytest.raises(OldTable, match="lacks other_settings and version; run the Alembic revision"):
            api.store.load()
        answer = api.get()
        assert answer.status_code == 503
        assert "argus_mqtt.settings.migration.upgrade" in answer.json()["detail"]


def test_a_missing_table_is_told(database: Engine) -> None:
    with running(database) as api, pytest.raises(OldTable, match="there is no table mqtt_config"):
        api.store.load()
