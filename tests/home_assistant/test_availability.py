"""Home Assistant's picture of whether the program is connected, after every kind of fault."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from paho.mqtt import publish

from house.broker import Broker
from house.camera import Entities
from house.home_assistant import HomeAssistant
from house.publisher import Publisher


def test_a_program_that_stands_still_is_offline_until_it_goes_on(
    tmp_path: Path, home: HomeAssistant, own_settings: dict[str, object], entities: Entities
) -> None:
    with Publisher.cameras(tmp_path / "publisher", own_settings | {"keep_alive_seconds": 5}) as publisher:
        publisher.do("announce", {"id": "door"})
        home.expect(entities.connection, "on")
        publisher.program.send(signal.SIGSTOP)
        home.expect(entities.connection, "off")
        publisher.program.send(signal.SIGCONT)
        home.expect(entities.connection, "on")
        home.expect(entities["status"], "online")
    # With a heartbeat to expect, Home Assistant takes it for unavailable before the first one.
    assert home.changes(entities.connection)[:4] == ["unavailable", "on", "off", "on"]


@pytest.mark.parametrize("remembers", [True, False])
def test_a_broker_that_was_killed_brings_everything_back(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities, *, remembers: bool
) -> None:
    announced.do("counts door 3 5")
    home.expect(entities["events_today"], "3")
    home.excuse_outage()
    broker.stop()
    for entity_id in entities.all:
        home.expect(entity_id, "unavailable")
    if not remembers:
        broker.forget()
    assert broker.start()
    home.wait_ready()
    home.expect(entities.connection, "on")
    home.expect(entities["status"], "online")
    home.expect(entities["events_today"], "3")
    home.expect(entities["activity"], "off")
    announced.do("event door", {"description": "Afterwards"})
    home.expect(entities["event"], "Afterwards")
    assert "on" not in home.changes(entities["activity"])[:-1], "activity is nothing that an outage makes"


def test_somebody_who_writes_offline_is_corrected(
    home: HomeAssistant, broker: Broker, announced: Publisher, entities: Entities
) -> None:
    assert announced.program.running
    topic = f"{entities.prefix}/status"
    publish.single(topic, "offline", qos=1, retain=True, hostname=broker.host, port=broker.port)
    home.expect(entities.connection, lambda _: home.changes(entities.connection)[-2:] == ["off", "on"])
    announced.do("status door online")
    assert home.changes(entities.connection)[1:] == ["on", "off", "on"]
