"""What a client tells about itself."""

# Annotations are evaluated: tools look their names up in the package, where not all of them are.
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

State: TypeAlias = Literal["waiting", "connecting", "connected", "online", "refused", "shutting_down", "closed"]


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of the messages since the client was connected.

    Attributes:
        accepted: Messages taken from the caller.
        delivered: Acknowledged by the broker; with QoS 0, written to the network.
        expired: Expired before they could be sent.
        dropped_queue_full: Dropped to make room for newer ones.
        dropped_shutdown: Still queued when the client was shut down.
        dropped_no_subscriber: Taken by the broker while nobody was subscribed to their topic, until they expired.
        superseded: States replaced by a newer one of the same topic before they were delivered.
        rejected: Not deliverable to this broker.
        unknown: On their way when the client was shut down.
        refused_queue_full: Not taken, because the outbox was full.
        resent: Sent once more after a connection had ended.
        guard_repairs: How often the availability topic was set right after something else wrote there.
        ignored_acknowledgements: Acknowledgements that a broker sent for nothing, or twice.
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
    resent: int
    guard_repairs: int
    ignored_acknowledgements: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What the broker of the present connection allows.

    Attributes:
        receive_maximum: Messages in flight at once.
        maximum_packet_size: Bytes of a packet; None when the broker names no limit.
        maximum_qos: 0, 1 or 2.
        retain_available: Whether it keeps retained messages.
        server_keep_alive_seconds: The keep-alive it asks for instead of the one in the settings, or None.
        certificate_valid_until: Over TLS, the day in UTC on which its certificate ends, as "2026-01-31"; else None.
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
        buckets: How many were at most so long, by the bound in seconds; each counts those of the bounds below it too.
        count: How many there were.
        sum_seconds: Their sum.
    """

    buckets: Mapping[float, int]
    count: int
    sum_seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """What is going on, at the moment of the call.

    Attributes:
        state: "online" once the birth message was acknowledged, "connected" before that; "waiting" for the next
            attempt, "connecting" in one, "refused" when waiting will not cure what stops it; "shutting_down",
            "closed".
        protocol: The MQTT version of the connection, "5" or "3.1.1"; None without one.
        protocol_reason: Why this version is in use.
        broker: "host:port".
        client_id: The client id in use.
        availability_topic: Where the birth and the will message go.
        online_for_seconds: For how long it has been online; None when it is not.
        last_online_unix_seconds: When it was last online, as `time.time` tells times: the present while it is; None
            when it never was.
        last_error: The last thing that went wrong, in plain words; None when nothing has.
        next_attempt_in_seconds: When it connects next; None unless it is waiting to.
        reconnect_attempt: Attempts since the connection was lost; 0 while there is one.
        connection_attempts: How often it has tried to connect.
        connections: How often it has been connected.
        queued: Messages that wait to be sent.
        queued_bytes: What they take.
        oldest_age_seconds: The age of the oldest; None when there is none.
        in_flight: Messages sent and not acknowledged yet.
        states: States remembered, to be said again where a broker may have forgotten them.
        states_bytes: What they take.
        outcomes_kept: Outcomes of deliveries that nobody has waited for yet.
        counters: What became of the messages so far; new settings change nothing of it.
        acknowledgement_seconds: How long brokers took to acknowledge messages of QoS 1.
        topics_without_subscriber: Topics on which something was published last while nobody was subscribed to them,
            as far as an MQTT 5 broker says so; at most 100.
        limits: What the broker allows; None without a connection.
        warnings: What should not stay as it is.
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
