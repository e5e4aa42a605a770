"""MQTT for a camera system with Home Assistant.

    import argus_mqtt

    with argus_mqtt.connect({"broker_host": "localhost"}) as client:
        client.publish_event("front_door", {"description": "A person at the door"})

A library in Rust does the work, on a thread of its own; this package finds and calls it. The library is the file that
the environment variable ARGUS_MQTT_LIBRARY names, otherwise the package's own copy, otherwise that of the system.
Importing raises LibraryNotLoaded, which is an ImportError, if none can be used.

Times are in seconds. Every exception of this package is an ArgusMqttError.
"""

from ._announced import AnnouncedEntity, find_announced
from ._arguments import Payload
from ._client import Client
from ._connect import connect
from ._connection_test import BrokerCertificate, ConnectionReport, ConnectionStep, test_connection
from ._delivery import Delivery
from ._errors import (
    ArgusMqttError,
    Dropped,
    Expired,
    Fault,
    Forked,
    InvalidArgument,
    InvalidSettings,
    LibraryNotLoaded,
    NotDelivered,
    QueueFull,
    Refused,
    Rejected,
    ShutDown,
    Superseded,
    TimedOut,
    UnknownOutcome,
)
from ._notice import Ended, LogLine, Missed, Notice, StateChange
from ._prototypes import library_version
from ._settings import SettingsReport, check_settings, settings_schema
from ._settings_fields import Settings
from ._shutdown import ShutdownReport
from ._status import Counters, Histogram, Limits, Status
from ._version import __version__

__all__ = [
    "AnnouncedEntity",
    "ArgusMqttError",
    "BrokerCertificate",
    "Client",
    "ConnectionReport",
    "ConnectionStep",
    "Counters",
    "Delivery",
    "Dropped",
    "Ended",
    "Expired",
    "Fault",
    "Forked",
    "Histogram",
    "InvalidArgument",
    "InvalidSettings",
    "LibraryNotLoaded",
    "Limits",
    "LogLine",
    "Missed",
    "NotDelivered",
    "Notice",
    "Payload",
    "QueueFull",
    "Refused",
    "Rejected",
    "Settings",
    "SettingsReport",
    "ShutDown",
    "ShutdownReport",
    "StateChange",
    "Status",
    "Superseded",
    "TimedOut",
    "UnknownOutcome",
    "__version__",
    "check_settings",
    "connect",
    "find_announced",
    "library_version",
    "settings_schema",
    "test_connection",
]


def _name_publicly() -> None:
    """Let tracebacks and `repr` name what is imported from here, not the module that it is written in."""
    for name in __all__:
        one = globals()[name]
        if getattr(one, "__module__", "").startswith(f"{__name__}._"):
            one.__module__ = __name__


_name_publicly()
