"""Several workers with one set of settings: one has the connection, and another takes over when it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from support import DEADLINE, wait_until
from support.mosquitto import Mosquitto, free_port
from support.programs import PACKAGE, Program
from support.subscriber import Subscriber

TESTS = PACKAGE / "tests"
SERVERS = {
    # On a loaded machine a worker starts for longer than the five seconds after which uvicorn gives a reload up.
    "uvicorn": [
        *("-m", "uvicorn", "support.worker_app:app", "--workers", "3"),
        *("--timeout-worker-healthcheck", "60", "--port"),
    ],
    # It runs one worker then, and says so.
    "uvicorn --reload": [
        *("-m", "uvicorn", "support.worker_app:app", "--workers", "3"),
        *("--reload", "--reload-delay", "0.1", "--reload-dir", "{directory}", "--port"),
    ],
    "gunicorn": ["-m", "gunicorn", "support.worker_app:wsgi", "-c", "python:support.worker_app", "-w", "3", "-b"],
}


class Workers:
    """A server with several workers."""

    def __init__(self, server: str, directory: Path, broker: Mosquitto) -> None:
        """Start it, and wait until all have started."""
        self.directory = directory
        self.columns: dict[str, Any] = {"broker_port": broker.port, "topic_prefix": f"test/{uuid4().hex}"}
        self.write_row()
        port = str(free_port())
        environment = {
            "DIRECTORY": str(directory),
            "ARGUS_MQTT_LOCK_DIRECTORY": str(directory),
            "PYTHONPATH": f"{PACKAGE}{os.pathsep}{TESTS}",
        }
        where = port if server.startswith("uvicorn") else f"127.0.0.1:{port}"
        command = [part.format(directory=directory) for part in SERVERS[server]]
        self.program = Program([sys.executable, "-u", *command, where], environment, directory=TESTS)
        count = 1 if server == "uvicorn --reload" else 3
        wait_until(lambda: len(self.numbers()) == count or not self.program.running, "the workers start")
        if not self.program.running:
            self.program.ended()
            raise AssertionError(self.program.output)

    def write_row(self) -> None:
        """Write the row without telling anybody."""
        (self.directory / "row.json").write_text(json.dumps(self.columns))

    def numbers(self) -> list[int]:
        """Give the process numbers of the workers that run."""
        found = [int(path.stem) for path in self.directory.glob("*.sock")]
        return [number for number in found if self._runs(number)]

    def ask(self, number: int, command: str, argument: object = None) -> Any:
        """Ask one worker for something."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(DEADLINE)
            connection.connect(str(self.directory / f"{number}.sock"))
            connection.sendall(f"{command} {json.dumps(argument)}\n".encode())
            answer = b""
            while part := connection.recv(4096):
                answer += part
        return json.loads(answer)

    def burst(self, number: int, camera: str) -> None:
        """Let one worker publish events of a camera, one after the other, until it ends; wait until it is at it."""
        assert self.ask(number, "burst", camera) is True
        wait_until(lambda: len(self.accepted(camera)) >= 100, "events are accepted")

    def accepted(self, camera: str) -> list[int]:
        """Give the numbers of the events of a burst that were accepted."""
        file = self.directory / f"{camera}.accepted"
        lines = file.read_text().splitlines(keepends=True) if file.exists() else []
        return [int(line) for line in lines if line.endswith("\n")]

    def all_arrive(self, seen: Subscriber, prefix: str, camera: str) -> None:
        """Wait until each event of a burst has arrived; none twice, and in their order."""
        accepted = self.accepted(camera)
        seen.expect_count(f"{prefix}/camera/{camera}/event", len(accepted))
        assert events(seen, f"{prefix}/camera/{camera}/event") == accepted

    def owners(self) -> list[int]:
        """Give the workers that have a connection."""
        return [number for number in self.numbers() if self.ask(number, "status")["is_connected"]]

    def owner(self) -> int:
        """Wait until one worker has the connection; give its number."""
        wait_until(lambda: len(self.owners()) == 1, "one worker has the connection")
        return self.owners()[0]

    def _runs(self, number: int) -> bool:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state not in {"Z", "X"}


def events(seen: Subscriber, topic: str) -> list[int]:
    """Give the numbers of the events that arrived."""
    return [json.loads(message.payload)["n"] for message in seen.messages(topic)]


@pytest.fixture(params=["uvicorn", "gunicorn"])
def workers(request: pytest.FixtureRequest, tmp_path: Path, broker: Mosquitto) -> Iterator[Workers]:
    """Give three workers of each server."""
    one = Workers(request.param, tmp_path, broker)
    with one.program:
        yield one


def test_one_of_three_has_the_connection(workers: Workers, broker: Mosquitto) -> None:
    prefix = workers.columns["topic_prefix"]
    owner = workers.owner()
    with Subscriber(broker, f"{prefix}/#") as seen:
        for number in workers.numbers():
            status = workers.ask(number, "status")
            assert (status["owner"], status["connected"]) == (owner, True), "whoever is asked"
            assert status["accepts_messages"] is (number == owner)
            assert workers.ask(number, "publish", {"from": number}) is (number == owner)
            assert workers.ask(number, "status")["messages_skipped"] == (0 if number == owner else 1)
        seen.expect(f"{prefix}/camera/front/event", json.dumps({"from": owner}, separators=(",", ":")))
        assert len(seen.messages(f"{prefix}/camera/front/event")) == 1
        assert [one.payload for one in seen.messages(f"{prefix}/status")] == [b"online"], "nobody took it away"

        # The owner hears of what another worker saved.
        other = next(number for number in workers.numbers() if number != owner)
        new = f"{prefix}/new"
        assert workers.ask(other, "save", {**workers.columns, "topic_prefix": new}) is True
        seen.expect(f"{prefix}/status", "offline")
        seen.expect(f"{new}/status", "online")
        # The lock is that of other settings now, and goes to one worker again.
        owner = workers.owner()
        wait_until(
            lambda: {workers.ask(number, "status")["owner"] for number in workers.numbers()} == {owner},
            "all know the owner",
        )

        # Another takes over, whatever became of the owner. Of what it was handed, nothing is missing but the end.
        before = workers.ask(owner, "delivered")
        workers.burst(owner, "killed")
        delivered = workers.ask(owner, "delivered") - before
        os.kill(owner, signal.SIGKILL)
        wait_until(lambda: owner not in workers.numbers(), "the owner has ended")
        # Written down after it was accepted, so that the last one may not have been.
        accepted = workers.accepted("killed")
        seen.expect_count(f"{new}/camera/killed/event", delivered)
        received = events(seen, f"{new}/camera/killed/event")
        assert received == [*accepted, len(accepted)][: len(received)]
        next_owner = workers.owner()
        assert next_owner != owner
        assert workers.ask(next_owner, "publish", {"n": 2}) is True
        seen.expect(f"{new}/camera/front/event", '{"n":2}')

        # A reload starts all workers anew; not while one is being replaced.
        wait_until(lambda: len(workers.numbers()) == 3, "the one that was killed is replaced")
        before = set(workers.numbers())
        workers.burst(next_owner, "reloaded")
        workers.program.send(signal.SIGHUP)
        wait_until(lambda: len(workers.numbers()) == 3 and not before & set(workers.numbers()), "all are new")
        workers.all_arrive(seen, new, "reloaded")
        next_owner = workers.owner()

        # What was handed over before the end is delivered, and the end is said.
        workers.burst(next_owner, "ended")
        workers.program.send(signal.SIGTERM)
        assert workers.program.ended() == 0
        workers.all_arrive(seen, new, "ended")
        seen.expect(f"{new}/status", "offline")
        assert seen.messages(f"{new}/status")[-1].payload == b"offline"


def test_a_reload_while_one_writes_the_program_loses_nothing(tmp_path: Path, broker: Mosquitto) -> None:
    source = tmp_path / "changed.py"
    source.write_text("x = 1")
    workers = Workers("uvicorn --reload", tmp_path, broker)
    prefix = workers.columns["topic_prefix"]
    with workers.program, Subscriber(broker, f"{prefix}/#") as seen:
        before = workers.owner()
        workers.burst(before, "front")
        os.utime(source, (2e9, 2e9))
        wait_until(lambda: workers.numbers() not in ([], [before]), "another process serves")
        workers.all_arrive(seen, prefix, "front")
        assert workers.owner() != before
        workers.burst(workers.owner(), "back")
        workers.program.send(signal.SIGTERM)
        assert workers.program.ended() == 0
        workers.all_arrive(seen, prefix, "back")
        seen.expect(f"{prefix}/status", "offline")


def test_a_broker_that_is_gone_keeps_no_server_from_its_end(tmp_path: Path, own_broker: Mosquitto) -> None:
    workers = Workers("uvicorn", tmp_path, own_broker)
    with workers.program:
        owner = workers.owner()
        own_broker.stop()
        wait_until(lambda: not workers.owners(), "the outage is noticed")
        assert workers.ask(owner, "publish", {"n": 1}) is True
        workers.program.send(signal.SIGTERM)
        assert workers.program.ended() == 0
        assert "1 message" in workers.program.output, "what was not delivered is reported"
