"""Connecting: from settings to a client."""

from __future__ import annotations

import ctypes

from . import _prototypes
from ._client import Client
from ._errors import OK
from ._settings import GivenSettings, settings_error, settings_json


def connect(settings: GivenSettings) -> Client:
    """Start a client, which connects by itself and stays connected until it is shut down.

    Returns at once, without waiting for the broker; `Client.wait_online` does that. What is published meanwhile
    is queued.

    Args:
        settings: The settings by name, as `Settings` lists them, or the text of a JSON object. `broker_host` alone
            is enough; `check_settings` gives all of them with their defaults.

    Raises:
        InvalidSettings: They have faults, all of which are listed.
        ArgusMqttError: The operating system does not give another thread.
    """
    text = settings_json(settings)
    handle = ctypes.c_uint64()
    error = _prototypes.Error()
    try:
        status = _prototypes.connect(text, ctypes.byref(handle), ctypes.byref(error))
        if status == OK:
            return Client(handle.value)
    except BaseException:
        # A signal handler raised, and nobody will ever have the client.
        if handle.value:
            _prototypes.shutdown(handle.value, 0, None, None)
        raise
    raise settings_error(status, error, text)
