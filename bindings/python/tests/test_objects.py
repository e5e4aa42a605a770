"""What clients, deliveries and exceptions are to Python: their names, their texts, and that they are not copied."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, get_type_hints

import pytest

import argus_mqtt
from support import DEADLINE
from support.programs import Program

if TYPE_CHECKING:
    from argus_mqtt import Settings

Copy = Callable[[object], object]


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy, pickle.dumps])
def test_clients_and_deliveries_are_not_copied(unreachable: Settings, make_copy: Copy) -> None:
    with argus_mqtt.connect(unreachable) as client:
        delivery = client.publish_event("front", {})
        for one in (client, delivery):
            with pytest.raises(TypeError, match=f"a {type(one).__name__} cannot be copied or pickled"):
                make_copy(one)
        assert not delivery.done()
        client.shutdown(0)


def test_the_faults_of_settings_are_copied() -> None:
    with pytest.raises(argus_mqtt.InvalidSettings) as raised:
        argus_mqtt.connect("{}")
    again = pickle.loads(pickle.dumps(raised.value))  # noqa: S301  (its own)
    assert (str(again), again.faults) == (str(raised.value), raised.value.faults)


def test_a_client_names_its_broker_and_state(settings: Settings, unreachable: Settings) -> None:
    broker, other = (f"127.0.0.1:{one['broker_port']}" for one in (settings, unreachable))
    client = argus_mqtt.connect(settings)
    client.wait_online(DEADLINE)
    assert repr(client) == f"<argus_mqtt.Client {broker}, online>"
    client.reconfigure(unreachable)
    client.shutdown(0)
    assert re.fullmatch(f"<argus_mqtt.Client ({broker}|{other}), shut down>", repr(client))


def test_a_child_names_the_client_of_its_parent(unreachable: Settings) -> None:
    code = """
import os, sys, argus_mqtt
client = argus_mqtt.connect(sys.argv[1])
if os.fork() == 0:
    print(client, flush=True)
    os._exit(0)
os.wait()
client.shutdown(0)
"""
    port = unreachable["broker_port"]
    with Program.python(code, f'{{"broker_host": "127.0.0.1", "broker_port": {port}}}') as program:
        assert program.line() == f"<argus_mqtt.Client 127.0.0.1:{port}, of the parent process>"


def test_a_delivery_names_its_outcome(settings: Settings) -> None:
    with argus_mqtt.connect(settings) as client:
        delivery = client.publish_event("front", {})
        assert repr(delivery) == f"<argus_mqtt.Delivery {delivery.id}>"
        delivery.wait(DEADLINE)
        assert repr(delivery) == f"<argus_mqtt.Delivery {delivery.id}, delivered>"


def test_public_names_are_those_of_the_package() -> None:
    for name in argus_mqtt.__all__:
        one = getattr(argus_mqtt, name)
        if callable(one) and hasattr(one, "__module__") and hasattr(one, "__qualname__"):
            assert f"{one.__module__}.{one.__qualname__}" == f"argus_mqtt.{name}"


def test_a_traceback_names_the_package() -> None:
    with Program.python('import argus_mqtt; argus_mqtt.connect("{}")') as program:
        program.line("argus_mqtt.InvalidSettings: broker_host")


def read_all(client: argus_mqtt.Client) -> None:
    """Read notices as long as they come."""
    while True:
        client.next_notice(0.25)


def test_timeouts_name_the_callers(unreachable: Settings, settings: Settings) -> None:
    # On the main thread a wait is made of slices, so that signal handlers run.
    with argus_mqtt.connect(unreachable) as client:
        delivery = client.publish_event("front", {})
        with pytest.raises(argus_mqtt.TimedOut, match=r"^not online within 0\.25 s: .*refused"):
            client.wait_online(0.25)
        with pytest.raises(argus_mqtt.TimedOut, match=rf"^message {delivery.id} has not ended within 0\.25 s$"):
            delivery.wait(0.25)
        client.shutdown(0)
    with argus_mqtt.connect(settings) as client:
        client.wait_online(DEADLINE)
        with pytest.raises(argus_mqtt.TimedOut, match=r"^nothing happened within 0\.25 s$"):
            read_all(client)


def test_a_lost_client_is_named(unreachable: Settings) -> None:
    client = argus_mqtt.connect(unreachable)
    with pytest.warns(ResourceWarning, match=rf"<argus_mqtt.Client 127.0.0.1:{unreachable['broker_port']}, \w+> was"):
        del client


def test_the_types_of_public_classes_can_be_read() -> None:
    # As pydantic and FastAPI read them, which look names up in the module that a class says it is of.
    for name in argus_mqtt.__all__:
        one = getattr(argus_mqtt, name)
        if isinstance(one, type):
            get_type_hints(one)
    assert get_type_hints(argus_mqtt.Status)["counters"] is argus_mqtt.Counters
