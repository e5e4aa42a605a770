"""What the Python programs of the benchmark share: the options, and the measurements for blocking clients.

A peer is a class whose instances connect to the broker of the options, and whose `publishers` each publish one
event to one topic when called.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import argus_mqtt

EXPIRY_SECONDS = 300
AVAILABILITY_TOPIC = "argusai/status"
LONG_SECONDS = 600.0


@dataclass(frozen=True)
class Options:
    """The arguments of a peer program, the same as for the other languages."""

    mode: str
    port: int
    messages: int
    window: int  # events in flight at most
    backlog: int  # events handed over and not yet acknowledged at most; 0: all
    threads: int  # that publish, mode calls
    pause_us: int  # of each thread between two calls, mode calls
    cameras: Sequence[str]
    payload: bytes

    @classmethod
    def from_arguments(cls) -> Options:
        """Read the `key=value` arguments of this process."""
        given = dict(argument.split("=", 1) for argument in sys.argv[1:])
        return cls(
            mode=given["mode"],
            port=int(given["port"]),
            messages=int(given["messages"]),
            window=int(given["window"]),
            backlog=int(given["backlog"]),
            threads=int(given["threads"]),
            pause_us=int(given["pause_us"]),
            cameras=[f"camera{index}" for index in range(int(given["topics"]))],
            payload=Path(given["payload"]).read_bytes(),
        )

    @property
    def settings(self) -> argus_mqtt.Settings:
        """Settings of argus-mqtt: whatever is published fits into the queue."""
        return {
            "broker_host": "127.0.0.1",
            "broker_port": self.port,
            "message_expiry_seconds": EXPIRY_SECONDS,
            "max_in_flight": self.window,
            "max_queued_messages": self.messages + 1,
            "max_queued_bytes": 4 << 30,
            "reconnect_max_seconds": 1,
        }

    @property
    def topics(self) -> list[str]:
        """The topic of each camera."""
        return [f"argusai/events/{camera}" for camera in self.cameras]


class Peer(Protocol):
    """A client library behind the calls that are measured."""

    @property
    def publishers(self) -> Sequence[Callable[[], object]]:
        """One for each topic: publishes one event with QoS 1 and an expiry."""

    def announce(self) -> None:
        """Publish a retained message with QoS 1, unless connecting did it."""

    def wait_acknowledged(self, count: int) -> None:
        """Wait until so many messages were acknowledged."""


class Progress:
    """Counts the acknowledgements that a library reports on its own thread."""

    def __init__(self) -> None:
        self._count = 0
        self._awaited = 0
        self._reached = threading.Event()

    def add(self, *_: object) -> None:
        """Count one acknowledgement; takes what any callback brings."""
        self._count += 1
        if self._count == self._awaited:
            self._reached.set()

    def wait(self, count: int) -> None:
        """Wait until so many were counted."""
        self._reached.clear()
        self._awaited = count
        if self._count < count and not self._reached.wait(LONG_SECONDS):
            raise TimeoutError(f"{self._count} of {count} messages were acknowledged")


def run(connect: Callable[[Options], Peer]) -> None:
    """Do what the arguments ask for and print the result as one line of JSON.

    Then it waits to be killed: what a client sends when it closes is not to be counted.
    """
    options = Options.from_arguments()
    peer = connect(options)
    modes = {"throughput": throughput, "calls": calls, "roundtrip": roundtrip, "queue": queue, "start": start}
    report(modes[options.mode](options, peer))
    wait_for_driver()


def report(value: dict[str, Any]) -> None:
    """Tell the driver."""
    print(json.dumps(value), flush=True)


def checkpoint(name: str) -> None:
    """Tell the driver how far this is, and wait for its word to go on."""
    report({"checkpoint": name})
    wait_for_driver()


def wait_for_driver() -> None:
    """Wait for its word to go on."""
    if not sys.stdin.readline():
        sys.exit(1)


def throughput(options: Options, peer: Peer) -> dict[str, Any]:
    """Publish all events as fast as the peer takes them, until the last is acknowledged."""
    publishers, topics, backlog = peer.publishers, len(peer.publishers), options.backlog
    before = cpu_seconds()
    start_ns = time.monotonic_ns()
    for index in range(options.messages):
        if backlog and index >= backlog:
            peer.wait_acknowledged(index - backlog + 1)
        publishers[index % topics]()
    peer.wait_acknowledged(options.messages)
    return elapsed(start_ns, before)


def calls(options: Options, peer: Peer) -> dict[str, Any]:
    """Time each publish call, from one thread or several."""
    each = options.messages // options.threads
    durations = array("Q")
    threads = [
        threading.Thread(target=lambda: durations.extend(timed_calls(options, peer, each)))
        for _ in range(options.threads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    peer.wait_acknowledged(each * options.threads)
    return percentiles(durations)


def timed_calls(options: Options, peer: Peer, count: int) -> array[int]:
    """Nanoseconds that each of `count` calls took."""
    publishers, topics, clock = peer.publishers, len(peer.publishers), time.perf_counter_ns
    durations = array("Q")
    for index in range(count):
        if options.pause_us:
            time.sleep(options.pause_us / 1e6)
        publish = publishers[index % topics]
        start_ns = clock()
        publish()
        durations.append(clock() - start_ns)
    return durations


def roundtrip(options: Options, peer: Peer) -> dict[str, Any]:
    """Publish one event at a time and wait for its acknowledgement."""
    durations = array("Q")
    for index in range(options.messages):
        start_ns = time.perf_counter_ns()
        peer.publishers[index % len(peer.publishers)]()
        peer.wait_acknowledged(index + 1)
        durations.append(time.perf_counter_ns() - start_ns)
    return percentiles(durations)


def queue(options: Options, peer: Peer) -> dict[str, Any]:
    """Publish while the broker is away.

    At the checkpoints the driver reads this process's memory, takes the broker away, and brings it back.
    """
    checkpoint("connected")
    durations = timed_calls(options, peer, options.messages)
    checkpoint("queued")
    report({"growth": growth(durations), "calls": percentiles(durations)})
    checkpoint("told")
    peer.wait_acknowledged(options.messages)
    return {"empty_ns": time.monotonic_ns()}


def start(_: Options, peer: Peer) -> dict[str, Any]:
    """Announce availability, the first thing a program does."""
    peer.announce()
    peer.wait_acknowledged(1)
    return {"acknowledged_ns": time.monotonic_ns()}


def cpu_seconds() -> tuple[float, float]:
    """CPU seconds of this process: user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime, usage.ru_stime


def elapsed(start_ns: int, before: tuple[float, float]) -> dict[str, Any]:
    """Time and CPU time since a start."""
    seconds = (time.monotonic_ns() - start_ns) / 1e9
    user, system = cpu_seconds()
    return {"seconds": seconds, "user": user - before[0], "system": system - before[1]}


def percentiles(durations: array[int]) -> dict[str, Any]:
    """Median and tail in nanoseconds."""
    ordered = sorted(durations)

    def at(fraction: float) -> int:
        return ordered[min(int(len(ordered) * fraction), len(ordered) - 1)]

    mean = sum(ordered) / len(ordered)
    return {"p50_ns": at(0.5), "p99_ns": at(0.99), "p999_ns": at(0.999), "mean_ns": mean, "count": len(ordered)}


def growth(durations: array[int]) -> list[list[float]]:
    """Mean duration of a call at queue lengths 10, 100, 1000...: of those from half of each length to the whole."""
    points: list[list[float]] = []
    length = 10
    while length <= len(durations):
        points.append([length, sum(durations[length // 2 : length]) / (length // 2)])
        length *= 10
    return points
