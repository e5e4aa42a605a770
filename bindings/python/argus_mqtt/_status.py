"""The status of a client."""

# Annotations are evaluated: tools look their names up in the package, where not all of them are.
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

State: TypeAlias = Literal["waiting", "connecting", "connected", "online", "refused", "shutting_down", "closed"]


@dataclass(frozen=True, slots=True)
class Counters:
    """Counters since the client was created.

    Attributes:
        accepted: Messages accepted from the caller.
        delivered: Acknowledged by the broker; with QoS 0, written to the network.
        expired: Expired before they could be sent.
        dropped_queue_full: Dropped to make room for newer ones.
        dropped_shutdown: Still queued when the client was shut down.
        dropped_no_subscriber: Accepted by the broker, but without a subscriber to their topic until they expired.
        superseded: States replaced by a newer one of the same topic before they were delivered.
        rejected: Not deliverable to this broker.
        unknown: Sent but not acknowledged when the client was shut down.
        refused_queue_full: Not accepted because the outbox was full.
        states_left_out: States that messages named and that did not go before them: no room, or refused.
        resent: Sent again after a connection had ended.
        guard_repairs: How often the availability topic was corrected after another client published to it.
        ignored_acknowledgements: Acknowledgements of unknown messages, or repeated ones.
    """

    accepted: int
    delivered: int
    expired: int
    dropped_queue_full: int
    dropped_shutdown: int
    dropped_no_subscriber: int
    superseded: int
    rejected: int
    unknown: int
    refused_queue_full: int
    states_left_out: int
    resent: int
    guard_repairs: int
    ignored_acknowledgements: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the connected broker.

    Attributes:
        receive_maximum: Messages in flight at once.
        maximum_packet_size: Bytes of a packet; None if the broker announces no limit.
        maximum_qos: 0, 1 or 2.
        retain_available: Whether it stores retained messages.
        server_keep_alive_seconds: The keep alive that it demands instead of the one in the settings, or None.
        certificate_valid_until: Over TLS, the last day, in UTC, on which its certificate is valid, such as
            "2026-01-31"; otherwise None.
    """

    receive_maximum: int
    maximum_packet_size: int | None
    maximum_qos: int
    retain_available: bool
    server_keep_alive_seconds: int | None
    certificate_valid_until: str | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """A histogram of times, in the form of Prometheus.

    Attributes:
        buckets: For each upper bound in seconds, how many times were at most that long; the counts are cumulative.
        count: How many there were.
        sum_seconds: Their sum.
    """

    buckets: Mapping[float, int]
    count: int
    sum_seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """A snapshot of the client.

    Attributes:
        state: "online" once the birth message was acknowledged, "connected" before that; "waiting" for the next
            attempt, "connecting" during one, "refused" if waiting cannot cure the failure; "shutting_down", "closed".
        protocol: The MQTT version of the connection, "5" or "3.1.1"; None without one.
        protocol_reason: Why this version is in use.
        broker: "host:port".
        client_id: The client ID in use.
        availability_topic: The topic of the birth and the will message.
        online_for_seconds: How long it has been online; None if it is not.
        last_online_unix_seconds: When it was last online, in the units of `time.time`: the present while it is
            online; None if it never was.
        last_error: The last failure in plain words; None if there was none.
        next_attempt_in_seconds: When it connects next; None unless it is waiting to.
        reconnect_attempt: Attempts since the connection was lost; 0 while there is one.
        connection_attempts: How often it has tried to connect.
        connections: How often it has been connected.
        queued: Messages that wait to be sent.
        queued_bytes: Their size.
        oldest_age_seconds: The age of the oldest; None if there is none.
        in_flight: Messages sent but not yet acknowledged.
        states: States remembered, which are published again to a broker that may have lost them.
        states_bytes: Their size.
        outcomes_kept: Outcomes of deliveries that have not been waited for yet.
        counters: Counters of messages; new settings do not reset them.
        acknowledgement_seconds: How long brokers took to acknowledge messages with QoS 1.
        topics_without_subscriber: Topics to which nobody was subscribed at the last publication, if an MQTT 5 broker
            reports it; at most 100.
        limits: The limits of the broker; None without a connection.
        warnings: Conditions that need attention.
        version: The version of the library.
    """

    state: State
    protocol: Literal["5", "3.1.1"] | None
    protocol_reason: str | None
    broker: str
    client_id: str
    availability_topic: str
    online_for_seconds: float | None
    last_online_unix_seconds: int | None
    last_error: str | None
    next_attempt_in_seconds: float | None
    reconnect_attempt: int
    connection_attempts: int
    connections: int
    queued: int
    queued_bytes: int
    oldest_age_seconds: float | None
    in_flight: int
    states: int
    states_bytes: int
    outcomes_kept: int
    counters: Counters
    acknowledgement_seconds: Histogram
    topics_without_subscriber: tuple[str, ...]
    limits: Limits | None
    warnings: tuple[str, ...]
    version: str


def status_from(data: Mapping[str, Any]) -> Status:
    """Make a status of the library's JSON."""
    times = data["acknowledgement_seconds"]
    return _made(
        Status,
        {
            **data,
            "counters": _made(Counters, data["counters"]),
            "acknowledgement_seconds": _made(
                Histogram, {**times, "buckets": {bucket["le"]: bucket["count"] for bucket in times["buckets"]}}
            ),
            "limits": limits_from(data["limits"]),
            "topics_without_subscriber": tuple(data["topics_without_subscriber"]),
            "warnings": tuple(data["warnings"]),
        },
    )


def limits_from(data: Mapping[str, Any] | None) -> Limits | None:
    """Make the limits of the library's JSON."""
    return None if data is None else _made(Limits, data)


_T = TypeVar("_T", Status, Counters, Histogram, Limits)


def _made(kind: type[_T], data: Mapping[str, Any]) -> _T:
    # A newer library of the same ABI may tell more, which older callers have no use for.
    return kind(**{field.name: data[field.name] for field in fields(kind)})
