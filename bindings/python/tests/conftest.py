"""What the tests share: the library that was built, a broker, and settings that no other test uses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvloop
from sqlalchemy import Engine, create_engine

from support.argusai_service import run
from support.mosquitto import Mosquitto, free_port
from support.postgresql import PostgreSQL
from support.programs import REPOSITORY
from support.rows import Row
from support.settings import settings_for
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from argus_mqtt.argusai import MQTTService
    from support.loops import Run


def _built_library() -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    built = [target / profile / "libargus_mqtt.so" for profile in ("release", "debug")]
    found = [library for library in built if library.exists()]
    if not found:
        raise pytest.UsageError(f"no library in {target}: run cargo build, or name one in ARGUS_MQTT_LIBRARY")
    return max(found, key=lambda library: library.stat().st_mtime)


# Before any test module imports the package, which loads the library; programs that tests start inherit it.
if "ARGUS_MQTT_LIBRARY" not in os.environ:
    os.environ["ARGUS_MQTT_LIBRARY"] = str(_built_library())


@pytest.fixture(autouse=True)
def lock_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the directory in which the workers of a test, and no others, find each other."""
    directory = tmp_path_factory.mktemp("locks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARGUS_MQTT_LOCK_DIRECTORY", str(directory))
        yield directory


@pytest.fixture(name="run", params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run_on_a_loop(request: pytest.FixtureRequest) -> Run:
    """Give what runs a coroutine on a loop of its own: asyncio's, and uvloop's."""
    one: Run = request.param
    return one


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Give a broker that all tests share and none stops."""
    mosquitto = Mosquitto(tmp_path_factory.mktemp("mosquitto"))
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Give a broker for one test, which may stop it."""
    mosquitto = Mosquitto(tmp_path)
    yield mosquitto
    mosquitto.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Give a PostgreSQL that all tests share."""
    server = PostgreSQL()
    yield server
    server.stop()


@pytest.fixture
def engine(postgresql: PostgreSQL) -> Iterator[Engine]:
    """Give an empty table in PostgreSQL."""
    # Not above: it imports the package.
    from support.argusai_table import upgrade

    engine = create_engine(postgresql.database())
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Give an empty database of each kind."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path}/settings.db")
    else:
        engine = create_engine(request.getfixturevalue("postgresql").database())
    yield engine
    engine.dispose()


@pytest.fixture
def settings(broker: Mosquitto) -> Settings:
    """Give settings for the shared broker."""
    return settings_for(broker)


@pytest.fixture
def unreachable() -> Settings:
    """Give settings with which no connection comes about."""
    return {"broker_host": "127.0.0.1", "broker_port": free_port()}


@pytest.fixture
def subscriber(broker: Mosquitto, settings: Settings) -> Iterator[Subscriber]:
    """Give a subscriber to all topics of `settings`."""
    with Subscriber(broker, f"{settings['topic_prefix']}/#") as one:
        yield one


@pytest.fixture
def row(broker: Mosquitto) -> Row:
    """Give a row of settings for the shared broker."""
    return Row(broker)


@pytest.fixture
def seen(broker: Mosquitto, row: Row) -> Iterator[Subscriber]:
    """Give a subscriber to all topics of the row."""
    with Subscriber(broker, f"{row.topic_prefix}/#", f"{row.discovery_prefix}/#") as one:
        yield one


@pytest.fixture
def service(row: Row) -> Iterator[MQTTService]:
    """Give a service that is connected with the row."""
    # Not before the library has been found.
    from argus_mqtt.argusai import MQTTService

    one = MQTTService(lambda: row)
    assert run(one.initialize()) is True
    yield one
    run(one.disconnect())


@pytest.fixture
def argusai(database: Engine) -> Engine:
    """Give a database with ArgusAI's table of revision 047, and a row in it."""
    # Not before the library has been found.
    from support.argusai_table import make_047

    make_047(database)
    return database
