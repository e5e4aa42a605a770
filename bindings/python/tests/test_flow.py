"""What a subscriber sees of a client's life."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from support import DEADLINE

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.subscriber import Subscriber


def test_birth_event_and_graceful_end(settings: Settings, subscriber: Subscriber) -> None:
    prefix = settings["topic_prefix"]
    with argus_mqtt.connect(settings) as client:
        client.wait_online(DEADLINE)
        birth = subscriber.expect(f"{prefix}/status", "online")
        assert birth.qos == 1
        client.publish_event("front", {"description": "Häuser"}).wait(DEADLINE)
        event = subscriber.expect(
            f"{prefix}/events/front", json.dumps({"description": "Häuser"}, ensure_ascii=False, separators=(",", ":"))
        )
        assert (event.qos, event.retain, event.expiry) == (1, False, 300)
    subscriber.expect(f"{prefix}/status", "offline")
    # The broker kept it, for those who come later.


def test_states_are_retained_and_the_latest_counts(
    settings: Settings, unreachable: Settings, subscriber: Subscriber
) -> None:
    topic = f"{settings['topic_prefix']}/state"
    with argus_mqtt.connect(settings) as client:
        client.publish_state(topic, {"n": 1}).wait(DEADLINE)
        subscriber.expect(topic, '{"n":1}')
        assert client.status().states == 1
        client.forget_state(topic).wait(DEADLINE)
        subscriber.expect(topic, "")
        assert client.status().states == 0
        with pytest.raises(argus_mqtt.InvalidArgument, match="forget it"):
            client.publish_state(topic, "")
    client = argus_mqtt.connect(unreachable)
    first, second = client.publish_state("a", "1"), client.publish_state("a", "2")
    with pytest.raises(argus_mqtt.Superseded, match="newer state"):
        first.wait(DEADLINE)
    assert repr(first).endswith(", superseded>")
    assert not second.done()
    assert client.status().counters.superseded == 1
    client.shutdown(0)


def test_a_picture_and_states_arrive_before_the_message_that_brings_them(
    settings: Settings, subscriber: Subscriber
) -> None:
    prefix = settings["topic_prefix"]
    camera, event = f"{prefix}/camera/front/snapshot", f"{prefix}/events/front"
    pictures = [b"\xff\xd8\xff" + bytes([0, number]) for number in range(3)]
    with argus_mqtt.connect({**settings, "discovery_prefix": f"{prefix}-ha"}) as client:
        client.announce_camera({"id": "front", "snapshots": True})
        for number, picture in enumerate(pictures):
            client.publish_event("front", {"n": number}, snapshot=picture if number else bytearray(picture))
        client.publish(f"{prefix}/other", "news", states={f"{prefix}/a": "1", f"{prefix}/b": b"2\0"}).wait(DEADLINE)
        assert client.flush(DEADLINE) == 0
        assert client.status().counters.states_left_out == 0
    subscriber.expect_count(event, 3)
    messages = [(one.topic, one.payload) for one in subscriber.all() if one.topic in {camera, event}]
    wanted = [[(camera, picture), (event, f'{{"n":{number}}}'.encode())] for number, picture in enumerate(pictures)]
    assert messages == [one for pair in wanted for one in pair]
    order = [one.topic.removeprefix(f"{prefix}/") for one in subscriber.all()]
    assert max(order.index("a"), order.index("b")) < order.index("other")
    subscriber.expect(f"{prefix}/b", b"2\0")
