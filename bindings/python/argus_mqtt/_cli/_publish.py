"""`argus-mqtt publish`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from argus_mqtt._errors import ArgusMqttError

from . import _sources
from ._beside import connected, sound_settings
from ._failing import FAILED, OK, Misused

if TYPE_CHECKING:
    from argus_mqtt._client import Client
    from argus_mqtt._delivery import Delivery

    from ._terminal import Terminal

_MOST_AT_ONCE = 500
"""Lines are read no faster than the broker takes messages."""


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Publish, and wait for the outcomes."""
    if given.camera and (given.qos is not None or given.retain or given.expiry is not None):
        raise Misused("qos, retain and expiry of a camera's events are those of the settings: use --set, or -t")
    delivered = 0
    failures: list[str] = []
    with connected(sound_settings(given, terminal), given, terminal) as client:
        waiting: list[Delivery] = []
        for message in _messages(given):
            waiting.append(_published(client, given, message))
            if len(waiting) >= _MOST_AT_ONCE:
                delivered += _ended(waiting, given, terminal, failures)
                waiting.clear()
        delivered += _ended(waiting, given, terminal, failures)
        protocol = client.status().protocol
    terminal.json({"delivered": delivered, "failures": failures, "protocol": protocol})
    terminal.line(f"delivered: {delivered}" + (f", not delivered: {len(failures)}" if failures else ""))
    for failure in failures:
        terminal.line(f"  {failure}", "bad")
    return FAILED if failures else OK


def _messages(given: argparse.Namespace) -> Iterator[bytes]:
    if given.null_message:
        yield b""
    elif given.file is not None:
        try:
            yield Path(given.file).read_bytes()
        except OSError as error:
            raise Misused(f"{given.file} can't be read: {error.strerror}") from None
    elif given.stdin_file:
        yield _sources.standard_input().read()
    elif given.stdin_line:
        for line in _sources.standard_input():
            yield line.rstrip(b"\r\n")
    else:
        # As it stood on the command line, which need not be text.
        yield given.message.encode("utf-8", "surrogateescape")


def _published(client: Client, given: argparse.Namespace, message: bytes) -> Delivery:
    if given.camera:
        return client.publish_event(given.camera, message)
    return client.publish(
        given.topic,
        message,
        qos=1 if given.qos is None else given.qos,
        retain=given.retain,
        expiry_seconds=given.expiry,
    )


def _ended(deliveries: list[Delivery], given: argparse.Namespace, terminal: Terminal, failures: list[str]) -> int:
    """Wait for messages; return how many were delivered, and record why others were not."""

    def wait() -> int:
        deadline = time.monotonic() + given.timeout
        delivered = 0
        for delivery in deliveries:
            try:
                delivery.wait(max(0.0, deadline - time.monotonic()))
                delivered += 1
            except ArgusMqttError as error:
                failures.append(str(error))
        return delivered

    return terminal.waiting("publishing", wait)
