"""Testing a connection, independently of any client."""

# Annotations are evaluated: tools look their names up in the package, where not all of them are.
import ctypes
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import _arguments, _greenlets, _prototypes, _waiting
from ._errors import BUFFER_TOO_SMALL, OK
from ._settings import GivenSettings, settings_error, settings_json
from ._status import Limits, limits_from

_ENOUGH_FOR_MOST = 65536


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    """One step of a test.

    Attributes:
        step: "name" (look-up), "tcp", "tls", "mqtt" (an MQTT broker answers), "login", and the permissions "publish"
            and "subscribe".
        result: "passed", "failed", "unproven" (no sign of a failure, but this broker would not report one), "skipped"
            (not needed with these settings) or "not_reached".
        seconds: How long it took; None for a step that was not made or is part of another.
        detail: Further information, or None.
    """

    step: Literal["name", "tcp", "tls", "mqtt", "login", "publish", "subscribe"]
    result: Literal["passed", "failed", "unproven", "skipped", "not_reached"]
    seconds: float | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class BrokerCertificate:
    """The certificate that a broker presented, whether or not it is trusted.

    Attributes:
        subject: The subject, such as "CN=broker.example, O=Home".
        issuer: The issuer.
        is_self_signed: Whether the subject is also the issuer.
        names: The host names that it is valid for, at most 20.
        valid_from: The first day on which it is valid, such as "2026-01-31".
        valid_until: The last day on which it is valid.
        fingerprint: The fingerprint, as the setting `tls_fingerprint` takes it.
    """

    subject: str
    issuer: str
    is_self_signed: bool
    names: tuple[str, ...]
    valid_from: str
    valid_until: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """The report of a connection test.

    Attributes:
        works: Whether no step failed.
        broker: "host:port".
        client_id: The client ID of the test: that of the settings followed by "-test".
        topic: The topic of the test.
        steps: The steps, in order.
        protocol: The MQTT version that the broker accepted, or None.
        protocol_reason: Why this version was used.
        limits: The limits that the broker announced, or None.
        certificate: The certificate that the broker presented over TLS, whether or not it is trusted, or None.
        cause: Why a step failed, in plain words, or None.
        remedy: What to do about it, or None.
        proves: What the test proves, in sentences.
        does_not_prove: What it does not prove.
        seconds: How long it took.
    """

    works: bool
    broker: str
    client_id: str
    topic: str
    steps: tuple[ConnectionStep, ...]
    protocol: Literal["5", "3.1.1"] | None
    protocol_reason: str | None
    limits: Limits | None
    certificate: BrokerCertificate | None
    cause: str | None
    remedy: str | None
    proves: tuple[str, ...]
    does_not_prove: tuple[str, ...]
    seconds: float


def test_connection(settings: GivenSettings, timeout: float = 15.0) -> ConnectionReport:  # noqa: PT028  (no test of pytest's)
    """Test whether a client with these settings can connect and publish, and report each step.

    Connects as a client would, publishes one message, subscribes to one topic and disconnects; it ends at the first
    step that fails. Running clients and their topics are not affected: the test has its own client ID and no will,
    and uses only the topic "{topic_prefix}/connection-test", where nothing is retained. A failure is part of the
    report and raises nothing.

    Signal handlers run when it has ended.

    Args:
        settings: As for `connect`.
        timeout: How many seconds it may take.

    Raises:
        InvalidSettings: The settings have faults.
        ArgusMqttError: The operating system refuses a thread or a file descriptor.
    """
    text = settings_json(settings)
    _greenlets.refuse_wait("argus_mqtt.test_connection", "settings")
    deadline = _waiting.deadline_after(_arguments.timeout(timeout))
    return report_from(read_beside(text, lambda *output: _prototypes.test_connection(text, *output), deadline))


# It is no test, whatever pytest thinks of its name.
setattr(test_connection, "__test__", False)  # noqa: B010  (functions have no such attribute for type checkers)


def read_beside(
    settings: bytes, call: Callable[..., int], deadline: float, capacity: int = _ENOUGH_FOR_MOST
) -> bytes:
    """Give the JSON that a call writes which connects by itself.

    It takes the milliseconds that are left, a buffer, its capacity, and where length and error go.

    Raises:
        InvalidSettings: The settings have faults.
    """
    length = ctypes.c_size_t()
    error = _prototypes.Error()
    while True:
        buffer = ctypes.create_string_buffer(capacity)
        timeout_ms = _waiting.milliseconds_to(deadline)
        status = call(timeout_ms, buffer, capacity, ctypes.byref(length), ctypes.byref(error))
        if status == OK:
            return buffer.raw[: length.value]
        if status != BUFFER_TOO_SMALL:
            raise settings_error(status, error, settings)
        # The longest settings make the longest report.
        capacity = 2 * length.value


def report_from(text: bytes) -> ConnectionReport:
    """Give the report that is the JSON of the library."""
    data: Mapping[str, Any] = json.loads(text)
    # A newer library of the same ABI may tell more, which older callers have no use for.
    known = {name: data[name] for name in ConnectionReport.__dataclass_fields__}
    return ConnectionReport(
        **{
            **known,
            "steps": tuple(
                ConnectionStep(step["step"], step["result"], step["seconds"], step["detail"])
                for step in data["steps"]
            ),
            "limits": limits_from(data["limits"]),
            "certificate": _certificate_from(data["certificate"]),
            "proves": tuple(data["proves"]),
            "does_not_prove": tuple(data["does_not_prove"]),
        }
    )


def _certificate_from(data: Mapping[str, Any] | None) -> BrokerCertificate | None:
    if data is None:
        return None
    known = {name: data[name] for name in BrokerCertificate.__dataclass_fields__}
    return BrokerCertificate(**{**known, "names": tuple(data["names"])})
