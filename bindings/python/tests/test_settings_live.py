"""What the API does with the running client, and tells of it."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from argus_mqtt.settings import Base, ManagedClient, Secrets, _events, settings_router
from argus_mqtt.settings._events import Feed
from support import DEADLINE, wait_until
from support.settings_api import KEY, PATH, Api, running_on_sqlite
from support.settings_server import Server
from support.subscriber import Subscriber

if TYPE_CHECKING:
    from argus_mqtt import Client, Settings
    from support.mosquitto import Mosquitto
    from support.postgresql import PostgreSQL


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Give the API on an empty table."""
    with running_on_sqlite(tmp_path) as one:
        yield one


def online(api: Api, settings: Settings) -> Client:
    """Save settings and wait for the client to be online."""
    api.saved(dict(settings))
    client = api.mqtt.client
    assert client
    client.wait_online(DEADLINE)
    return client


def test_the_status_says_in_words_what_is_going_on(api: Api, settings: Settings, unreachable: Settings) -> None:
    status = api.get("/status").json()
    assert (status["state"], status["client"], status["etag"]) == ("not_set_up", None, None)
    assert status["message"] == "MQTT is not set up yet: enter the broker's host and save."
    client = online(api, settings)
    client.publish_event("front", {}).wait(DEADLINE)
    answer = api.get("/status")
    status = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert status["message"] == f"Online at 127.0.0.1:{settings['broker_port']} with MQTT 5."
    assert (status["state"], status["etag"], status["client"]["counters"]["delivered"]) == ("online", '"1"', 1)
    api.saved(dict(unreachable))
    wait_until(lambda: api.get("/status").json()["state"] == "waiting", "the client waits for its next attempt")
    message = api.get("/status").json()["message"]
    assert "refused" in message
    assert message.endswith("It keeps trying.")
    api.patch({"enabled": False})
    assert (api.get("/status").json()["state"], api.get("/status").json()["message"]) == (
        "off",
        "MQTT is switched off.",
    )


def test_a_database_that_does_not_answer_is_told_and_the_client_too(api: Api, settings: Settings) -> None:
    online(api, settings)
    with api.session() as session:
        Base.metadata.drop_all(session.connection())
        session.commit()
    status = api.get("/status").json()
    assert status["state"] == "database"
    assert "there is no table mqtt_config" in status["message"]
    assert "Online at " in status["message"]
    assert status["client"]["state"] == "online"


def test_events_of_an_outage_go_to_the_broker_of_the_new_settings(
    api: Api, settings: Settings, unreachable: Settings, subscriber: Subscriber
) -> None:
    api.saved({**settings, **unreachable})
    client = api.mqtt.client
    assert client
    deliveries = [client.publish_event("front", {"number": number}) for number in range(20)]
    api.saved(dict(settings))
    for delivery in deliveries:
        delivery.wait(DEADLINE)
    received = subscriber.expect_count(f"{settings['topic_prefix']}/events/front", 20)
    assert [json.loads(message.payload)["number"] for message in received] == list(range(20))
    assert api.mqtt.client is client


def test_reconnect_tries_now(api: Api, unreachable: Settings) -> None:
    assert api.post("/reconnect").status_code == 409
    api.saved({**unreachable, "reconnect_min_seconds": 3600, "reconnect_max_seconds": 3600})
    client = api.mqtt.client
    assert client
    wait_until(lambda: client.status().state == "waiting", "the first attempt fails")
    before = client.status().connection_attempts
    assert api.post("/reconnect").json()["client"]
    wait_until(lambda: client.status().connection_attempts > before, "it tries again")


def test_a_test_message_arrives(api: Api, settings: Settings, unreachable: Settings, subscriber: Subscriber) -> None:
    assert api.post("/test-message").status_code == 409
    api.saved(dict(unreachable))
    answer = api.post("/test-message")
    assert answer.status_code == 503
    assert "Not connected" in answer.json()["detail"] or "Connecting" in answer.json()["detail"]
    online(api, settings)
    content = api.post("/test-message").json()
    topic = f"{settings['topic_prefix']}/test"
    assert content == {"topic": topic, "delivered": True, "message": "the broker has acknowledged it"}
    assert subscriber.expect_count(topic, 1)[0].retain is False


def test_cameras_are_announced(tmp_path: Path, settings: Settings, broker: Mosquitto) -> None:
    cameras: list[dict[str, object]] = [{"id": "front", "name": "Front"}, {"id": "back"}]
    prefix = f"{settings['topic_prefix']}/discovery"
    with (
        running_on_sqlite(tmp_path, cameras=lambda: cameras) as api,
        Subscriber(broker, f"{prefix}/#") as home_assistant,
    ):
        assert api.post("/publish-discovery").status_code == 409
        online(api, {**settings, "discovery_prefix": prefix})
        assert api.post("/publish-discovery").json() == {
            "cameras_published": 2,
            "message": "2 cameras were announced",
        }
        home_assistant.expect_any("Front")
        cameras.append({"id": "a/b"})
        answer = api.post("/publish-discovery")
        assert answer.status_code == 409
        assert "after 2 cameras" in answer.json()["detail"]
        api.patch({"homeassistant_discovery": False})
        wait_until(lambda: api.get("/status").json()["state"] == "online", "it is online again")
        assert "switched off" in api.post("/publish-discovery").json()["detail"]


def failing() -> Iterator[dict[str, object]]:
    """Give one camera, and fail at the next."""
    yield {"id": "front"}
    raise LookupError("postgresql://argus:hunter2@db is gone")


def a_mapping() -> dict[str, object]:
    """Give one camera instead of a list."""
    return {"id": "front"}


@pytest.mark.parametrize(
    ("cameras", "told", "logged"),
    [
        (failing, "could not name its cameras (LookupError); its log says why", "is gone"),
        (a_mapping, "could not name its cameras (TypeError); its log says why", "return a list of them"),
        (lambda: ["front"], "could not name its cameras (TypeError); its log says why", "a str as a camera"),
        (lambda: None, "could not name its cameras (TypeError); its log says why", "NoneType"),
    ],
)
def test_a_program_that_cannot_name_its_cameras_is_told_apart(  # noqa: PLR0913, PLR0917
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture, cameras: Any, told: str, logged: str
) -> None:
    with running_on_sqlite(tmp_path, cameras=cameras) as api:
        online(api, settings)
        answer = api.post("/publish-discovery")
    assert (answer.status_code, answer.json()["detail"]) == (503, f"the program {told}")
    assert logged in caplog.text


def test_a_program_that_takes_too_long_to_name_its_cameras_keeps_nobody_waiting(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("argus_mqtt.settings._discovery.SECONDS", 0.1)
    answers = threading.Event()

    def slow() -> list[dict[str, object]]:
        answers.wait()
        return []

    with running_on_sqlite(tmp_path, cameras=slow) as api:
        online(api, settings)
        answer = api.post("/publish-discovery")
        answers.set()
    assert answer.status_code == 503
    assert "has not named its cameras for 0.1 s" in answer.json()["detail"]


def test_what_cannot_be_called_is_refused_at_once(tmp_path: Path) -> None:
    async def cameras() -> list[dict[str, object]]:
        return []

    with (
        pytest.raises(TypeError, match="cameras must be a plain function"),
        running_on_sqlite(tmp_path, cameras=cameras),
    ):
        pass
    nothing: Any = None
    with pytest.raises(TypeError, match="authorize must be a dependency"):
        settings_router(session=nothing, client=ManagedClient(), authorize=nothing, secrets=Secrets(KEY))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Give a real server on SQLite."""
    with Server(f"sqlite:///{tmp_path}/settings.db") as one:
        yield one


def test_a_page_hears_of_every_change(server: Server, settings: Settings, unreachable: Settings) -> None:
    with server.events() as events:
        assert events.next()["state"] == "not_set_up"
        assert server.http.get(PATH + "/status").json()["state"] == "not_set_up"
        server.save(settings, first=True)
        status = events.until("online")
        assert status["etag"] == '"1"'
        server.save(unreachable)
        assert events.until("waiting")["etag"] == '"2"'


def test_open_pages_do_not_keep_a_server_from_ending(
    server: Server, settings: Settings, subscriber: Subscriber
) -> None:
    with server.events() as events, server.events() as others:
        server.save(settings, first=True)
        events.until("online")
        others.until("online")
        server.program.send(signal.SIGTERM)
        events.end()
        others.end()
    # uvicorn waits for open requests as long as it takes, and so this would not end.
    server.program.ended()
    subscriber.expect(f"{settings['topic_prefix']}/status", "offline")


def test_a_silent_database_does_not_keep_a_server_from_ending(
    postgresql: PostgreSQL, settings: Settings, subscriber: Subscriber
) -> None:
    database = postgresql.database().render_as_string(hide_password=False)
    # The status waits for the database without an end.
    with Server(database, PATIENT="yes") as server, server.events() as events:
        server.save(settings, first=True)
        events.until("online")
        with postgresql.paused():
            wait_until(lambda: server.http.get("/reads").json() > 0, "the status is being read")
            server.program.send(signal.SIGTERM)
            events.end()
            server.program.ended()
    subscriber.expect(f"{settings['topic_prefix']}/status", "offline")


def test_nor_does_one_who_asks_once(postgresql: PostgreSQL, settings: Settings, subscriber: Subscriber) -> None:
    database = postgresql.database().render_as_string()
    with Server(database, PATIENT="yes") as server, ThreadPoolExecutor() as pool:
        server.save(settings, first=True)
        subscriber.expect(f"{settings['topic_prefix']}/status", "online")
        with postgresql.paused():
            asking = pool.submit(server.http.get, PATH + "/status")
            wait_until(lambda: server.http.get("/reads").json() > 0, "the status is being read")
            server.program.send(signal.SIGTERM)
            answer = asking.result(DEADLINE)
            assert (answer.status_code, answer.json()["detail"]) == (503, "the server is shutting down")
            server.program.ended()
    subscriber.expect(f"{settings['topic_prefix']}/status", "offline")


def test_a_status_that_is_read_beyond_the_end_of_the_loop_harms_nobody() -> None:
    answers = threading.Event()

    def read() -> dict[str, Any]:
        answers.wait()
        return {"client": None}

    def is_reading() -> bool:
        return any(thread.name == "argus-mqtt-status" for thread in threading.enumerate())

    async def listen() -> None:
        events = Feed(read, lambda: False).events()
        listening = asyncio.ensure_future(events.__anext__())
        while not is_reading():
            await asyncio.sleep(0.01)
        listening.cancel()

    asyncio.run(listen())
    answers.set()
    # pytest fails where a thread ends with an exception.
    wait_until(lambda: not is_reading(), "it is read at last")


def test_a_page_that_is_closed_is_forgotten(server: Server) -> None:
    with server.events() as events:
        events.next()
        assert server.http.get("/listeners").json() == 1
    wait_until(lambda: server.http.get("/listeners").json() == 0, "the page is forgotten")


@pytest.mark.parametrize("limit", ["MOST_ASKING", "MOST_LISTENERS"])
def test_so_many_may_ask_for_the_status_at_once_and_no_more(
    api: Api, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    headers = {"Accept": "text/event-stream"} if limit == "MOST_LISTENERS" else {}
    for _ in range(2):
        assert api.get("/status").status_code == httpx2.codes.OK
    monkeypatch.setattr(_events, limit, 0)
    assert api.http.get(PATH + "/status", headers=headers).status_code == httpx2.codes.SERVICE_UNAVAILABLE


def test_a_crash_while_saving_is_mended_at_the_next_start(
    tmp_path: Path, settings: Settings, unreachable: Settings
) -> None:
    database = f"sqlite:///{tmp_path}/settings.db"
    with Server(database) as server:
        server.save(settings, first=True)
    with Server(database, CRASH_WHILE_SAVING="yes") as server:
        with pytest.raises(httpx2.TransportError):
            server.save(unreachable)
        assert server.program.ended() == 9
    with Server(database) as server, server.events() as events:
        assert events.until("online")["etag"] == '"1"'
        server.save(unreachable)
