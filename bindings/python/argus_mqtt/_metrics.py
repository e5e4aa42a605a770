"""The metrics of a status, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import get_args

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
    StateSetMetricFamily,
)

from ._status import Counters, Histogram, State, Status


def _gauge(name: str, text: str, value: float | None) -> Metric:
    """Make a gauge; without a sample when there is no value."""
    gauge = GaugeMetricFamily(name, text)
    if value is not None:
        gauge.add_metric([], value)
    return gauge


def present(status: Status | None) -> Iterator[Metric]:
    """Give what tells of this moment."""
    limits = status.limits if status else None
    state = status.state if status else "closed"
    yield _gauge("mqtt_connection_status", "Whether the client is online: 1 or 0", state == "online")
    states: dict[str, bool] = {one: one == state for one in get_args(State)}
    yield StateSetMetricFamily("mqtt_connection_state", "State of the client", states)
    protocol = InfoMetricFamily("mqtt_connection", "The connection to the broker")
    if status:
        details = {"broker": status.broker, "protocol": status.protocol or "", "version": status.version}
        protocol.add_metric([], details)
    yield protocol
    yield _gauge("mqtt_queued_messages", "Messages that wait to be sent", status.queued if status else 0)
    yield _gauge("mqtt_queued_bytes", "Size of these messages", status.queued_bytes if status else 0)
    yield _gauge(
        "mqtt_oldest_message_age_seconds",
        "Age of the oldest queued message; 0 if there is none",
        (status.oldest_age_seconds if status else None) or 0,
    )
    yield _gauge(
        "mqtt_in_flight_messages", "Messages sent but not yet acknowledged", status.in_flight if status else 0
    )
    yield _gauge("mqtt_states", "States remembered", status.states if status else 0)
    yield _gauge("mqtt_states_bytes", "Size of these states", status.states_bytes if status else 0)
    yield _gauge("mqtt_warnings", "Warnings in the status", len(status.warnings) if status else 0)
    yield _gauge(
        "mqtt_certificate_end_timestamp_seconds",
        "Start of the last day on which the broker's certificate is valid; only over TLS",
        _day(limits.certificate_valid_until) if limits and limits.certificate_valid_until else None,
    )


def past(status: Status | None) -> Iterator[Metric]:
    """Give what has happened so far."""
    counters = status.counters if status else _NONE
    outcomes = CounterMetricFamily(
        "mqtt_message_outcomes", "Outcomes of messages, by outcome and reason", labels=["outcome", "reason"]
    )
    errors = 0
    for outcome, reason, field in _OUTCOMES:
        count: int = getattr(counters, field)
        errors += 0 if outcome in {"delivered", "superseded"} else count
        outcomes.add_metric([outcome, reason], count)
    yield outcomes
    for name, text, value in (
        ("mqtt_messages_accepted", "Messages accepted from the program", counters.accepted),
        ("mqtt_messages_published", "Messages that the broker acknowledged", counters.delivered),
        ("mqtt_publish_errors", "Messages that were not delivered, or not accepted", errors),
        ("mqtt_messages_resent", "Messages sent again after a connection had ended", counters.resent),
        (
            "mqtt_states_left_out",
            "States that messages named and that did not go before them",
            counters.states_left_out,
        ),
        (
            "mqtt_guard_repairs",
            "Birth messages published again because another client had written to the availability topic",
            counters.guard_repairs,
        ),
        (
            "mqtt_ignored_acknowledgements",
            "Acknowledgements of unknown messages, or repeated ones",
            counters.ignored_acknowledgements,
        ),
        (
            "mqtt_reconnect_attempts",
            "Attempts to connect, except the first",
            _but_first(status, "connection_attempts"),
        ),
        ("mqtt_reconnects", "Connections, except the first", _but_first(status, "connections")),
    ):
        yield CounterMetricFamily(name, text, value=value)
    yield _gauge(
        "mqtt_last_online_timestamp_seconds",
        "When the client was last online; the present while it is",
        status.last_online_unix_seconds if status else None,
    )
    times = status.acknowledgement_seconds if status else Histogram({}, 0, 0.0)
    yield HistogramMetricFamily(
        "mqtt_acknowledgement_seconds",
        "How long brokers took to acknowledge messages with QoS 1",
        buckets=[*((str(bound), count) for bound, count in times.buckets.items()), ("+Inf", times.count)],
        sum_value=times.sum_seconds,
    )


_NONE = Counters(*[0] * len(Counters.__dataclass_fields__))

_OUTCOMES = (
    ("delivered", "", "delivered"),
    ("expired", "", "expired"),
    ("dropped", "queue_full", "dropped_queue_full"),
    ("dropped", "shutdown", "dropped_shutdown"),
    ("dropped", "no_subscriber", "dropped_no_subscriber"),
    ("rejected", "", "rejected"),
    ("unknown", "shutdown", "unknown"),
    ("superseded", "", "superseded"),
    ("refused", "queue_full", "refused_queue_full"),
)
"""How messages end and why, and the counter; "refused" are those that were never taken."""


def _but_first(status: Status | None, field: str) -> int:
    count: int = getattr(status, field) if status else 0
    return max(count - 1, 0)


def _day(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp()
