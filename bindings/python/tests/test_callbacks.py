"""Functions that are called when a client comes online and when it is online no more."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

import argus_mqtt
from support import DEADLINE, wait_until
from support.settings import settings_for

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto


class Calls:
    """What callbacks were told, and on which threads."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.told: list[tuple[str, int]] = []
        self.threads: set[threading.Thread] = set()

    def named(self, name: str) -> Any:
        """Give a callback."""

        def call(number: int) -> None:
            self.threads.add(threading.current_thread())
            self.told.append((name, number))

        return call

    def expect(self, *told: tuple[str, int]) -> None:
        """Wait until this was told, and nothing else."""
        wait_until(lambda: len(self.told) >= len(told), f"{told} is told")
        assert self.told == list(told)


def test_each_connection_is_told_once_on_one_thread(own_broker: Mosquitto) -> None:
    calls = Calls()

    def fail(_: int) -> None:
        raise ValueError("a defect of the program")

    before = threading.active_count()
    with argus_mqtt.connect({**settings_for(own_broker), "reconnect_max_seconds": 1}) as client:
        assert threading.active_count() == before, "no thread for nobody"
        client.on_online(fail)
        client.on_online(calls.named("online"))
        client.on_offline(calls.named("offline"))
        client.wait_online(DEADLINE)
        calls.expect(("online", 1))
        client.on_online(calls.named("late"))
        client.on_offline(calls.named("too early"))
        calls.expect(("online", 1), ("late", 1))
        own_broker.stop()
        wait_until(lambda: len(calls.told) == 4, "the end is told")
        client.on_offline(calls.named("late end"))
        wait_until(lambda: len(calls.told) == 5, "the end is told to who comes late")
        own_broker.start()
        wait_until(lambda: len(calls.told) == 7, "the next connection is told")
    calls.expect(
        ("online", 1),
        ("late", 1),
        ("offline", 1),
        ("too early", 1),
        ("late end", 1),
        ("online", 2),
        ("late", 2),
        ("offline", 2),
        ("too early", 2),
        ("late end", 2),
    )
    assert len(calls.threads) == 1
    (thread,) = calls.threads
    thread.join(DEADLINE)
    assert not thread.is_alive()


def test_a_slow_callback_learns_of_what_came_and_went_meanwhile(own_broker: Mosquitto) -> None:
    calls = Calls()
    busy, go_on = threading.Event(), threading.Event()

    def slow(number: int) -> None:
        calls.named("online")(number)
        if number == 1:
            busy.set()
            assert go_on.wait(DEADLINE)

    with argus_mqtt.connect({**settings_for(own_broker), "reconnect_max_seconds": 1}) as client:
        client.on_online(slow)
        client.on_offline(calls.named("offline"))
        assert busy.wait(DEADLINE)
        own_broker.stop()
        wait_until(lambda: client.status().state != "online", "the client notices")
        own_broker.start()
        client.wait_online(DEADLINE)
        assert calls.told == [("online", 1)], "nobody waits for a callback"
        go_on.set()
        calls.expect(("online", 1), ("offline", 1), ("online", 2))


def test_what_is_registered_while_another_runs_misses_nothing(own_broker: Mosquitto) -> None:
    calls = Calls()
    busy, go_on = threading.Event(), threading.Event()

    def slow(_: int) -> None:
        busy.set()
        assert go_on.wait(DEADLINE)

    with argus_mqtt.connect({**settings_for(own_broker), "reconnect_max_seconds": 1}) as client:
        client.wait_online(DEADLINE)
        client.on_online(slow)
        assert busy.wait(DEADLINE)
        client.on_offline(calls.named("offline"))
        own_broker.stop()
        wait_until(lambda: client.status().state != "online", "the client notices")
        own_broker.start()
        client.wait_online(DEADLINE)
        go_on.set()
        calls.expect(("offline", 1))


def test_a_callback_may_do_what_it_likes(settings: Settings) -> None:
    done = threading.Event()
    inner = Calls()

    with argus_mqtt.connect(settings) as client:

        def busy(number: int) -> None:
            client.wait_online(0)
            client.publish_event("front", {"n": number}).wait(DEADLINE)
            client.on_online(inner.named("inner"))
            done.set()

        client.on_online(busy)
        assert done.wait(DEADLINE)
        inner.expect(("inner", 1))


def test_notices_are_told_as_well(settings: Settings) -> None:
    calls = Calls()
    with argus_mqtt.connect(settings) as client:
        client.on_online(calls.named("online"))
        while client.next_notice(DEADLINE) != argus_mqtt.StateChange("online", None):
            pass
        calls.expect(("online", 1))


def test_what_cannot_be_called_is_refused(unreachable: Settings) -> None:
    async def task(_: int) -> None: ...

    client = argus_mqtt.connect(unreachable)
    refused: list[Any] = [task, 7]
    for callback in refused:
        with pytest.raises(TypeError, match="callback must be a"):
            client.on_online(callback)
    client.shutdown(0)
    for register in (client.on_online, client.on_offline):
        with pytest.raises(argus_mqtt.ShutDown):
            register(print)


def test_a_client_that_was_never_online_tells_of_no_end(unreachable: Settings) -> None:
    calls = Calls()
    client = argus_mqtt.connect(unreachable)
    client.on_offline(calls.named("offline"))
    client.on_online(calls.named("online"))
    (thread,) = [one for one in threading.enumerate() if one.name == "argus-mqtt-callbacks"]
    client.shutdown(0)
    thread.join(DEADLINE)
    assert not thread.is_alive()
    assert calls.told == []


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_is_refused(unreachable: Settings) -> None:
    with argus_mqtt.connect(unreachable) as client:
        child = os.fork()
        if child == 0:
            try:
                client.on_online(print)
            except argus_mqtt.Forked:
                os._exit(7)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
