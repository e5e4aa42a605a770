"""Testing a connection beside every client."""

# Annotations are evaluated: tools look their names up in the package, where not all of them are.
import ctypes
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import _arguments, _prototypes, _waiting
from ._errors import BUFFER_TOO_SMALL, OK
from ._settings import GivenSettings, settings_error, settings_json
from ._status import Limits, limits_from

_ENOUGH_FOR_MOST = 65536


@dataclass(frozen=True, slots=True)
class ConnectionStep:
    """One step of a test.

    Attributes:
        step: "name" (look-up), "tcp", "tls", "mqtt" (something that speaks it answers), "login", and the permissions
            "publish" and "subscribe".
        result: "passed", "failed", "unproven" (nothing speaks against it, but this broker would not say), "skipped"
            (not needed with these settings) or "not_reached".
        seconds: How long it took; None for one that was not made, or that comes with another.
        detail: What else there is to say, or None.
    """

    step: Literal["name", "tcp", "tls", "mqtt", "login", "publish", "subscribe"]
    result: Literal["passed", "failed", "unproven", "skipped", "not_reached"]
    seconds: float | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class BrokerCertificate:
    """The certificate that a broker showed, whether or not it is trusted.

    Attributes:
        subject: Whose it is, such as "CN=broker.example, O=Home".
        issuer: Who signed it.
        is_self_signed: Whether the subject is also the issuer.
        names: The hosts that it is for, 20 at most.
        valid_from: The first day on which it is valid, such as "2026-01-31".
        valid_until: The last one.
        fingerprint: What the setting `tls_fingerprint` takes.
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
    """What a test of a connection found.

    Attributes:
        works: Whether no step failed.
        broker: "host:port".
        client_id: The client id of the test: that of the settings and "-test".
        topic: The topic of the test.
        steps: The steps, in the order in which they were made.
        protocol: The MQTT version that the broker accepted, or None.
        protocol_reason: Why that version.
        limits: What the broker said of itself, or None.
        certificate: What the broker showed over TLS, whether or not it is trusted, or None.
        cause: Why the step that failed failed, in plain words, or None.
        remedy: What to do about it, or None.
        proves: What the test shows, in sentences.
        does_not_prove: What it does not show.
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
    """Test whether settings make a connection that works, and tell what came of each step.

    Connects as a client would, sends one message, asks for one subscription and says goodbye; it ends at the first
    step that fails. No client that is running is touched, nor its topics: the test has a client id of its own, leaves
    no will, and uses only the topic "{topic_prefix}/connection-test", where nothing is retained. That something does
    not work is in the report, and raises nothing.

    Signal handlers run when it has ended.

    Args:
        settings: As for `connect`.
        timeout: How many seconds it may take.

    Raises:
        InvalidSettings: The settings have faults.
        ArgusMqttError: The operating system does not give a thread or a file descriptor.
    """
    text = settings_json(settings)
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
