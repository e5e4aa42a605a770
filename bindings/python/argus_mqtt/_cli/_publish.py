"""`argus-mqtt publish`."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from argus_mqtt._errors import ArgusMqttError, QueueFull

from . import _sources
from ._beside import connected, sound_settings
from ._failing import FAILED, OK, Misused
from ._tally import Tally

if TYPE_CHECKING:
    from argus_mqtt._client import Client
    from argus_mqtt._delivery import Delivery
    from argus_mqtt._settings_fields import Settings

    from ._terminal import Terminal

# Lines are read no faster than the broker takes messages.
_MOST_AT_ONCE: Final = 500
# How long what was read before a signal may take to be delivered.
_LAST_SECONDS: Final = 5.0


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Publish, and wait for the outcomes."""
    if given.camera and (given.qos is not None or given.retain or given.expiry is not None):
        raise Misused("qos, retain and expiry of a camera's events are those of the settings: use --set, or -t")
    # A full queue is waited for; the oldest messages are not dropped for the next ones.
    settings: Settings = {**sound_settings(given, terminal), "queue_full": "refuse_newest"}
    tally = Tally()
    with connected(settings, given, terminal) as client:
        try:
            _publish(client, given, terminal, tally)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_said_at_last(client, terminal, tally)) from None
        protocol = client.status().protocol
    terminal.json({"delivered": tally.delivered, "failures": tally.failures, "protocol": protocol})
    terminal.line(_said(tally))
    for failure in tally.failures:
        terminal.line(f"  {failure}", "bad")
    return FAILED if tally.failures else OK


def _publish(client: Client, given: argparse.Namespace, terminal: Terminal, tally: Tally) -> None:
    def wait(most_open: int) -> None:
        terminal.waiting("publishing", lambda: tally.wait(given.timeout, most_open))
        tally.count()

    for number, message in enumerate(_messages(given), 1):
        if len(tally) >= _MOST_AT_ONCE:
            wait(0)
            tally.give_up(given.timeout)
        try:
            tally.add(_accepted(client, given, message, tally, wait))
        except ArgusMqttError as error:
            if number == 1:
                raise
            tally.failures.append(f"line {number}: {error}")
    wait(0)
    tally.give_up(given.timeout)


def _accepted(
    client: Client, given: argparse.Namespace, message: bytes, tally: Tally, wait: Callable[[int], None]
) -> Delivery:
    """Publish a message as soon as there is room for it; raise QueueFull if none comes."""
    with contextlib.suppress(QueueFull):
        return _published(client, given, message)
    # Only what has no outcome yet takes room.
    tally.count()
    while number := len(tally):
        wait(number - 1)
        if len(tally) == number:
            break
        with contextlib.suppress(QueueFull):
            return _published(client, given, message)
    return _published(client, given, message)


def _said_at_last(client: Client, terminal: Terminal, tally: Tally) -> str:
    """Say what becomes of the messages that were read before a signal came."""
    if client.status().state == "online":
        terminal.waiting("publishing", lambda: client.flush(_LAST_SECONDS))
    tally.count()
    return f"; {_said(tally)}" if tally.delivered or tally.failures or tally else ""


def _said(tally: Tally) -> str:
    failed = len(tally.failures) + len(tally)
    return f"delivered: {tally.delivered}" + (f", not delivered: {failed}" if failed else "")


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
