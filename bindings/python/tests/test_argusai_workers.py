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
    "gunicorn": ["-m", "gunicorn", "support.worker_app:wsgi", "-c", "python:support.worker_app", "-w", "3", "-b"],
}


class Workers:
    """A server with three workers."""

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
        where = port if server == "uvicorn" else f"127.0.0.1:{port}"
        self.program = Program([sys.executable, "-u", *SERVERS[server], where], environment, directory=TESTS)
        wait_until(lambda: len(self.numbers()) == 3 or not self.program.running, "three workers start")
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


@pytest.fixture(params=list(SERVERS))
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

        # Another takes over, whatever became of the owner.
        os.kill(owner, signal.SIGKILL)
        wait_until(lambda: owner not in workers.numbers(), "the owner has ended")
        next_owner = workers.owner()
        assert next_owner != owner
        assert workers.ask(next_owner, "publish", {"n": 2}) is True
        seen.expect(f"{new}/camera/front/event", '{"n":2}')

        # A reload starts all workers anew; not while one is being replaced.
        wait_until(lambda: len(workers.numbers()) == 3, "the one that was killed is replaced")
        before = set(workers.numbers())
        workers.program.send(signal.SIGHUP)
        wait_until(lambda: len(workers.numbers()) == 3 and not before & set(workers.numbers()), "all are new")
        next_owner = workers.owner()

        # What was handed over before the end is delivered, and the end is said.
        for n in range(50):
            assert workers.ask(next_owner, "publish", {"last": n}) is True
        workers.program.send(signal.SIGTERM)
        assert workers.program.ended() == 0
        seen.expect(f"{new}/camera/front/event", '{"last":49}')
        seen.expect(f"{new}/status", "offline")
        assert seen.messages(f"{new}/status")[-1].payload == b"offline"


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
