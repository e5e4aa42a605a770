"""The metrics: names, values, and a registry that has them already."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

import argus_mqtt
from argus_mqtt import aio, prometheus
from support import DEADLINE, wait_until
from support.programs import PACKAGE
from support.settings import settings_for

if TYPE_CHECKING:
    from argus_mqtt import Settings, Status
    from support.mosquitto import Mosquitto


@pytest.fixture
def registry() -> CollectorRegistry:
    """Give a registry of its own."""
    return CollectorRegistry()


@pytest.fixture
def client(settings: Settings) -> Iterator[argus_mqtt.Client]:
    """Give a client that is online."""
    with argus_mqtt.connect(settings) as one:
        one.wait_online(DEADLINE)
        yield one


def scraped(registry: CollectorRegistry) -> dict[str, float]:
    """Give the samples as Prometheus reads them, by name and labels."""
    samples = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            samples[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return samples


def test_what_happens_is_seen_when_it_is_scraped(registry: CollectorRegistry, client: argus_mqtt.Client) -> None:
    prometheus.register(registry, client)
    client.publish_event("front", {}).wait(DEADLINE)
    seen = scraped(registry)
    assert seen["mqtt_connection_status"] == 1
    assert seen["mqtt_connection_state{mqtt_connection_state=online}"] == 1
    assert seen["mqtt_connection_state{mqtt_connection_state=refused}"] == 0
    broker, version = client.status().broker, argus_mqtt.__version__
    assert seen[f"mqtt_connection_info{{broker={broker},protocol=5,version={version}}}"] == 1
    assert seen["mqtt_messages_accepted_total"] == 1
    assert seen["mqtt_messages_published_total"] == 1
    assert seen["mqtt_publish_errors_total"] == 0
    assert seen["mqtt_message_outcomes_total{outcome=delivered,reason=}"] == 1
    assert seen["mqtt_message_outcomes_total{outcome=dropped,reason=queue_full}"] == 0
    assert seen["mqtt_acknowledgement_seconds_count"] == seen["mqtt_acknowledgement_seconds_bucket{le=+Inf}"] == 1
    assert seen["mqtt_acknowledgement_seconds_bucket{le=10.0}"] == 1
    assert seen["mqtt_last_online_timestamp_seconds"] > 1.7e9
    for name in ("reconnect_attempts_total", "reconnects_total", "guard_repairs_total", "messages_resent_total"):
        assert seen[f"mqtt_{name}"] == 0
    assert "mqtt_certificate_end_timestamp_seconds" not in seen


def test_an_outage_is_seen(registry: CollectorRegistry, own_broker: Mosquitto) -> None:
    settings: Settings = {**settings_for(own_broker), "reconnect_max_seconds": 1}
    with argus_mqtt.connect(settings) as client:
        prometheus.register(registry, client)
        client.wait_online(DEADLINE)
        own_broker.stop()
        wait_until(lambda: scraped(registry)["mqtt_connection_status"] == 0, "the outage is seen")
        delivery = client.publish_event("front", {})
        with pytest.raises(argus_mqtt.Expired):
            client.publish("soon/over", "", expiry_seconds=1).wait(DEADLINE)
        wait_until(lambda: scraped(registry)["mqtt_reconnect_attempts_total"] > 0, "an attempt is seen")
        seen = scraped(registry)
        assert seen["mqtt_publish_errors_total"] == 1
        assert seen["mqtt_message_outcomes_total{outcome=expired,reason=}"] == 1
        assert seen["mqtt_queued_messages"] == 1
        assert seen["mqtt_queued_bytes"] > 0
        assert 0 < seen["mqtt_oldest_message_age_seconds"] < DEADLINE
        assert own_broker.start()
        client.reconnect()
        delivery.wait(DEADLINE)
        seen = scraped(registry)
        assert seen["mqtt_queued_messages"] == seen["mqtt_oldest_message_age_seconds"] == 0
        assert seen["mqtt_reconnects_total"] == 1


def test_a_client_that_is_no_more_keeps_what_it_counted(registry: CollectorRegistry, settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        prometheus.register(registry, client)
        client.publish_event("front", {}).wait(DEADLINE)
        assert scraped(registry)["mqtt_messages_published_total"] == 1
    seen = scraped(registry)
    assert seen["mqtt_connection_status"] == 0
    assert seen["mqtt_connection_state{mqtt_connection_state=closed}"] == 1
    assert seen["mqtt_messages_published_total"] == 1


def test_a_function_gives_the_status_or_none(registry: CollectorRegistry, client: argus_mqtt.Client) -> None:
    statuses: list[Status | None] = [None]
    prometheus.register(registry, lambda: statuses[-1])
    assert scraped(registry)["mqtt_connection_status"] == 0
    statuses.append(client.status())
    assert scraped(registry)["mqtt_connection_status"] == 1


def test_an_asyncio_client_has_metrics_too(registry: CollectorRegistry, settings: Settings) -> None:
    async def program() -> None:
        async with aio.connect(settings) as client:
            prometheus.register(registry, client)
            await client.wait_online(DEADLINE)
            assert scraped(registry)["mqtt_connection_status"] == 1

    asyncio.run(program())


def test_the_end_of_the_certificate_is_a_time(registry: CollectorRegistry, client: argus_mqtt.Client) -> None:
    status = client.status()
    assert status.limits
    limits = dataclasses.replace(status.limits, certificate_valid_until="2026-01-31")
    with_tls = dataclasses.replace(status, limits=limits)
    prometheus.register(registry, lambda: with_tls)
    assert scraped(registry)["mqtt_certificate_end_timestamp_seconds"] == 1769817600


def test_every_count_of_the_status_is_a_metric(registry: CollectorRegistry, client: argus_mqtt.Client) -> None:
    numbers = {name: 1000 + place for place, name in enumerate(argus_mqtt.Counters.__dataclass_fields__)}
    counters = argus_mqtt.Counters(**numbers)
    status = dataclasses.replace(
        client.status(), counters=counters, queued=7, queued_bytes=8, in_flight=9, states=10, states_bytes=11
    )
    prometheus.register(registry, lambda: status)
    seen = scraped(registry)
    assert set(numbers.values()) | {7, 8, 9, 10, 11} <= set(seen.values())
    dropped = ("dropped_queue_full", "dropped_shutdown", "dropped_no_subscriber")
    failed = ("expired", *dropped, "rejected", "unknown", "refused_queue_full")
    assert seen["mqtt_publish_errors_total"] == sum(numbers[name] for name in failed)


def test_a_registry_with_these_names_is_refused_with_what_to_remove(
    registry: CollectorRegistry, client: argus_mqtt.Client
) -> None:
    Gauge("mqtt_connection_status", "another's", registry=registry)
    Counter("mqtt_messages_published_total", "another's", registry=registry)
    Counter("http_requests_total", "no business of ours", registry=registry)
    with pytest.raises(ValueError, match="already has the metrics") as refused:
        prometheus.register(registry, client)
    assert "mqtt_connection_status, mqtt_messages_published_total: remove the code" in str(refused.value)
    assert "http_requests" not in str(refused.value)


def test_a_collector_can_be_taken_out_and_another_put_in(
    registry: CollectorRegistry, client: argus_mqtt.Client
) -> None:
    collector = prometheus.register(registry, client)
    with pytest.raises(ValueError, match="unregister the collector"):
        prometheus.register(registry, client)
    registry.unregister(collector)
    prometheus.register(registry, client)
    assert scraped(registry)["mqtt_connection_status"] == 1


def test_the_readme_names_every_metric(registry: CollectorRegistry) -> None:
    prometheus.register(registry, lambda: None)
    suffixes = {"counter": "_total", "info": "_info"}
    names = {metric.name + suffixes.get(metric.type, "") for metric in registry.collect()}
    section = (PACKAGE / "README.md").read_text().partition("## Metrics")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(mqtt_\w+)`", section)) == names
