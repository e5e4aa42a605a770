"""A real Home Assistant."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, final

from support.mosquitto import free_port
from support.programs import Program

from . import REPOSITORY, configuration, wait_until

_PYTHON = Path(os.environ.get("HOME_ASSISTANT_PYTHON", REPOSITORY / "target/home-assistant-2024.3.3/bin/python"))
_START_SECONDS = 300.0
_PROBLEM = re.compile(r"^\S+ \S+ (WARNING|ERROR|CRITICAL) ")
_READY = re.compile(r"Transmitting (?:retained )?message on \S+/status: 'online'")
_CONNECTED = "Connected to MQTT server"
# What this Home Assistant says of itself at each start.
_OF_ITSELF = (
    "Skipping pip installation of required modules",
    "Support for the running Python version",
    "Because the system does not have any enabled IPv4 addresses",
    # Of parts that a current one always loads and no test uses: what they need is not installed, or on the internet.
    "[homeassistant.components.analytics]",
    "Error setting up entry Analytics for analytics",
    "[homeassistant.components.marketplace]",
    "Error setting up entry  for marketplace",
    "zlib_ng and isal are not available",
    "[haffmpeg.",
    "Error loading libturbojpeg",
    "'assist_pipeline'",
    "'assist_satellite'",
    # On a busy machine.
    "is taking over 10 seconds",
    "Waiting on integrations to complete setup",
)
_MARK = "argus_mqtt_mark"
_UNREACHABLE = (ConnectionError, urllib.error.URLError, TimeoutError)


@dataclass(frozen=True)
class State:
    """A state of an entity."""

    entity_id: str
    state: str
    attributes: dict[str, Any]


@final
class HomeAssistant:
    """A Home Assistant on a free port, connected to a broker on this machine."""

    def __init__(
        self, directory: Path, broker_port: int, packages: dict[str, str], *, with_frontend: bool = False
    ) -> None:
        """Start it with its files in `directory`; see `configuration.write`."""
        self._directory = directory
        self._port = free_port()
        self._token = configuration.write(directory, self._port, broker_port, packages, with_frontend=with_frontend)
        self._program: Program | None = None
        self._asking: subprocess.Popen[str] | None = None
        self._log_read = 0
        self._excused: list[str] = []
        self._changed: list[State] = []
        self._service_calls: list[dict[str, Any]] = []
        self._marks = 0
        self._marks_seen = 0
        self.start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start it, again after `stop`, and wait until it sees what is published."""
        self._log_read = 0
        for log in self._directory.glob("home-assistant.log*"):
            log.unlink()
        command: list[str | Path] = [_PYTHON, "-m", "homeassistant", "--config", self._directory, "--skip-pip"]
        self._program = program = Program(command, {"HOME": str(self._directory)}, directory=self._directory)
        wait_until(lambda: not program.running or self._answers(), self._not_started, _START_SECONDS)
        assert program.running, self._not_started()
        self._follow()
        self.wait_ready()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait for its end."""
        if self._asking:
            self._asking.communicate()
            self._asking = None
        if self._program:
            self._program.send(number)
            self._program.ended()
            self._program.__exit__(None, None, None)
            self._program = None

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let it stand still for a while."""
        # What it was about then took it long.
        self.excuse("Updating state for")
        assert self._program
        self._program.send(signal.SIGSTOP)
        try:
            yield
        finally:
            self._program.send(signal.SIGCONT)

    def restart(self) -> None:
        """End it in good order, and start it again."""
        self.stop()
        self.start()

    @property
    def connections(self) -> int:
        """How often it has connected to the broker since it was started."""
        return self._log().count(_CONNECTED)

    def wait_ready(self) -> None:
        """Wait until it has subscribed, which it says by a birth message of its own.

        That of a connection may come some seconds later, when there is another already on which it has not subscribed
        yet; so all of them are waited for.
        """

        def is_ready() -> bool:
            log = self._log()
            is_connected = log.rfind(_CONNECTED) > log.rfind("Disconnected from MQTT")
            return is_connected and len(_READY.findall(log)) >= log.count(_CONNECTED)

        wait_until(is_ready, self._not_started, _START_SECONDS)

    def state(self, entity_id: str) -> State | None:
        """Give the state of an entity; None if there is no such entity."""
        try:
            found = self._get(f"/api/states/{entity_id}")
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise
            return None
        return State(entity_id, found["state"], found["attributes"])

    def entities(self, containing: str) -> list[str]:
        """Give the ids of the entities whose id contains a text."""
        return sorted(one["entity_id"] for one in self._get("/api/states") if containing in one["entity_id"])

    def expect(self, entity_id: str, wanted: str | Callable[[State], bool]) -> State:
        """Wait for a state of an entity and give it."""
        found: list[State | None] = [None]

        def is_there() -> bool:
            found[0] = state = self.state(entity_id)
            if state is None:
                return False
            return state.state == wanted if isinstance(wanted, str) else wanted(state)

        wait_until(is_there, lambda: f"{entity_id} becomes {wanted}, but is {found[0]}")
        assert found[0]
        return found[0]

    def expect_gone(self, containing: str) -> None:
        """Wait until there is no entity whose id contains a text."""
        wait_until(lambda: not self.entities(containing), lambda: f"{self.entities(containing)} vanish")

    def changes(self, entity_id: str) -> list[str]:
        """Give every state that an entity went through since this Home Assistant was made, each change once."""
        self._catch_up()
        states = [one.state for one in self._changed if one.entity_id == entity_id]
        return [state for index, state in enumerate(states) if index == 0 or state != states[index - 1]]

    def service_calls(self, service: str) -> list[dict[str, Any]]:
        """Give the data of every call of a service, such as `persistent_notification.create`."""
        self._catch_up()
        return [call["service_data"] for call in self._service_calls if service == _name(call)]

    def image(self, entity_id: str) -> bytes:
        """Give the picture of an image entity."""
        with self._open(f"/api/image_proxy/{entity_id}") as response:
            picture: bytes = response.read()
            return picture

    def history(self, entity_id: str) -> list[str]:
        """Give the states that the recorder has written down of an entity in the last hours."""
        periods = self._get(f"/api/history/period?filter_entity_id={entity_id}&minimal_response")
        return [one["state"] for period in periods for one in period]

    def request(self, method: str, path: str, content: object = None) -> Any:  # noqa: ANN401
        """Give what its REST API answers."""
        with self._open(path, method, content) as response:
            return json.load(response)

    def ask(self, *commands: dict[str, Any]) -> list[Any]:
        """Give the results of commands of its WebSocket API, which alone has the registries."""
        if self._asking is None:
            program = [_PYTHON, Path(__file__).with_name("websocket.py")]
            self._asking = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        question = {"url": f"{self.url}api/websocket", "token": self._token, "commands": commands}
        assert self._asking.stdin
        assert self._asking.stdout
        self._asking.stdin.write(json.dumps(question) + "\n")
        self._asking.stdin.flush()
        results: list[Any] = json.loads(self._asking.stdout.readline())
        return results

    def problems(self) -> list[str]:
        """Give the warnings and errors in its log since the last call, or the last start, but for the excused."""
        log = self._log()
        new, self._log_read = log[self._log_read :], len(log)
        lines = (line for line in new.splitlines() if _PROBLEM.match(line))
        excused = [*_OF_ITSELF, *self._excused]
        self._excused = []
        return [line for line in lines if not any(excuse in line for excuse in excused)]

    def repairs(self) -> list[str]:
        """Give what it asked its users to repair about MQTT, such as what a later version no longer takes."""
        stored = json.loads((self._directory / ".storage/repairs.issue_registry").read_text())
        return [issue["issue_id"] for issue in stored["data"]["issues"] if issue["domain"] == "mqtt"]

    def excuse(self, containing: str) -> None:
        """Expect that it complains of something, until `problems` is called the next time."""
        self._excused.append(containing)

    def excuse_outage(self) -> None:
        """Expect that it complains of a broker that is gone."""
        self.excuse("Disconnected from MQTT server")
        # As a current one says it.
        self.excuse("Error returned from MQTT server: The connection was lost")
        # What it says where the broker had not read everything yet.
        self.excuse("failed to receive on socket")

    def _answers(self) -> bool:
        try:
            self._get("/api/")
        except _UNREACHABLE:
            return False
        return True

    def _not_started(self) -> str:
        return f"Home Assistant starts; its log:\n{self._log()[-4000:]}"

    def _log(self) -> str:
        log = self._directory / "home-assistant.log"
        return log.read_text() if log.exists() else ""

    def _get(self, path: str) -> Any:  # noqa: ANN401
        return self.request("GET", path)

    def _open(self, path: str, method: str = "GET", content: object = None) -> Any:  # noqa: ANN401
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if content is None else json.dumps(content).encode()
        url = self.url + path.removeprefix("/")
        request = urllib.request.Request(url, data, headers=headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError:
            raise
        except _UNREACHABLE:
            program = self._program
            assert program is None or program.running, f"it ended by itself with {program.ended()}:\n{program.output}"
            raise

    def _catch_up(self) -> None:
        """Wait until everything has been read that happened before: what is asked for can be ahead of the stream."""
        self._marks += 1
        self._open(f"/api/events/{_MARK}", "POST").close()
        wait_until(lambda: self._marks_seen == self._marks, "the stream of events goes on")

    def _follow(self) -> None:
        stream = self._open(f"/api/stream?restrict=state_changed,call_service,{_MARK}")
        # Its first line comes when it listens.
        stream.readline()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: Any) -> None:  # noqa: ANN401
        try:
            for line in stream:
                text = line.decode().removeprefix("data: ").strip()
                if text.startswith("{"):
                    self._take(json.loads(text))
        except _UNREACHABLE:
            pass  # It was stopped.
        finally:
            stream.close()

    def _take(self, event: dict[str, Any]) -> None:
        data = event["data"]
        if event["event_type"] == _MARK:
            self._marks_seen += 1
        elif event["event_type"] == "call_service":
            self._service_calls.append(data)
        elif new := data["new_state"]:
            self._changed.append(State(new["entity_id"], new["state"], new["attributes"]))


def _name(call: dict[str, Any]) -> str:
    return f"{call['domain']}.{call['service']}"
