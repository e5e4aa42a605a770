"""The end of Python with clients that nobody has shut down."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from support.mosquitto import free_port
from support.programs import Program

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.subscriber import Subscriber

DAEMON = """
import sys, threading, argus_mqtt
client = argus_mqtt.connect(sys.argv[1])
client.wait_online(60)
running = threading.Event()

def publish():
    with open("/dev/stdout", "w") as cleaned_up:
        try:
            while True:
                client.publish_event("front", {}).done()
                running.set()
        finally:
            print("cleaned up", file=cleaned_up, flush=True)

threading.Thread(target=publish, daemon=True).start()
running.wait()
print("exiting", flush=True)
"""


def test_a_daemon_thread_that_publishes_to_the_end_prints_no_traceback(settings: Settings) -> None:
    with Program.python(DAEMON, json.dumps(settings)) as program:
        program.line("exiting")
        assert program.ended() == 0
        assert "Traceback" not in program.output
        assert "Exception" not in program.output


WAITING = """
import sys, threading, argus_mqtt
client = argus_mqtt.connect(sys.argv[1])
running = threading.Event()

def wait():
    delivery = client.publish_event("front", {})
    running.set()
    delivery.wait()

threading.Thread(target=wait, daemon=True).start()
running.wait()
"""


def test_a_daemon_thread_that_waits_for_a_message_to_the_end_prints_no_traceback(unreachable: Settings) -> None:
    with Program.python(WAITING, json.dumps(unreachable)) as program:
        assert program.ended() == 0
        assert "Traceback" not in program.output
        assert "Exception" not in program.output


def test_the_main_thread_is_told_at_exit_that_the_client_was_shut_down(settings: Settings) -> None:
    code = """
import atexit, sys

@atexit.register
def late():  # Registered first, so it runs after the package's own.
    try:
        client.publish_event("front", {})
    except argus_mqtt.ShutDown:
        print("told", flush=True)

import argus_mqtt
client = argus_mqtt.connect(sys.argv[1])
"""
    with Program.python(code, json.dumps(settings)) as program:
        program.line("told")
        assert program.ended() == 0


SEVERAL = """
import sys, argus_mqtt
from argus_mqtt import _shutdown
clients = [argus_mqtt.connect(text) for text in sys.argv[1:]]
for client in clients[1:]:
    client.wait_online(60)

real = _shutdown.Ending.start

def start(self, deadline):
    if self._handle == clients[0]._handle:
        raise RuntimeError("defect")
    real(self, deadline)

for client in clients[1:]:
    for _ in range(200):
        client.publish_event("front", {})
_shutdown.Ending.start = start
"""


def test_the_others_are_shut_down_after_one_that_raises(settings: Settings, subscriber: Subscriber) -> None:
    bad = {"broker_host": "127.0.0.1", "broker_port": free_port()}
    prefix = settings["topic_prefix"]
    others = [{**settings, "topic_prefix": f"{prefix}/{name}"} for name in ("a", "b", "c")]
    with Program.python(SEVERAL, *(json.dumps(one) for one in (bad, *others))) as program:
        assert program.ended() == 0
        assert re.search(rf"127.0.0.1:{bad['broker_port']}, \w+> was not shut down: defect", program.output)
    for one in others:
        # A process that just ends has the offline message too, from the broker; but not what was queued.
        subscriber.expect_count(f"{one['topic_prefix']}/events/front", 200)
        subscriber.expect(f"{one['topic_prefix']}/status", "offline")


def test_a_broker_that_is_down_does_not_keep_the_others_from_saying_offline(
    settings: Settings, subscriber: Subscriber
) -> None:
    code = """
import sys, argus_mqtt
clients = [argus_mqtt.connect(text) for text in sys.argv[1:]]
clients[1].wait_online(60)
for client in clients:
    client.publish_event("front", {"last": "words"})
"""
    bad = {"broker_host": "127.0.0.1", "broker_port": free_port()}
    with Program.python(code, json.dumps(bad), json.dumps(settings)) as program:
        assert program.ended() == 0
    subscriber.expect(f"{settings['topic_prefix']}/events/front", '{"last":"words"}')
    subscriber.expect(f"{settings['topic_prefix']}/status", "offline")
