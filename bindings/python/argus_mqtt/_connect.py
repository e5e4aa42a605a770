"""Connecting: from settings to a client."""

from __future__ import annotations

import ctypes

from . import _prototypes
from ._client import Client
from ._errors import OK
from ._settings import GivenSettings, settings_error, settings_json


def connect(settings: GivenSettings) -> Client:
    """Start a client, which maintains its connection by itself until it is shut down.

    Returns immediately; `Client.wait_online` waits for the broker. Messages published meanwhile are queued.

    Args:
        settings: The settings by name, as listed in `Settings`, or the text of a JSON object. Only `broker_host` is
            required; `check_settings` returns all settings with their defaults.

    Raises:
        InvalidSettings: They have faults, all of which are listed.
        ArgusMqttError: The operating system refuses a thread or a file descriptor.
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
