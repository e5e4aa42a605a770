"""The program under test: hands over events at a steady pace and writes down what it did and what it learnt.

publisher.py LEDGER PROCESS SETTINGS EVENTS_PER_SECOND [SEED]

LEDGER is appended to, a line at a time and unbuffered, so that it is complete up to the moment of a SIGKILL. Each
line begins with a word and, except `accepted`, the wall-clock time. With a SEED the events have sizes and pauses at
random. The end of the standard input ends it in good order.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import argus_mqtt

CAMERAS = ("door", "garden", "street", "hall")
# The events of one camera are soon too old, so that every outage lets some expire.
SHORT_LIVED = "hall"
SHORT_LIFE_SECONDS = 3
MOST_PADDING = 2048
STATUS_EVERY_SECONDS = 0.1
# What is to be at the broker for whoever subscribes late; the last of them changes every second.
CONFIG_TOPIC = "homeassistant/sensor/argusfaults/config"
STATE_TOPICS = ("states/door", "states/garden", "states/uptime")
STATE_EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 60.0


class Ledger:
    """What happened, on disk."""

    def __init__(self, path: str) -> None:
        """Go on at the end of the file."""
        self._file = Path(path).open("ab", buffering=0)  # noqa: SIM115 - open for the life of the process

    def write(self, word: str, *fields: object) -> None:
        """Write a line; one call of the system, so any thread may."""
        self._file.write((" ".join([word, *map(str, fields)]) + "\n").encode())


class Publisher:
    """One client, with a thread that publishes and one that reads notices."""

    def __init__(self, ledger: Ledger, process: int, settings: argus_mqtt.Settings) -> None:
        """Start a client, and read its notices."""
        self._ledger = ledger
        self._process = process
        self._lifetime = settings["message_expiry_seconds"]
        self._client = argus_mqtt.connect(settings)
        # An outcome is told only for a delivery that is held.
        self._open: dict[int, argus_mqtt.Delivery] = {}
        self._ended: set[int] = set()
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read_notices, daemon=True)
        self._reader.start()

    def publish(self, number: int, padding: int) -> None:
        """Hand over an event of the next camera, larger by so many bytes."""
        camera = CAMERAS[number % len(CAMERAS)]
        event = {"process": self._process, "number": number, "padding": "x" * padding}
        lifetime = SHORT_LIFE_SECONDS if camera == SHORT_LIVED else self._lifetime
        # First, so that whatever arrives is known even if the process is killed within the call.
        self._ledger.write("handed", time.time(), number, lifetime)
        if camera == SHORT_LIVED:
            topic = f"argusai/events/{camera}"
            delivery = self._client.publish(topic, event, expiry_seconds=SHORT_LIFE_SECONDS)
        else:
            delivery = self._client.publish_event(camera, event)
        self._ledger.write("accepted", delivery.id)
        self._hold(delivery)

    def say(self, topic: str, number: int) -> None:
        """Say what a topic is to hold."""
        state = json.dumps({"process": self._process, "number": number})
        delivery = self._client.publish_state(topic, state)
        self._ledger.write("said", time.time(), delivery.id, topic, state)
        self._hold(delivery)

    def write_status(self) -> None:
        """Let the harness see how it goes."""
        self._ledger.write("status", time.time(), json.dumps(asdict(self._client.status())))

    def finish(self) -> None:
        """Wait until every event has ended and its end is written down, then shut down."""
        self._client.flush(PATIENCE_SECONDS)
        while self._open:
            time.sleep(0.01)
        counters = asdict(self._client.status().counters)
        report = self._client.shutdown(PATIENCE_SECONDS)
        self._reader.join()
        ending = {"counters": counters, "is_complete": report.complete, "message": report.message}
        self._ledger.write("finished", time.time(), json.dumps(ending))

    def _hold(self, delivery: argus_mqtt.Delivery) -> None:
        with self._lock:
            # The notice can be faster than this thread.
            if delivery.id in self._ended:
                self._ended.remove(delivery.id)
            else:
                self._open[delivery.id] = delivery

    def _read_notices(self) -> None:
        for notice in self._client:
            match notice:
                case argus_mqtt.Ended(number, outcome, _):
                    self._ledger.write("ended", time.time(), number, outcome)
                    with self._lock:
                        if self._open.pop(number, None) is None:
                            self._ended.add(number)
                case argus_mqtt.StateChange(state, _):
                    self._ledger.write("state", time.time(), state)
                case argus_mqtt.LogLine(_, text):
                    self._ledger.write("log", time.time(), text)
                case argus_mqtt.Missed(count):
                    self._ledger.write("missed", time.time(), count)


def wait_for_end_of_input(over: threading.Event) -> None:
    """Say when there is nothing more to read."""
    sys.stdin.read()
    over.set()


def main() -> None:
    """Publish until the input ends."""
    path, process, settings, rate, *seed = sys.argv[1:]
    publisher = Publisher(Ledger(path), int(process), json.loads(settings))
    over = threading.Event()
    threading.Thread(target=wait_for_end_of_input, args=(over,), daemon=True).start()
    pause = 1 / float(rate)
    chance = random.Random(seed[0]) if seed else None  # noqa: S311 - repeatable, not secret
    for topic in (CONFIG_TOPIC, *STATE_TOPICS):
        publisher.say(topic, 0)
    number = 0
    due = next_status = next_state = time.monotonic()
    while not over.is_set():
        publisher.publish(number, chance.randrange(MOST_PADDING) if chance else 0)
        number += 1
        now = time.monotonic()
        if now >= next_status:
            publisher.write_status()
            next_status = now + STATUS_EVERY_SECONDS
        if now >= next_state:
            publisher.say(STATE_TOPICS[-1], number)
            next_state = now + STATE_EVERY_SECONDS
        # A process that was stopped does not make up for what no camera saw meanwhile.
        due = max(due + (chance.expovariate(1 / pause) if chance else pause), now - 1)
        time.sleep(max(0.0, due - now))
    publisher.finish()


if __name__ == "__main__":
    main()
