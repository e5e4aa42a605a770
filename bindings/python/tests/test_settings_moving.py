"""`argus-mqtt import` and `argus-mqtt export` with a database."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from argus_mqtt import _cli
from argus_mqtt.settings import MQTTConfig, Secrets, Store, migration
from support.argusai_table import ROW_047, make_047
from support.command_line import Ended
from support.settings_api import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

SETTINGS: dict[str, Any] = {
    "enabled": False,
    "broker_host": "broker.example",
    "broker_port": 1883,
    "username": "u",
    "keep_alive_seconds": 77,
    "home_assistant_status_topic": "",
}


Call = Callable[..., Ended]


class Table:
    """A table, as the command line and as a program see it."""

    def __init__(self, engine: Engine, folder: Path, call: Call) -> None:
        """Take a database, a folder for files, and what calls the command line."""
        self._folder = folder
        self._call = call
        self.address = engine.url.render_as_string(hide_password=False)
        self.session = sessionmaker(engine)
        self.store = Store(self.session, secrets=Secrets(KEY))
        self.key_file = folder / "key"
        self.key_file.write_text(KEY + "\n")
        self.key_file.chmod(0o600)

    def restore(self, settings: dict[str, Any], *options: str) -> Ended:
        """Import settings from a file."""
        file = self._folder / "settings.json"
        file.write_text(json.dumps(settings))
        return self._call("import", file, "--database", self.address, "--key-file", self.key_file, *options)

    def export(self, *options: str) -> Ended:
        """Export what is there; no key is needed."""
        return self._call("export", "--database", self.address, *options)

    def password(self) -> str | None:
        """Give the stored password, in the clear."""
        snapshot = self.store.load()
        assert snapshot
        return snapshot.stored.password

    def column(self) -> object:
        """Give what the column of the password holds."""
        with self.session() as session:
            return session.scalar(text("SELECT password FROM mqtt_config"))


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Give what calls the command line in this process, which takes less time, with these variables alone."""

    def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Ended:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(("MQTT_", "ENCRYPTION_KEY"))]:
                patch.delenv(name)
            for name, value in (environment or {}).items():
                patch.setenv(name, value)
            try:
                status = _cli.main([*map(str, arguments)])
            except SystemExit as ended:
                status = int(str(ended.code))
        said = capsys.readouterr()
        return Ended(status, said.out, said.err)

    return run


@pytest.fixture
def table(database: Engine, tmp_path: Path, call: Call) -> Table:
    """Give a database without a table."""
    return Table(database, tmp_path, call)


def test_what_is_exported_is_restored_and_the_password_stays(table: Table) -> None:
    ended = table.restore({**SETTINGS, "password": "hunter2"})
    assert ended.status == 0, ended
    assert "username                  from username" in ended.out
    assert table.password() == "hunter2"
    encrypted = table.column()
    assert str(encrypted).startswith("encrypted:")
    ended = table.export()
    assert (ended.status, ended.err) == (0, ""), ended
    assert json.loads(ended.out) == SETTINGS
    refused = table.restore(SETTINGS)
    assert (refused.status, refused.out) == (2, "")
    assert "--replace writes over them" in refused.err
    ended = table.restore({**SETTINGS, "broker_port": 1884, "enabled": True}, "--replace")
    assert ended.status == 0, ended
    assert "password                  as it was" in ended.out
    assert table.column() == encrypted
    assert json.loads(table.export().out) == {**SETTINGS, "broker_port": 1884, "enabled": True}


@pytest.mark.parametrize("change", [{"broker_host": "another.example"}, {"username": "v"}])
def test_for_another_host_or_username_the_password_is_not_kept(table: Table, change: dict[str, Any]) -> None:
    table.restore({**SETTINGS, "password": "hunter2"})
    ended = table.restore({**SETTINGS, **change}, "--replace", "--json")
    assert ended.status == 0, ended
    told = json.loads(ended.out)
    assert told["password"] == "none"
    assert told["notes"] == [
        f"the stored password was not kept; it is needed again, because {next(iter(change))} changed"
    ]
    assert table.column() is None
    ended = table.restore({**SETTINGS, **change, "password": "new"}, "--replace", "--json")
    assert json.loads(ended.out)["password"] == "given"
    assert table.password() == "new"


def test_faults_are_told_and_nothing_is_written(table: Table) -> None:
    table.restore(SETTINGS)
    faulty = {"broker_host": "a b", "qos": 2, "enabled": "perhaps"}
    ended = table.restore(faulty, "--replace")
    assert ended.status == 1, ended
    assert "what was imported: 3 faults" in ended.out
    report = json.loads(table.restore(faulty, "--replace", "--json").out)
    assert {fault["field"] for fault in report["faults"]} == {"broker_host", "qos", "enabled"}
    assert json.loads(table.export().out) == SETTINGS


def test_the_environment_is_imported_and_whether_to_connect_stays(table: Table, call: Call) -> None:
    table.restore(SETTINGS)
    variables = {"MQTT_HOST": "broker.example", "MQTT_USER": "u", "MQTT_PASSWORD": "hunter2", "ENCRYPTION_KEY": KEY}
    ended = call("import", "--database", table.address, "--replace", environment=variables)
    assert ended.status == 0, ended
    assert "hunter2" not in ended.out + ended.err
    assert table.password() == "hunter2"
    assert json.loads(table.export().out)["enabled"] is False
    call("import", "--database", table.address, "--replace", environment={**variables, "MQTT_ENABLED": "yes"})
    assert json.loads(table.export().out)["enabled"] is True


def test_nothing_stored_and_nothing_there(table: Table, tmp_path: Path, call: Call) -> None:
    with table.session() as session:
        session.connection()
    ended = table.export()
    assert ended.status == 1, ended
    assert "there is no table mqtt_config" in ended.err
    with table.session.begin() as session:
        migration.upgrade(session.connection())
    ended = table.export("--json")
    assert (ended.status, json.loads(ended.out)) == (1, {"error": "no settings are stored"})
    missing = tmp_path / "missing.db"
    ended = call("export", "--database", f"sqlite:///{missing}")
    assert ended.status == 2, ended
    assert "missing.db does not exist" in ended.err
    assert not missing.exists()


def test_the_table_of_argusai(database: Engine, table: Table) -> None:
    make_047(database)
    ended = table.export("--argusai")
    assert ended.status == 1, ended
    assert "lacks other_settings and version" in ended.err
    with database.begin() as connection:
        migration.upgrade(connection)
    exported = json.loads(table.export("--argusai").out)
    assert exported["event_topic"] == "{topic_prefix}/camera/{camera}/event"
    assert exported["topic_prefix"] == "liveobject"
    assert table.restore(exported, "--argusai", "--replace").status == 0
    with table.session() as session:
        row = session.query(MQTTConfig).one()
        assert (row.id, row.other_settings, row.version) == (ROW_047["id"], None, 2)
        assert Secrets(KEY).decrypt(str(row.password)) == "old secret"


def test_what_cannot_be_used_is_told_without_the_password_in_the_address(
    table: Table, tmp_path: Path, call: Call
) -> None:
    open_to_all, no_key = tmp_path / "open", tmp_path / "none"
    open_to_all.write_text(KEY)
    open_to_all.chmod(0o644)
    no_key.write_text("not a key")
    no_key.chmod(0o600)
    secret = f"postgresql+psycopg://me:hunter2@localhost/x?host={tmp_path}"
    cases: list[tuple[list[Any], int, str]] = [
        (["--database", "hunter2"], 2, "--database is no URL of a database"),
        (["--database", "nothing://me:hunter2@h/x"], 2, "--database is no URL of a database"),
        (["--database", table.address], 2, "ENCRYPTION_KEY is not set"),
        (
            ["--database", table.address, "--key-file", tmp_path / "missing"],
            2,
            "missing can't be read: No such file",
        ),
        (["--database", table.address, "--key-file", open_to_all], 2, "others can read"),
        (["--database", table.address, "--key-file", no_key], 2, "is not a Fernet key"),
        (["--database", table.address, "--to", tmp_path / "f"], 2, "not allowed with"),
        (["--database", secret, "--key-file", table.key_file], 1, "the database does not answer as it should"),
    ]
    for options, status, says in cases:
        ended = call("import", *options, environment={"MQTT_HOST": "h", "ENCRYPTION_KEY": ""})
        assert ended.status == status, ended
        assert says in ended.err
        assert "hunter2" not in ended.err
        assert "Traceback" not in ended.err
    assert call("export").status == 2
    assert call("export", tmp_path / "open", "--database", table.address).status == 2
