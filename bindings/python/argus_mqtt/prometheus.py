"""Metrics of a client for Prometheus, read from its status whenever they are scraped.

    import argus_mqtt.prometheus

    argus_mqtt.prometheus.register(registry, client)

Needs prometheus_client: `pip install argus-mqtt[prometheus]`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import Protocol, TypeAlias, final, get_args

try:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        InfoMetricFamily,
        Metric,
        StateSetMetricFamily,
    )
    from prometheus_client.registry import Collector, CollectorRegistry
except ImportError as error:
    raise ImportError(
        f"argus_mqtt.prometheus needs prometheus_client 0.26 or later ({error}): pip install argus-mqtt[prometheus]"
    ) from error

from ._errors import ArgusMqttError
from ._status import Counters, Histogram, State, Status

__all__ = ["HasStatus", "StatusCollector", "StatusSource", "register"]


class HasStatus(Protocol):
    """A client: `argus_mqtt.Client`, `argus_mqtt.aio.AsyncClient`, or anything else that tells a status."""

    def status(self) -> Status:
        """Tell what is going on."""
        ...


StatusSource: TypeAlias = HasStatus | Callable[[], Status | None]
"""Where the status comes from: a client, or a function of no arguments, which gives None when there is none."""


def register(registry: CollectorRegistry, source: StatusSource) -> StatusCollector:
    """Add the metrics of a client to a registry; `registry.unregister` with the result takes them out again.

    Args:
        registry: The registry that is exported. It has room for one client, as the metrics have no labels for more.
        source: The client, or a function that gives its status; called on the thread of each scrape. Once it has
            been shut down, and while the function gives None, it counts as offline, and the counters stay.

    Raises:
        ValueError: The registry has metrics of these names already. The text says which have to go.
    """
    collector = StatusCollector(source)
    try:
        registry.register(collector)
    except ValueError as error:
        names = _names(collector.describe())
        taken = sorted(names & _names(registry.collect()))
        raise ValueError(
            f"the registry already has the metrics {', '.join(taken)}: remove the code that makes and sets them, or "
            "unregister the collector that they come from"
            if taken
            else f"the registry does not take the metrics of argus-mqtt: {error}"
        ) from None
    return collector


@final
class StatusCollector(Collector):
    """Makes metrics of a status. `register` is the way to use it."""

    def __init__(self, source: StatusSource) -> None:
        """Take what gives the status."""
        self._status: Callable[[], Status | None] = source if callable(source) else source.status
        self._lock = threading.Lock()
        self._last: Status | None = None

    def collect(self) -> Iterator[Metric]:
        """Give the metrics as they are now; for the registry."""
        try:
            status = self._status()
        except ArgusMqttError:  # It was shut down, or belongs to the parent of this process.
            status = None
        with self._lock:
            counted = self._last = status or self._last
        yield from _present(status)
        yield from _past(counted)

    def describe(self) -> Iterator[Metric]:
        """Give the metrics without values, so that the registry sees names that it has already."""
        yield from _present(None)
        yield from _past(None)


def _names(metrics: Iterable[Metric]) -> set[str]:
    """Give the names of metrics as one writes them: those of counters end in "_total"."""
    return {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in metrics}


def _gauge(name: str, text: str, value: float | None) -> Metric:
    """Make a gauge; without a sample when there is no value."""
    gauge = GaugeMetricFamily(name, text)
    if value is not None:
        gauge.add_metric([], value)
    return gauge


def _present(status: Status | None) -> Iterator[Metric]:
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


def _past(status: Status | None) -> Iterator[Metric]:
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
