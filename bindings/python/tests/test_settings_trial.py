"""The connection test of the API: what it is told, and what it does not tell."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import HTTPException

from argus_mqtt.settings._limiter import Limiter
from argus_mqtt.settings._old_bodies import OldTest
from argus_mqtt.settings._old_test import OldTests
from argus_mqtt.settings._parts import Parts
from support.answering import Answering
from support.programs import REPOSITORY, Program
from support.settings_api import Api, faults, running_on_sqlite

if TYPE_CHECKING:
    from argus_mqtt import Settings

MARK = "Zebra9"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Give the API on an empty table."""
    with running_on_sqlite(tmp_path) as one:
        yield one


def test_a_connection_that_works(api: Api, settings: Settings) -> None:
    answer = api.post("/test", dict(settings))
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert report["works"] is True
    assert [step["step"] for step in report["steps"]] == [
        "name",
        "tcp",
        "tls",
        "mqtt",
        "login",
        "publish",
        "subscribe",
    ]
    assert report["topic"] in " ".join(report["proves"])
    assert api.get().json()["stored"] is False


def test_a_connection_that_does_not_work_has_a_cause_and_a_remedy(api: Api, unreachable: Settings) -> None:
    report = api.post("/test", dict(unreachable)).json()
    assert report["works"] is False
    assert "refused" in report["cause"]
    assert "broker_port" in report["remedy"]


def test_settings_with_faults_are_not_tried(api: Api) -> None:
    assert set(faults(api.post("/test", {"broker_host": "a b", "qos": 5}))) == {"broker_host", "qos"}


def test_the_stored_password_goes_to_the_broker_it_was_stored_for_alone(api: Api) -> None:
    with Answering(b"\x20\x02\x00\x00") as server:
        stored = {"broker_host": "127.0.0.1", "broker_port": server.port, "username": "u", "protocol": "3.1.1"}
        api.saved({**stored, "password": "p", "enabled": False})
        assert api.post("/test", stored).status_code == 200
        assert api.post("/test", {**stored, "tls_ca_file": ""}).status_code == 200
        for change in (
            {"broker_host": "localhost"},
            {"broker_port": 1},
            {"username": "v"},
            {"use_tls": True},
            {"tls_server_name": "x"},
        ):
            name = next(iter(change))
            answer = faults(api.post("/test", {**stored, **change}))
            assert answer == {"password": f"is needed again, because {name} changed"}, change
        assert api.post("/test", {**stored, "broker_port": 1, "username": None}).status_code == 200
        assert api.post("/test", {**stored, "broker_port": 1, "password": None}).status_code == 200
        assert api.post("/test", {**stored, "broker_port": 1, "password": "q"}).status_code == 200


def test_one_at_a_time_and_ten_a_minute(api: Api, unreachable: Settings) -> None:
    first: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        slow = {"broker_host": "127.0.0.1", "broker_port": listener.getsockname()[1], "protocol": "5"}
        thread = threading.Thread(target=lambda: first.append(api.post("/test", slow).status_code))
        thread.start()
        connection, _ = listener.accept()
        assert api.post("/test", dict(unreachable)).status_code == 429
        connection.close()
    thread.join()
    assert first == [200]
    for _ in range(9):
        assert api.post("/test", dict(unreachable)).status_code == 200
    answer = api.post("/test", dict(unreachable))
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_the_limits_hold_for_both_routers_and_for_all_workers(tmp_path: Path, unreachable: Settings) -> None:
    settings = dict(unreachable)
    with running_on_sqlite(tmp_path) as one, running_on_sqlite(tmp_path) as another:
        answers = [api.post("/test", settings).status_code for api in (one, another) for _ in range(4)]
        assert answers == [200] * 8
        program = (
            "import sys\n"
            "from argus_mqtt.settings._limiter import Limiter\n"
            "with Limiter(lambda: sys.argv[1], 10, 60.0).turn(): print('begun', flush=True)\n"
        )
        with Program.python(program, one.store.place) as worker:
            assert worker.ended() == 0, worker.output
        old = OldTests(Parts(store=one.store, client=one.mqtt, cameras=None, host_settings={}))
        wanted = OldTest(broker_host="127.0.0.1", broker_port=1, username=None, password=None)
        assert "tests were made" not in old.test(wanted).message
        assert "10 tests were made within 60 s" in old.test(wanted).message
        assert another.post("/test", settings).status_code == 429
    (tmp_path / "elsewhere").mkdir()
    with running_on_sqlite(tmp_path / "elsewhere") as elsewhere:
        assert elsewhere.post("/test", settings).status_code == 200


def test_a_limit_is_kept_without_a_directory_and_through_what_is_damaged(
    lock_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(lambda: "k", 2, 60.0)
    with limiter.turn(), pytest.raises(HTTPException, match="another test is running"), limiter.turn():
        pass
    (file,) = lock_directory.iterdir()
    for content in ("[1e99, 0", "7", '["x"]', f"[{time.monotonic() + 999}]"):
        file.write_text(content)
        with limiter.turn():
            pass
    with limiter.turn():
        pass
    with pytest.raises(HTTPException, match="2 tests were made"), limiter.turn():
        pass
    monkeypatch.setenv("ARGUS_MQTT_LOCK_DIRECTORY", str(file))
    for _ in range(2):
        with limiter.turn():
            pass
    with pytest.raises(HTTPException, match="2 tests were made"), limiter.turn():
        pass


def _connack(code: int, properties: bytes) -> bytes:
    content = bytes([0, code, len(properties)]) + properties
    return bytes([0x20, len(content)]) + content


def _text(identifier: int, text: str) -> bytes:
    return bytes([identifier]) + len(text).to_bytes(2, "big") + text.encode()


ANSWERS = {
    "web server": f"HTTP/1.1 400 {MARK}\r\nServer: {MARK}\r\n\r\n".encode(),
    "ssh server": f"SSH-2.0-{MARK}\r\n".encode(),
    "mail server": f'220 "{MARK}" ready (or "not")\r\n'.encode(),
    "backslashes": f'220 \\"{MARK}\\\r\n'.encode(),
    "bytes": b"\x00\x01\x02" + MARK.encode(),
    "a packet that is none": b"\xf0\x06" + MARK.encode(),
    "a message": b"\x30\x0c\x00\x04" + MARK[:4].encode() + MARK.encode(),
    "reason": _connack(0x87, _text(0x1F, f'{MARK} "said" so')),
    "other server": _connack(0x9D, _text(0x1C, f"{MARK}:1883")),
    "both": _connack(0x88, _text(0x1F, f"{MARK}\\") + _text(0x1C, f"({MARK})")),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("protocol", ["auto", "3.1.1"])
def test_what_answers_is_not_quoted(api: Api, answer: bytes, protocol: str) -> None:
    with Answering(answer) as server:
        body: dict[str, Any] = {"broker_host": "127.0.0.1", "broker_port": server.port, "protocol": protocol}
        body["connect_timeout_seconds"] = 2
        for use_tls in (False, True):
            found = api.post("/test", {**body, "use_tls": use_tls})
            assert found.status_code == 200, found.text
            report = found.json()
            assert report["works"] is False
            assert report["cause"]
            assert MARK not in found.text
            assert MARK[:4] not in found.text


def test_names_in_a_certificate_are_not_quoted(api: Api, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *(REPOSITORY / "tools" / "debian-run", "openssl", "req", "-x509", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, "-days", "2"),
            *("-subj", f"/CN={MARK}", "-addext", f"subjectAltName=DNS:{MARK}.example"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Answering(b"", tls=context) as server:
        body: dict[str, Any] = {"broker_host": "localhost", "broker_port": server.port, "use_tls": True}
        for trust in ({}, {"tls_ca_file": str(certificate)}):
            found = api.post("/test", {**body, **trust})
            assert found.status_code == 200, found.text
            assert "certificate" in found.json()["cause"]
            assert len(found.json()["certificate"]["fingerprint"].replace(":", "")) == 64
            assert MARK.lower() not in found.text.lower().replace(str(tmp_path).lower(), "")
