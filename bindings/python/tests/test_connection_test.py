"""The test of a connection."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import aio
from support import DEADLINE

if TYPE_CHECKING:
    from argus_mqtt import Settings


def results(report: argus_mqtt.ConnectionReport) -> dict[str, str]:
    return {step.step: step.result for step in report.steps}


def test_what_works_is_reported(settings: Settings) -> None:
    report = argus_mqtt.test_connection(settings, DEADLINE)
    assert report.works
    assert (report.protocol, report.cause, report.remedy) == ("5", None, None)
    assert report.client_id.endswith("-test")
    assert report.topic == f"{settings['topic_prefix']}/connection-test"
    assert report.limits is not None
    found = results(report)
    assert [found[step] for step in ("tcp", "mqtt", "login", "publish", "subscribe")] == ["passed"] * 5


def test_what_fails_is_reported_with_cause_and_remedy(unreachable: Settings) -> None:
    report = argus_mqtt.test_connection(unreachable, DEADLINE)
    assert not report.works
    assert results(report)["tcp"] == "failed"
    assert results(report)["publish"] == "not_reached"
    assert "refused" in str(report.cause)
    assert "broker_port" in str(report.remedy)


def test_faults_are_raised() -> None:
    with pytest.raises(argus_mqtt.InvalidSettings, match="broker_host"):
        argus_mqtt.test_connection("{}")
    with pytest.raises(argus_mqtt.InvalidSettings, match="broker_host"):
        asyncio.run(aio.test_connection("{}"))


def test_an_event_loop_goes_on_meanwhile() -> None:
    async def main(port: int) -> None:
        silent: Settings = {"broker_host": "127.0.0.1", "broker_port": port}
        first = asyncio.ensure_future(aio.test_connection(silent, 3600))
        report = await aio.test_connection(silent, 0.5)
        assert results(report)["tcp"] == "passed"
        assert not report.works
        # Neither a wait that is given up nor the end of the loop waits for the test.
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    # The system accepts, and nobody answers.
    with socket.create_server(("127.0.0.1", 0)) as server:
        asyncio.run(asyncio.wait_for(main(server.getsockname()[1]), DEADLINE))


def test_the_status_tells_times(settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        assert client.status().last_online_unix_seconds is None or client.status().connections
        client.wait_online(DEADLINE)
        client.publish_event("front", {}).wait(DEADLINE)
        status = client.status()
        assert status.last_online_unix_seconds
        times = status.acknowledgement_seconds
        assert times.count == 1
        assert (min(times.buckets), max(times.buckets)) == (0.001, 10.0)
        assert max(times.buckets.values()) <= 1
        client.reconnect()
        assert client.status().connections == 1
