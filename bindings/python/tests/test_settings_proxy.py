"""The page and its API behind a real nginx, as docs/settings.md sets it up and without."""

from __future__ import annotations

import re
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from support import DEADLINE, wait_until
from support.nginx import Nginx
from support.programs import REPOSITORY, Program
from support.settings_api import FIRST, PATH
from support.settings_server import Events, Server

if TYPE_CHECKING:
    from argus_mqtt import Settings

EVENTS = {"Accept": "text/event-stream"}


def documented() -> str:
    """Give the lines of the location in the documentation."""
    text = (REPOSITORY / "docs" / "settings.md").read_text()
    found = re.search(r"```nginx\nlocation /mqtt/ \{\n    proxy_pass \S+;\n(.*?)\}\n```", text, re.DOTALL)
    assert found
    return found[1]


@contextmanager
def served(folder: Path, lines: str) -> Iterator[tuple[Program, Nginx, str]]:
    """Serve the page below a path of nginx, and give what follows its address for whoever enters."""
    command = [sys.executable, "-m", "argus_mqtt.settings", "--port", "0", "--folder", str(folder / "state")]
    with Program(command) as program:
        server, _, entrance = program.line("Settings: ").removeprefix("Settings: ").partition("/?")
        with Nginx(folder, "/mqtt/", server, lines) as nginx:
            yield program, nginx, f"/?{entrance}"


@contextmanager
def behind_nginx(folder: Path, lines: str) -> Iterator[tuple[Program, httpx2.Client]]:
    """Serve the page below a path of nginx, and enter there."""
    with served(folder, lines) as (program, nginx, entrance):
        # As from a browser over plain HTTP, which does not say that it is of the same origin.
        sent = {"Origin": nginx.url, "Accept-Encoding": "gzip"}
        http = httpx2.Client(base_url=f"{nginx.url}/mqtt", timeout=DEADLINE, headers=sent, follow_redirects=True)
        with http:
            entry = http.get(entrance)
            assert (entry.status_code, str(entry.url)) == (200, f"{nginx.url}/mqtt/")
            yield program, http


def test_as_documented_the_cookie_is_secure_where_the_page_came_by_https(tmp_path: Path) -> None:
    lines = documented()
    assert "$scheme" in lines
    for scheme, is_secure in (("http", False), ("https", True)):
        # As nginx itself would have it, with a certificate.
        with served(tmp_path, lines.replace("$scheme", scheme)) as (_, nginx, entrance):
            entry = httpx2.get(f"{nginx.url}/mqtt{entrance}", timeout=DEADLINE)
            assert entry.status_code == 303
            assert ("Secure" in entry.headers["Set-Cookie"].split("; ")) is is_secure


def test_as_documented_all_gets_through_below_a_path_and_compressed(tmp_path: Path, settings: Settings) -> None:
    with behind_nginx(tmp_path, documented()) as (program, http):
        assert http.put(PATH, json=dict(settings), headers=FIRST).status_code == 201
        found = http.get(PATH)
        assert (found.headers["Content-Encoding"], found.headers["ETag"]) == ("gzip", 'W/"1"')
        assert http.patch(PATH, json={"qos": 0}, headers={"If-Match": found.headers["ETag"]}).status_code == 200
        with http.stream("GET", PATH + "/status", headers=EVENTS) as response:
            events = Events(response)
            events.until("online")
            assert http.patch(PATH, json={"enabled": False}, headers={"If-Match": "*"}).status_code == 200
            assert events.until("off")["etag"] == '"3"'
            program.send(signal.SIGTERM)
            events.end()
        assert program.ended() == 0


def test_with_the_defaults_of_nginx_events_arrive_and_a_refused_save_says_what_is_missing(
    tmp_path: Path, settings: Settings
) -> None:
    with behind_nginx(tmp_path, "") as (_, http):
        with http.stream("GET", PATH + "/status", headers=EVENTS) as response:
            assert Events(response).next()["state"] == "not_set_up"
        refused = http.put(PATH, json=dict(settings), headers=FIRST)
        assert refused.status_code == 403
        assert "let the proxy pass on the header Host" in refused.json()["detail"]
        # As from a browser over HTTPS.
        assert http.put(PATH, json=dict(settings), headers={**FIRST, "Sec-Fetch-Site": "same-origin"}).is_success


def test_where_nginx_holds_events_back_the_status_can_be_polled(tmp_path: Path) -> None:
    holding = "proxy_ignore_headers X-Accel-Buffering;"
    with (
        Server(f"sqlite:///{tmp_path}/settings.db") as server,
        Nginx(tmp_path, "/mqtt/", str(server.http.base_url).rstrip("/"), holding) as nginx,
        socket.create_connection(("127.0.0.1", nginx.port), DEADLINE) as page,
    ):
        page.sendall(
            f"GET /mqtt{PATH}/status HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        wait_until(lambda: server.http.get("/listeners").json() == 1, "nginx has asked the server")
        with server.events() as events:
            events.until("not_set_up")
            server.save({"enabled": False, "broker_host": "localhost"}, first=True)
            # The page's first event was sent long before.
            events.until("off")
        assert httpx2.get(f"{nginx.url}/mqtt{PATH}/status", timeout=DEADLINE).json()["state"] == "off"
        assert select.select([page], [], [], 0)[0] == [], "nginx has passed something on"
        server.program.send(signal.SIGTERM)
        held = b"".join(iter(lambda: page.recv(65536), b""))
        assert b'"not_set_up"' in held, "the server has sent it"
