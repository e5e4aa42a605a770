"""The page and its API behind a real nginx, as docs/settings.md sets it up and without."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

from support import DEADLINE
from support.nginx import Nginx
from support.programs import REPOSITORY, Program
from support.settings_api import FIRST, PATH
from support.settings_server import Events

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
def behind_nginx(folder: Path, lines: str) -> Iterator[tuple[Program, httpx2.Client]]:
    """Serve the page below a path of nginx, and enter there."""
    command = [sys.executable, "-m", "argus_mqtt.settings", "--port", "0", "--folder", str(folder / "state")]
    with Program(command) as program:
        server, _, entrance = program.line("Settings: ").removeprefix("Settings: ").partition("/?")
        nginx = Nginx(folder, "/mqtt/", server, lines)
        try:
            # As from a browser over plain HTTP, which does not say that it is of the same origin.
            sent = {"Origin": nginx.url, "Accept-Encoding": "gzip"}
            http = httpx2.Client(base_url=f"{nginx.url}/mqtt", timeout=DEADLINE, headers=sent, follow_redirects=True)
            with http:
                entry = http.get(f"/?{entrance}")
                assert (entry.status_code, str(entry.url)) == (200, f"{nginx.url}/mqtt/")
                yield program, http
        finally:
            nginx.stop()


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
    with behind_nginx(tmp_path, holding) as (_, http):
        with (
            pytest.raises(httpx2.ReadTimeout),
            http.stream("GET", PATH + "/status", headers=EVENTS, timeout=2) as response,
        ):
            Events(response).next()
        assert http.get(PATH + "/status").json()["state"] == "not_set_up"
