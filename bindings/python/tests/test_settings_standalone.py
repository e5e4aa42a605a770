"""The page and the API by themselves: python -m argus_mqtt.settings."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from argus_mqtt.settings import UnusableKey
from argus_mqtt.settings._standalone import Standalone
from support import DEADLINE
from support.mosquitto import free_port
from support.programs import REPOSITORY, Program
from support.settings_api import FIRST, PATH
from support.settings_server import Events

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.subscriber import Subscriber


@contextmanager
def program(*arguments: str | Path) -> Iterator[tuple[Program, httpx2.Client]]:
    """Run it, and enter by the address that it prints."""
    command = [sys.executable, "-m", "argus_mqtt.settings", "--port", "0", *map(str, arguments)]
    with Program(command) as one, entered(one) as http:
        yield one, http


@contextmanager
def entered(one: Program) -> Iterator[httpx2.Client]:
    """Enter by the address that a program prints."""
    address = one.line("Settings: ").removeprefix("Settings: ")
    with httpx2.Client(base_url=address.partition("/?")[0], timeout=DEADLINE, follow_redirects=True) as http:
        assert http.get("/").status_code == 401
        assert http.get(PATH).status_code == 401
        assert http.get("/?token=guess").status_code == 401
        entry = http.get(address)
        assert entry.status_code == 200
        assert "token" not in str(entry.url)
        yield http


def test_it_serves_and_runs_what_is_stored(tmp_path: Path, settings: Settings, subscriber: Subscriber) -> None:
    topic = f"{settings['topic_prefix']}/status"
    given = {**settings, "username": "u", "password": "correct horse"}
    with program("--folder", tmp_path / "new" / "folder") as (one, http):
        assert http.put(PATH, json=given, headers=FIRST).status_code == 201
        subscriber.expect(topic, "online")
        one.send(signal.SIGTERM)
        assert one.ended() == 0
        subscriber.expect(topic, "offline")
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new" / "folder").iterdir()}
    assert set(files) == {"key", "token", "settings.db"}
    assert files["key"] == files["token"] == 0o600
    assert all(b"horse" not in path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir())
    with program("--folder", tmp_path / "new" / "folder") as (one, http):
        subscriber.expect_count(topic, 3)
        assert http.get(PATH).json()["has_password"] is True
        one.send(signal.SIGINT)
        assert one.ended() == 0
        assert "horse" not in one.output


def test_a_folder_is_served_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "argus_mqtt.settings", "--port", "0", "--folder", str(tmp_path)]
    with program("--folder", tmp_path) as (one, _):
        with Program(command) as another:
            assert another.ended() == 1
            assert f"{tmp_path} is served already" in another.output
        one.send(signal.SIGTERM)
        assert one.ended() == 0
    with program("--folder", tmp_path):
        pass


def test_a_script_has_the_token_in_a_header(tmp_path: Path) -> None:
    alone = Standalone(tmp_path)
    alone.prepare({"broker_host": "127.0.0.1", "broker_port": 1})
    with TestClient(alone.app) as http:
        assert http.get(PATH).headers["WWW-Authenticate"] == "Bearer"
        assert http.get(PATH, headers={"Authorization": "Bearer guess"}).status_code == 401
        assert http.get(PATH, headers={"Authorization": f"Bearer {alone.token}"}).json()["broker_port"] == 1


def test_instances_below_paths_of_one_host_keep_their_tokens_apart(tmp_path: Path) -> None:
    paths = ("/a", "/b", "")
    alone = {path: Standalone(tmp_path / f"folder{path}") for path in paths}
    for one in alone.values():
        one.prepare()
    with TestClient(Starlette(routes=[Mount(path, one.app) for path, one in alone.items()])) as http:
        for path, one in alone.items():
            assert http.get(f"{path}{PATH}").status_code == 401
            assert http.get(f"{path}/", params={"token": one.token}).status_code == 200
        for path in paths:
            assert http.get(f"{path}{PATH}").status_code == 200, "whichever was entered last"
        http.cookies.clear()
        http.get("/a/", params={"token": alone["/a"].token})
        assert "cookie" not in http.get("/b/").request.headers


def test_the_page_is_served_where_it_is_built(tmp_path: Path) -> None:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<title>MQTT settings</title>")
    (page / "assets" / "page.js").write_text("true;")
    alone = Standalone(tmp_path / "folder", page=page)
    alone.prepare()
    with TestClient(alone.app) as http:
        assert http.get("/").status_code == 401
        assert http.get("/", params={"token": alone.token}).text == "<title>MQTT settings</title>"
        answer = http.get("/")
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "javascript" in http.get("/assets/page.js").headers["Content-Type"]
        assert http.get("/assets/none.js").status_code == 404
        assert http.get(f"{PATH}/none").status_code == 404
        # The cookie of a user is of no use to another site.
        assert http.post(f"{PATH}/reconnect", headers={"Origin": "http://evil.example"}).status_code == 403


def test_a_proxy_that_names_itself_is_made_known(tmp_path: Path) -> None:
    with program("--folder", tmp_path, "--origin", "https://mqtt.example/") as (one, http):
        assert http.post(f"{PATH}/check", json={}, headers={"Origin": "https://mqtt.example"}).status_code == 200
        assert http.post(f"{PATH}/check", json={}, headers={"Origin": "https://other.example"}).status_code == 403
        token = (tmp_path / "token").read_text().strip()
        entry = http.get(f"/?token={token}", headers={"X-Forwarded-Proto": "https"}, follow_redirects=False)
        assert "; Secure" in entry.headers["Set-Cookie"], "of a page that came encrypted"
        entry = http.get(f"/?token={token}", follow_redirects=False)
        assert "; Secure" not in entry.headers["Set-Cookie"]
        one.send(signal.SIGTERM)
        assert one.ended() == 0
    with Program([sys.executable, "-m", "argus_mqtt.settings", "--origin", "mqtt.example"]) as one:
        assert one.ended() == 2
        assert "'mqtt.example' is not an origin" in one.output


@pytest.mark.parametrize("name", ["key", "token"])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, name: str) -> None:
    Standalone(tmp_path)
    (tmp_path / name).chmod(0o640)
    with pytest.raises(UnusableKey, match=f"others can read .*/{name}, whose mode is 0640; run chmod 600 on it"):
        Standalone(tmp_path)
    with Program([sys.executable, "-m", "argus_mqtt.settings", "--folder", str(tmp_path)]) as one:
        assert one.ended() == 1
        assert "Traceback" not in one.output
        assert "chmod 600" in one.output


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with Program([sys.executable, "-m", "argus_mqtt.settings", "--folder", str(tmp_path), "--port", port]) as one:
            assert one.ended() == 1
            assert one.output.startswith("argus_mqtt.settings: [Errno 98] Address already in use")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql//argus:hunter2@host/db", "is no URL of a database"),
        ("postgresql+psycopg://argus:hunter2@host:port/db", "is no URL of a database"),
        ("nosql://argus:hunter2@host/db", "is no URL of a database"),
        ("mysql+pymysql://argus:hunter2@host/db", "pip install pymysql"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(tmp_path: Path, url: str, why: str) -> None:
    command = [sys.executable, "-m", "argus_mqtt.settings", "--folder", str(tmp_path), "--database", url]
    with Program(command) as one:
        assert one.ended() == 2
        assert "argument --database" in one.output
        assert why in one.output
        assert "hunter2" not in one.output
        assert "Traceback" not in one.output


def test_a_port_that_is_none_is_told(tmp_path: Path) -> None:
    with Program([sys.executable, "-m", "argus_mqtt.settings", "--folder", str(tmp_path), "--port", "99999"]) as one:
        assert one.ended() == 2
        assert "argument --port: '99999' is no port; give 0 to 65535" in one.output


def test_make_settings_has_a_broker_of_its_own(tmp_path: Path) -> None:
    port = free_port()
    command: list[str | Path] = [
        REPOSITORY / "tools" / "settings",
        tmp_path / "folder",
        sys.executable,
        "--port",
        "0",
    ]
    with Program(command, {"BROKER_PORT": str(port)}) as one, entered(one) as http:
        with http.stream("GET", f"{PATH}/status", headers={"Accept": "text/event-stream"}) as response:
            events = Events(response)
            events.until("online")
            one.send(signal.SIGTERM)
            events.end()
        assert one.ended() == 0
        log = (tmp_path / "folder" / "mosquitto.log").read_text()
        assert "disconnected" in log
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), DEADLINE)
