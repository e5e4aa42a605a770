"""Arguments that are refused, without a broker."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import argus_mqtt

if TYPE_CHECKING:
    from argus_mqtt import Settings


@pytest.fixture
def client(unreachable: Settings) -> Iterator[argus_mqtt.Client]:
    """Give a client that cannot connect; what it accepts is queued."""
    one = argus_mqtt.connect(unreachable)
    yield one
    one.shutdown(timeout=0)


@pytest.mark.parametrize("camera", ["", "a/b", "a+", "#", "a\0b", "\ud800", "x" * 70_000])
def test_a_camera_is_one_level_of_a_topic(client: argus_mqtt.Client, camera: str) -> None:
    with pytest.raises(argus_mqtt.InvalidArgument, match="camera") as raised:
        client.publish_event(camera, b"{}")
    assert isinstance(raised.value, ValueError)
    assert client.status().counters.accepted == 0


@pytest.mark.parametrize("topic", ["", "a/+/b", "a/#", "a\0b", "\udfff", "x" * 70_000])
def test_a_topic_is_valid(client: argus_mqtt.Client, topic: str) -> None:
    with pytest.raises(argus_mqtt.InvalidArgument, match="topic"):
        client.publish(topic, b"")
    assert client.status().counters.accepted == 0


@pytest.mark.parametrize("event", [b"", b"[1]", "null", b'{"a": 1', b'{"a": NaN}', b'{"a": "\xff"}', "{} {}"])
def test_an_event_is_a_json_object(client: argus_mqtt.Client, event: argus_mqtt.Payload) -> None:
    with pytest.raises(argus_mqtt.InvalidArgument, match="event"):
        client.publish_event("front", event)


def test_an_event_that_is_no_json_is_located(client: argus_mqtt.Client) -> None:
    with pytest.raises(argus_mqtt.InvalidArgument, match=r"event\.objects\[0\]\.box is of type set"):
        client.publish_event("front", {"objects": [{"box": {1}}]})
    with pytest.raises(argus_mqtt.InvalidArgument, match="event has half of a surrogate pair"):
        client.publish_event("front", '{"a": "\ud800"}')
    with pytest.raises(argus_mqtt.InvalidArgument, match=r"payload\.score is nan"):
        client.publish("topic", {"score": math.nan})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"qos": 2}, "2"),
        ({"qos": -1}, "-1"),
        ({"qos": 2**32 + 1}, "qos is 4294967297"),
        ({"expiry_seconds": 0}, "expiry_seconds is 0: it must be from 1 to 4294967295"),
        ({"expiry_seconds": 2**32}, "expiry_seconds is 4294967296"),
    ],
)
def test_numbers_out_of_range_are_refused(client: argus_mqtt.Client, options: dict[str, Any], message: str) -> None:
    with pytest.raises(argus_mqtt.InvalidArgument, match=message):
        client.publish("topic", b"", **options)
    assert client.status().counters.accepted == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda client: client.publish_event(5, b"{}"), "camera must be a str, not int"),
        (lambda client: client.publish_event(["front"], b"{}"), "camera must be a str, not list"),
        (lambda client: client.publish_event(b"front", b"{}"), "camera must be a str, not bytes"),
        (lambda client: client.publish_event("front", None), "event must be bytes, .* not NoneType"),
        (lambda client: client.publish_event("front", [1]), "event must be bytes, .* not list"),
        (lambda client: client.publish(None, b""), "topic must be a str, not NoneType"),
        (lambda client: client.publish("topic", 5), "payload must be bytes, .* not int"),
        (lambda client: client.publish("topic", b"", qos="1"), "qos must be an int, not str"),
        (lambda client: client.publish("topic", b"", retain="false"), "retain must be True or False, not 'false'"),
        (lambda client: client.publish("topic", b"", expiry_seconds=1.5), "expiry_seconds must be an int, not float"),
        (lambda client: client.publish_event("front", b"{}", snapshot="picture"), "snapshot must be bytes, not str"),
        (lambda client: client.publish_event("front", b"{}", snapshot=5), "snapshot must be bytes, .* not int"),
        (lambda client: client.publish("topic", b"", states=["a"]), "states must be a mapping .* not list"),
        (lambda client: client.publish("topic", b"", states={5: "a"}), "states must be a str, not int"),
        (lambda client: client.publish("topic", b"", states={"a": 5}), r"states\['a'\] must be bytes, .* not int"),
        (lambda client: client.wait_online("5"), "timeout must be a number of seconds or None, not str"),
        (lambda client: client.flush([]), "timeout must be"),
        (lambda client: client.shutdown("now"), "timeout must be"),
        (lambda client: client.publish("topic", b"").wait("5"), "timeout must be"),
    ],
)
def test_other_types_are_refused(client: argus_mqtt.Client, call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call(client)


@pytest.mark.parametrize("timeout", [-1, -0.001, math.nan, -math.inf])
def test_timeouts_are_not_negative(client: argus_mqtt.Client, timeout: float) -> None:
    delivery = client.publish_event("front", b"{}")
    for call in (client.wait_online, client.flush, client.shutdown, delivery.wait):
        with pytest.raises(argus_mqtt.InvalidArgument, match="timeout is"):
            call(timeout)


def test_numbers_of_numpy_are_taken(client: argus_mqtt.Client) -> None:
    nothing: Any = np.int64(0)
    moment: Any = np.float32(0.01)
    options: dict[str, Any] = {"qos": np.int8(0), "retain": np.bool_(0), "expiry_seconds": np.int64(60)}
    delivery = client.publish("topic", b"", **options)
    with pytest.raises(argus_mqtt.TimedOut, match="has not ended within 0 s"):
        delivery.wait(nothing)
    with pytest.raises(argus_mqtt.TimedOut):
        client.wait_online(moment)
    with pytest.raises(argus_mqtt.InvalidArgument, match="expiry_seconds is 0"):
        client.publish("topic", b"", expiry_seconds=nothing)


def test_bytes_of_every_kind_are_taken(client: argus_mqtt.Client) -> None:
    data = b'{"a": "\xc3\xa9"}'
    for event in (data, bytearray(data), memoryview(b"-" + data)[1:], data.decode(), {"a": "é"}):
        client.publish_event("front", event)
    assert client.status().counters.accepted == 5


def test_a_changed_name_is_not_taken_for_a_kept_one(client: argus_mqtt.Client) -> None:
    client.publish_event("front", b"{}")
    with pytest.raises(argus_mqtt.InvalidArgument):
        client.publish_event("front/", b"{}")
    for number in range(5000):  # More than are kept.
        client.publish_event(f"camera {number}", b"{}")
    assert client.status().counters.accepted == 5001


def test_calls_after_the_shutdown_are_refused(client: argus_mqtt.Client) -> None:
    delivery = client.publish_event("front", b"{}")
    report = client.shutdown(timeout=0)
    assert not report.complete
    calls = [
        lambda: client.publish_event("front", b"{}"),
        lambda: client.publish("topic", b""),
        lambda: client.wait_online(0),
        lambda: client.flush(0),
        client.status,
        lambda: client.reconfigure({"broker_host": "localhost"}),
        lambda: delivery.wait(0),
        delivery.done,
    ]
    for call in calls:
        with pytest.raises(argus_mqtt.ShutDown, match="the client was shut down"):
            call()
    assert client.shutdown() is report
    with client:  # A block may end with a client that was shut down inside.
        pass


def test_numbers_of_numpy_are_taken_in_events(client: argus_mqtt.Client) -> None:
    client.publish_event("front", {"score": np.float32(0.5), "seen": np.bool_(1)})
    with pytest.raises(argus_mqtt.InvalidArgument, match=r"event\.score is nan"):
        client.publish_event("front", {"score": np.float32("nan")})
    assert client.status().counters.accepted == 1


@pytest.mark.parametrize(
    ("event", "position"),
    [
        ('{"a":"\\ud83d"}', "line 1 column 7"),
        ('{"a":1e999}', "line 1 column 6"),
        ({"a": 10**400}, "line 1 column 6"),
    ],
)
def test_what_home_assistant_refuses_is_refused(
    client: argus_mqtt.Client, event: argus_mqtt.Payload, position: str
) -> None:
    with pytest.raises(argus_mqtt.InvalidArgument, match=position):
        client.publish_event("front", event)
