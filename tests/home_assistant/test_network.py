"""Home Assistant's picture of whether the program is connected, when the network between them fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import argus_mqtt
from house import wait_until
from house.broker import Broker
from house.camera import Entities
from house.home_assistant import HomeAssistant
from house.link import Link
from house.publisher import Publisher


@pytest.fixture
def link(broker: Broker) -> Iterator[Link]:
    """Give the way to the broker."""
    with Link(broker) as link:
        yield link


@pytest.fixture
def publisher(
    tmp_path: Path, home: HomeAssistant, own_settings: dict[str, object], link: Link, entities: Entities
) -> Iterator[Publisher]:
    """Give a publisher on that way, which Home Assistant has seen."""
    way = {"broker_port": link.port, "keep_alive_seconds": 5, "reconnect_max_seconds": 5}
    with Publisher.cameras(tmp_path / "publisher", own_settings | way) as publisher:
        publisher.do("announce", {"id": "door"})
        home.expect(entities.connection, "on")
        yield publisher


@pytest.mark.parametrize("ways", [(True, True), (True, False), (False, True)])
def test_a_network_that_swallows_what_it_is_given_is_noticed(
    home: HomeAssistant, publisher: Publisher, link: Link, entities: Entities, *, ways: tuple[bool, bool]
) -> None:
    to_broker, from_broker = ways
    link.swallow(to_broker=to_broker, from_broker=from_broker)
    home.expect(entities.connection, "off")
    home.expect(entities["activity"], "unavailable")
    link.heal()
    home.expect(entities.connection, "on")
    home.expect(entities["activity"], "off")
    publisher.do("status door online")
    assert home.changes(entities.connection) == ["unavailable", "on", "off", "on"]


def test_connections_that_end_again_and_again_are_not_taken_for_a_twin(
    home: HomeAssistant, publisher: Publisher, link: Link, entities: Entities
) -> None:
    for number in range(1, 4):
        link.cut()
        wait_until(
            lambda: home.changes(entities.connection) == ["unavailable", "on", *["off", "on"] * number],  # noqa: B023
            lambda: f"it is back: {home.changes(entities.connection)}",
        )
    publisher.do("event door", {})
    home.expect(entities["activity"], "on")


def test_a_twin_is_named_before_long_and_the_one_that_is_left_is_online(
    home: HomeAssistant, own_settings: dict[str, object], entities: Entities
) -> None:
    settings = json.dumps(own_settings | {"client_id": entities.prefix, "reconnect_max_seconds": 5})
    with argus_mqtt.connect(settings) as first:
        first.announce_camera({"id": "door"})
        home.expect(entities.connection, "on")
        with argus_mqtt.connect(settings) as second:
            second.announce_camera({"id": "door"})
            wait_until(
                lambda: any(
                    "another client uses our client id" in str(one.status().last_error) for one in (first, second)
                ),
                lambda: f"the twin is named: {first.status().last_error}, {second.status().last_error}",
            )
            # Each is told after five closes; from then on the pauses are the longest that the settings allow.
            assert len(home.changes(entities.connection)) <= 26, home.changes(entities.connection)
        first.wait_online(60)
        home.expect(entities.connection, "on")
