"""A client beside a service that runs with the same settings."""

from __future__ import annotations

import argparse
import contextlib
import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

from argus_mqtt._connect import connect
from argus_mqtt._settings import check_settings

from . import _check, _sources
from ._failing import Misused

if TYPE_CHECKING:
    from argus_mqtt._client import Client
    from argus_mqtt._settings_fields import Settings

    from ._terminal import Terminal


def sound_settings(given: argparse.Namespace, terminal: Terminal) -> Settings:
    """Return the settings of a command that requires valid ones."""
    settings = _sources.settings(given, terminal).settings
    report = check_settings(settings)
    if not report.valid or isinstance(settings, str):
        raise Misused(_check.faults_text(report.faults))
    return settings


@contextlib.contextmanager
def connected(settings: Settings, given: argparse.Namespace, terminal: Terminal) -> Iterator[Client]:
    """Return a client that is online and does not use the service's client ID and availability."""
    known = check_settings(settings).settings or settings
    own_id = given.id or f"{known['client_id']}-{secrets.token_hex(3)}"
    client = connect({**settings, "client_id": own_id, "announce_availability": False})
    with client:
        broker = client.status().broker
        terminal.waiting(f"connecting to {broker}", lambda: client.wait_online(given.timeout))
        yield client
