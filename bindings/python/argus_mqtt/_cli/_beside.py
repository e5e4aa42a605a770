"""A client beside a service that runs with the same settings."""

from __future__ import annotations

import argparse
import contextlib
import secrets
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from argus_mqtt._connect import connect
from argus_mqtt._settings import check_settings

from . import _check, _sources
from ._failing import Misused

if TYPE_CHECKING:
    from argus_mqtt._client import Client
    from argus_mqtt._settings_fields import Settings

    from ._terminal import Terminal


@contextlib.contextmanager
def connected(given: argparse.Namespace, terminal: Terminal) -> Iterator[Client]:
    """Give a client that is online, and that leaves client id and availability of the service alone."""
    source = _sources.settings(given, terminal)
    report = check_settings(source.settings)
    if report.settings is None or not isinstance(source.settings, Mapping):
        raise Misused(_check.faults_text(report.faults))
    own_id = given.id or f"{report.settings['client_id']}-{secrets.token_hex(3)}"
    client = connect(cast("Settings", {**source.settings, "client_id": own_id, "announce_availability": False}))
    with client:
        broker = client.status().broker
        terminal.waiting(f"connecting to {broker}", lambda: client.wait_online(given.timeout))
        yield client
