"""Where threads are missing: with gevent and eventlet, whose greenlets share one, and where none can be started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.programs import Program

if TYPE_CHECKING:
    from argus_mqtt import Settings

PATCHED = "from gevent import monkey; monkey.patch_all()\n"

WAITS = """
import sys, gevent, argus_mqtt

client = argus_mqtt.connect(sys.argv[1])
ticks = 0

def tick():
    global ticks
    while True:
        ticks += 1
        gevent.sleep(0.01)

gevent.spawn(tick)
gevent.sleep(0)
delivery = client.publish_event("front", {})
for name, wait in (
    ("client.wait_online", lambda: client.wait_online(10)),
    ("client.wait_online", client.wait_online),
    ("delivery.wait", lambda: delivery.wait(10)),
    ("client.flush", lambda: client.flush(10)),
    ("client.next_notice", lambda: client.next_notice(10)),
    ("client.shutdown", client.shutdown),
    ("client.shutdown", client.__enter__),
    ("argus_mqtt.test_connection", lambda: argus_mqtt.test_connection(sys.argv[1])),
    ("argus_mqtt.find_announced", lambda: argus_mqtt.find_announced(sys.argv[1])),
):
    try:
        wait()
    except argus_mqtt.ArgusMqttError as error:
        assert str(error).startswith(f"{name} would stop every greenlet"), error
    else:
        sys.exit(f"{name} waited")

# What does not wait goes on as ever.
client.flush(0), client.status(), delivery.done()
# And what does, on a thread of the pool.
pool = gevent.get_hub().threadpool
before = ticks
pool.apply(client.wait_online, (60,))
gevent.spawn(pool.apply, delivery.wait, (60,)).get()
assert ticks > before or delivery.done()
assert pool.apply(client.shutdown, (60,)).complete
print("done", flush=True)
"""

LOGGING = """
import sys, gevent.socket, argus_mqtt

client = argus_mqtt.connect(sys.argv[1])
try:
    client.start_logging()
except argus_mqtt.ArgusMqttError as error:
    assert "gevent.socket.wait_read(client.fileno())" in str(error), error
else:
    sys.exit("it started a greenlet")
# What the message says.
while not isinstance(notice := client.next_notice(0), argus_mqtt.StateChange) or notice.state != "online":
    try:
        gevent.socket.wait_read(client.fileno())
    except argus_mqtt.TimedOut:
        pass
print("done", flush=True)
# The exit waits, as no greenlet will run again.
"""


@pytest.mark.parametrize("prelude", [PATCHED, ""], ids=["patched", "greenlets alone"])
def test_waits_that_would_stop_gevent_are_refused(settings: Settings, prelude: str) -> None:
    with Program.python(prelude + WAITS, json.dumps(settings)) as program:
        program.line("done")
        assert program.ended() == 0


EVENTLET = """
import sys, eventlet, eventlet.hubs, eventlet.tpool
if sys.argv[2] == "patched":
    eventlet.monkey_patch()
import argus_mqtt

client = argus_mqtt.connect(sys.argv[1])
eventlet.sleep(0)
try:
    client.wait_online(60)
except argus_mqtt.ArgusMqttError as error:
    assert "eventlet's thread pool: eventlet.tpool.execute(client.wait_online, timeout)" in str(error), error
else:
    sys.exit("it waited")
# What the message says.
eventlet.tpool.execute(client.wait_online, 60)
if sys.argv[2] == "patched":
    try:
        client.start_logging()
    except argus_mqtt.ArgusMqttError as error:
        assert "eventlet.hubs.trampoline(client.fileno(), read=True)" in str(error), error
    else:
        sys.exit("it started a greenlet")
    client.next_notice(0)
    delivery = client.publish_event("front", {})
    eventlet.hubs.trampoline(client.fileno(), read=True, timeout=60)
assert eventlet.tpool.execute(client.shutdown, 60).complete
print("done", flush=True)
"""


@pytest.mark.parametrize("how", ["patched", "greenlets alone"])
def test_waits_that_would_stop_eventlet_are_refused(settings: Settings, how: str) -> None:
    with Program.python(EVENTLET, json.dumps(settings), how, options=("-W", "ignore")) as program:
        program.line("done")
        assert program.ended() == 0


def test_logging_by_greenlets_is_refused(settings: Settings) -> None:
    with Program.python(PATCHED + LOGGING, json.dumps(settings)) as program:
        program.line("done")
        assert program.ended() == 0
        assert "Traceback" not in program.output


def test_a_program_that_only_imports_gevent_may_wait(settings: Settings) -> None:
    code = """
import sys, gevent, argus_mqtt
with argus_mqtt.connect(sys.argv[1]) as client:
    client.start_logging()
    client.wait_online(60)
"""
    with Program.python(code, json.dumps(settings)) as program:
        assert program.ended() == 0


NO_THREADS = """
import resource, sys, threading, argus_mqtt

client = argus_mqtt.connect(sys.argv[1])
client.wait_online(60)
threading.stack_size(1 << 30)
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, resource.RLIM_INFINITY))
try:
    threading.Thread(target=print).start()
except RuntimeError:
    pass
else:
    sys.exit("the limit is too high for this test")
try:
    client.start_logging()
except argus_mqtt.ArgusMqttError as error:
    assert error.status == 11
    print(error, flush=True)
print(client.shutdown(60).complete, flush=True)
"""


def test_where_no_thread_can_be_started_it_is_said_and_the_shutdown_works(settings: Settings) -> None:
    with Program.python(NO_THREADS, json.dumps(settings)) as program:
        assert "start_logging: can't start new thread; read the notices with next_notice" in program.line("start")
        program.line("True")
        assert program.ended() == 0
