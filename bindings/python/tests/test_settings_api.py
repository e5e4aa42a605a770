"""Reading and saving settings over HTTP."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import argus_mqtt
from support.settings_api import FIRST, PATH, Api, faults, running_on_sqlite

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Give the API on an empty table."""
    with running_on_sqlite(tmp_path, lock_timeout=0.2) as one:
        yield one


def test_before_the_first_save_there_are_defaults(api: Api) -> None:
    answer = api.get()
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    content = answer.json()
    assert (content["stored"], content["broker_host"], content["has_password"]) == (False, None, False)
    assert (content["message_expiry_seconds"], content["enabled"]) == (300, True)
    library: Any = argus_mqtt.settings_schema()
    assert set(library["properties"]) - {"password"} <= set(content)


def test_what_is_saved_is_read_and_the_password_is_not(api: Api) -> None:
    content = api.saved({"broker_host": "localhost", "username": "u", "password": "correct horse", "qos": 0})
    assert content == api.get().json()
    assert (content["broker_host"], content["qos"], content["has_password"]) == ("localhost", 0, True)
    assert content["effective"]["availability_topic"] == "argusai/status"
    assert "password" not in content
    stored = api.password_column()
    assert stored
    assert stored.startswith("encrypted:")
    for path in ("", "/schema"):
        assert "horse" not in api.get(path).text


def test_every_setting_is_kept(api: Api) -> None:
    wanted: dict[str, Any] = {
        "broker_host": "broker.example",
        "broker_port": 1884,
        "username": "u",
        "client_id": "another",
        "protocol": "5",
        "keep_alive_seconds": 45,
        "topic_prefix": "a/b",
        "event_topic": "{topic_prefix}/{camera}/e",
        "message_expiry_seconds": 61,
        "qos": 0,
        "retain_events": True,
        "availability_topic": "here/it/is",
        "birth_message": "b",
        "will_message": "w",
        "will_delay_seconds": 9,
        "guard_availability": False,
        "queue_full": "refuse_newest",
        "homeassistant_discovery": False,
        "discovery_prefix": "ha",
        "enabled": False,
    }
    api.saved(wanted)
    content = api.get().json()
    assert {name: content[name] for name in wanted} == wanted
    assert {name: content["effective"][name] for name in wanted if name != "enabled"} == {
        name: value for name, value in wanted.items() if name != "enabled"
    }


def test_an_empty_text_is_a_value_where_it_has_a_meaning_and_else_the_default(api: Api) -> None:
    name, default = "home_assistant_status_topic", "homeassistant/status"
    content = api.saved({"broker_host": "localhost", name: "", "topic_prefix": ""})
    assert (content[name], content["effective"][name], content["topic_prefix"]) == ("", "", "argusai")
    client = api.mqtt.client
    assert client
    again = api.saved(content)
    assert again[name] == ""
    assert api.patch({"qos": 0}).json()[name] == ""
    assert api.patch({name: None}).json()[name] == default
    assert api.post("/check", {"broker_host": "h", name: ""}).json()["settings"][name] == ""
    assert api.patch({name: ""}).json()[name] == ""
    stored = api.store.load()
    assert stored
    assert (stored.stored.usable or {})[name] == ""
    assert api.saved({"broker_host": "localhost"})[name] == default


def test_put_replaces_and_patch_changes(api: Api) -> None:
    api.saved({"broker_host": "localhost", "qos": 0, "keep_alive_seconds": 99, "enabled": False})
    content = api.patch({"keep_alive_seconds": 98}).json()
    assert (content["qos"], content["keep_alive_seconds"], content["enabled"]) == (0, 98, False)
    assert api.patch({"keep_alive_seconds": None}).json()["keep_alive_seconds"] == 30
    content = api.saved({"broker_host": "localhost"})
    assert (content["qos"], content["keep_alive_seconds"], content["enabled"]) == (1, 30, True)


def test_an_answer_can_be_sent_back(api: Api) -> None:
    content = api.saved({"broker_host": "localhost", "username": "u", "password": "p"})
    again = api.saved(content)
    assert {**again, "updated_at": None} == {**content, "updated_at": None}
    assert api.stored_password() == "p"


def test_all_faults_are_told_at_once_and_nothing_changes(api: Api) -> None:
    api.saved({"broker_host": "localhost"})
    before, client = api.get(), api.mqtt.client
    broken = {"broker_host": "mqtt://h", "qos": 2, "unknown": 1, "enabled": 5, "password": "secret horse"}
    for answer in (api.put(broken), api.patch(broken)):
        assert set(faults(answer)) == {"broker_host", "qos", "unknown", "enabled", "username"}
        assert "horse" not in answer.text
    assert (api.get().json(), api.get().headers["ETag"]) == (before.json(), before.headers["ETag"])
    assert api.mqtt.client is client


DEEP = pytest.param(json.loads("[" * 700 + "]" * 700), id="deep")


@pytest.mark.parametrize(
    "value", [[], {}, {"a": 1}, 1.5, True, 10**30, pytest.param(10**400, id="huge"), DEEP, "\ud800"]
)
def test_values_of_any_type_are_faults(api: Api, value: object) -> None:
    content = json.dumps({"broker_host": value, "password": value, "topic_prefix": value})
    answer = api.http.put(PATH, content=content, headers={"Content-Type": "application/json", **FIRST})
    assert {"broker_host", "password", "topic_prefix"} <= set(faults(answer))


def test_check_tells_the_same_and_saves_nothing(api: Api) -> None:
    answer = api.post("/check", {"broker_host": "localhost", "use_tls": True})
    assert answer.json()["valid"] is True
    assert answer.json()["settings"]["broker_port"] == 8883
    content = api.post("/check", {"broker_host": "a b", "message_expiry_seconds": 3601, "enabled": "yes"}).json()
    assert content["valid"] is False
    assert {fault["field"] for fault in content["faults"]} == {"broker_host", "message_expiry_seconds", "enabled"}
    assert api.get().json()["stored"] is False
    assert api.mqtt.client is None


def test_the_schema_is_the_librarys_and_enabled(api: Api) -> None:
    schema = api.get("/schema").json()
    library: Any = argus_mqtt.settings_schema()
    assert schema["properties"].pop("enabled")["default"] is True
    assert schema["properties"] == library["properties"]
    assert schema["x-groups"][1:] == library["x-groups"]


def test_two_who_edit_at_once(api: Api) -> None:
    assert api.http.put(PATH, json={"broker_host": "h"}).status_code == 428
    assert api.put({"broker_host": "h"}, If_Match='"1"').status_code == 412
    first = api.put({"broker_host": "localhost"}, **{"If-None-Match": "*"})
    assert (first.status_code, first.headers["ETag"]) == (201, '"1"')
    assert api.put({"broker_host": "h"}, **{"If-None-Match": "*"}).status_code == 412
    assert api.put({"broker_host": "h"}, **{"If-None-Match": '"7"'}).status_code == 428
    second = api.put({"broker_host": "localhost", "qos": 0}, If_Match='"1"')
    assert (second.status_code, second.headers["ETag"]) == (200, '"2"')
    for stale in ('"1"', 'W/"1"', "2", '"1", "3"', '"2-x"', '"22-gzip"', "W/2"):
        assert api.patch({"qos": 1}, If_Match=stale).status_code == 412, stale
    assert api.get().json()["qos"] == 0
    assert api.patch({"qos": 1}, If_Match='"1", "2"').headers["ETag"] == '"3"'
    assert api.patch({"qos": 1}, If_Match="*").headers["ETag"] == '"4"'
    # As proxies that compress answers give it on.
    for number, marked in enumerate(('W/"4"', '"5-gzip"', 'W/"6-br"', '"7;gzip"'), 5):
        assert api.patch({"qos": 1}, If_Match=marked).headers["ETag"] == f'"{number}"', marked


def test_a_password_that_is_left_out_is_kept_and_null_removes_it(api: Api) -> None:
    api.saved({"broker_host": "localhost", "username": "u", "password": "p"})
    stored = api.password_column()
    api.saved({"broker_host": "localhost", "username": "u", "qos": 0})
    assert api.password_column() == stored
    for nothing in (None, ""):
        api.patch({"password": "p"})
        assert api.get().json()["has_password"] is True
        assert api.patch({"password": nothing}).json()["has_password"] is False
    api.patch({"password": "p"})
    assert api.patch({"username": None}).json()["has_password"] is False
    assert api.password_column() is None


@pytest.mark.parametrize("change", [{"broker_host": "127.0.0.1"}, {"username": "v"}])
def test_for_another_broker_or_username_the_password_is_asked_for(api: Api, change: dict[str, Any]) -> None:
    api.saved({"broker_host": "localhost", "username": "u", "password": "p"})
    name = next(iter(change))
    assert faults(api.patch(change)) == {"password": f"is needed again, because {name} changed"}
    assert api.post("/check", {"broker_host": "localhost", "username": "u", **change}).json()["valid"] is False
    assert api.patch({**change, "password": None}).status_code == 200
    assert api.patch({"password": "q"}).json()["has_password"] is True


def test_a_password_that_looks_encrypted_is_a_password(api: Api) -> None:
    given = "encrypted:x" * 5000
    api.saved({"broker_host": "localhost", "username": "u", "password": given})
    assert api.stored_password() == given


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[1]", "must be a JSON object"),
        ("{", "is not valid JSON"),
        ("", "is not valid JSON"),
        ('{"qos": NaN}', "has NaN, which is not a number in JSON"),
        ('{"qos": 1, "qos": 0}', "has a name twice"),
        ('{"\\ud800": 0}', "has half of a surrogate pair in a name"),
        ("[" * 100_000, "is not valid JSON"),
        ('{"password": "correct horse"', "is not valid JSON"),
    ],
)
def test_what_is_no_json_object_is_refused(api: Api, body: str, message: str) -> None:
    answer = api.http.put(PATH, content=body, headers={"Content-Type": "application/json", **FIRST})
    assert faults(answer) == {"": message}
    assert "horse" not in answer.text


def test_other_kinds_of_content_are_refused(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = api.http.put(PATH, content='{"broker_host": "h"}', headers={"Content-Type": kind, **FIRST})
        assert answer.status_code == 415, kind
    answer = api.http.put(
        PATH, content=b" " * (1 << 20) + b"{}", headers={"Content-Type": "application/json", **FIRST}
    )
    assert answer.status_code == 413


def test_who_is_not_authorized_learns_nothing(api: Api) -> None:
    api.saved({"broker_host": "localhost"})
    schema = api.http.get("/openapi.json").json()
    routes = [(path, method) for path, item in schema["paths"].items() for method in item]
    assert len(routes) >= 5
    for path, method in routes:
        answer = api.http.request(method, path, headers={"X-Token": "guess", "Content-Type": "application/json"})
        assert (answer.status_code, answer.json()) == (401, {"detail": "who are you?"}), path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "https://testserver", "Host": "testserver:443"}, 200),
        ({"Origin": "https://testserver", "Host": "testserver:80"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://[x"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver:3000"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://argus.example:3000"}, 200),
    ],
)
def test_another_site_cannot_use_the_cookies_of_a_user(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    with running_on_sqlite(tmp_path, origins=["http://argus.example:3000"]) as api:
        with_cookie = {"Cookie": "session=1", **headers}
        assert api.http.post(PATH + "/check", json={}, headers=with_cookie).status_code == status
        assert api.http.post(PATH + "/check", json={}, headers=headers).status_code == 200
        assert api.http.get(PATH, headers=with_cookie).status_code == 200


_OUTSIDE = "argus.example"
_INSIDE = "127.0.0.1:8000"


@pytest.mark.parametrize(
    ("origin", "headers", "origins", "status"),
    [
        # The proxy passes on what the browser sent, over http and https, on default and other ports.
        (f"http://{_OUTSIDE}", {"Host": _OUTSIDE}, [], 200),
        (f"https://{_OUTSIDE}", {"Host": _OUTSIDE, "X-Forwarded-Proto": "https"}, [], 200),
        (f"https://{_OUTSIDE}:8443", {"Host": f"{_OUTSIDE}:8443"}, [], 200),
        (f"https://{_OUTSIDE}", {"Host": f"{_OUTSIDE}:443"}, [], 200),
        (f"http://{_OUTSIDE}", {"Host": f"{_OUTSIDE}:80"}, [], 200),
        ("http://[fe80::1]:8080", {"Host": "[FE80::1]:8080"}, [], 200),
        # It names itself. Browsers say by themselves what is same-origin, but over https alone.
        (f"https://{_OUTSIDE}", {"Host": _INSIDE, "Sec-Fetch-Site": "same-origin"}, [], 200),
        (f"http://{_OUTSIDE}", {"Host": _INSIDE}, [], 403),
        (f"http://{_OUTSIDE}", {"Host": _INSIDE}, [f"http://{_OUTSIDE}:80/"], 200),
        (f"http://{_OUTSIDE}", {"Host": _INSIDE, "X-Forwarded-Host": _OUTSIDE}, [], 403),
        # It leaves the port out.
        (f"http://{_OUTSIDE}:8080", {"Host": _OUTSIDE}, [], 403),
        (f"http://{_OUTSIDE}:8080", {"Host": _OUTSIDE}, [f"HTTP://{_OUTSIDE}:8080"], 200),
        # Another site gets in by none of it.
        ("http://evil.example", {"Host": _INSIDE, "X-Forwarded-Host": "evil.example"}, [f"http://{_OUTSIDE}"], 403),
        (f"http://{_OUTSIDE}.evil.example", {"Host": _OUTSIDE}, [f"http://{_OUTSIDE}"], 403),
        (f"https://{_OUTSIDE}", {"Host": f"{_OUTSIDE}:80"}, [], 403),
    ],
)
def test_behind_a_proxy(
    tmp_path: Path, origin: str, headers: dict[str, str], origins: list[str], status: int
) -> None:
    with running_on_sqlite(tmp_path, origins=origins) as api:
        sent = {"Cookie": "session=1", "Origin": origin, **headers}
        answer = api.http.post(PATH + "/check", json={}, headers=sent)
    assert answer.status_code == status
    if status == 403:
        assert origin in answer.json()["detail"]
        assert headers["Host"] in answer.json()["detail"]
        assert "let the proxy pass on the header Host" in answer.json()["detail"]


@pytest.mark.parametrize(
    "origin", ["argus.example", "*", "https://argus.example/page", "null", "ftp://x", "https://", ""]
)
def test_what_is_no_origin_is_refused_at_once(tmp_path: Path, origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"), running_on_sqlite(tmp_path, origins=[origin]):
        pass
    with pytest.raises(TypeError, match="give a list"), running_on_sqlite(tmp_path, origins="https://argus.example"):
        pass


def test_a_save_moves_the_running_client(api: Api, broker: Mosquitto, settings: Settings) -> None:
    api.saved({"broker_host": "127.0.0.1", "broker_port": 1})
    client = api.mqtt.client
    assert client
    api.saved(dict(settings))
    assert api.mqtt.client is client
    client.wait_online(60)
    assert client.status().broker == f"{broker.host}:{broker.port}"
    api.patch({"enabled": False})
    assert api.mqtt.client is None
    api.patch({"enabled": True})
    assert api.mqtt.client
    api.mqtt.client.wait_online(60)


def test_a_save_that_the_database_refuses_changes_no_connection(api: Api, tmp_path: Path, settings: Settings) -> None:
    api.saved(dict(settings))
    before = api.get()
    client = api.mqtt.client
    assert client

    # Who reads keeps SQLite from committing.
    with contextlib.closing(sqlite3.connect(tmp_path / "settings.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM mqtt_config").fetchall()
        answer = api.patch({"broker_port": 1})
    assert answer.status_code == 503
    assert "something else has locked the settings" in answer.json()["detail"]
    assert api.get().json() == before.json()
    client.wait_online(60)
    assert client.status().broker.endswith(f":{settings['broker_port']}")
    assert api.patch({"qos": 0}).status_code == 200
