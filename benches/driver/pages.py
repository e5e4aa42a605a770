"""What open settings pages cost the program that serves them, which publishes beside that."""

from __future__ import annotations

import selectors
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from . import build
from .events import event_file
from .paths import BENCHES, ROOT
from .peers import Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Record, running, sink

SERVER = "argus-mqtt (Python)"
PAGES = (0, 50)

_PAUSE_US = 1000
_SECONDS = 60
_REQUEST = b"GET /api/v1/settings/mqtt/status HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Without a page and with fifty; each round with a server of its own."""
    if all(peer.name != SERVER for peer in peers):
        return
    for number in range(plan.rounds):
        for count in PAGES if number % 2 == 0 else reversed(PAGES):
            yield {**_measure(count, plan.page_calls), "round": number}


def _measure(count: int, calls: int) -> Record:
    record: Record = {"measure": "pages", "peer": SERVER, "pages": count}
    environment = {
        "ARGUS_MQTT_LIBRARY": str(build.library(tls=True)),
        "PYTHONPATH": str(ROOT / "bindings" / "python"),
    }
    try:
        with sink() as broker, tempfile.TemporaryDirectory() as folder:
            program = str(BENCHES / "python" / "pages_server.py")
            command = [str(build.SERVER_PYTHON), program, str(broker.port), folder, str(event_file(EVENT_BYTES))]
            with (
                running(command, environment, _SECONDS) as server,
                _open_pages(server.read()["port"], count) as pages,
            ):
                before = pages.statuses
                record |= server.ask(f"{calls} {_PAUSE_US}")
                record |= {"statuses": pages.statuses - before, "resident": server.memory()["resident"]}
        if count and not record["statuses"]:
            record["failed"] = "the open pages were told nothing"
    except PeerFailed as failure:
        record["failed"] = str(failure)
    return record


class _Pages:
    """Streams of the status, which a thread reads."""

    def __init__(self, port: int, count: int) -> None:
        self.statuses = 0
        self._selector = selectors.DefaultSelector()
        self._is_over = False
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.sendall(_REQUEST)
            self._selector.register(connection, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select(timeout=0.2):
                assert isinstance(key.fileobj, socket.socket)
                received = key.fileobj.recv(1 << 16)
                self.statuses += received.count(b"event: status")
                if not received:
                    self._selector.unregister(key.fileobj)
                    key.fileobj.close()

    def close(self) -> None:
        """Close them all."""
        self._is_over = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()


@contextmanager
def _open_pages(port: int, count: int) -> Iterator[_Pages]:
    """So many open pages, each of which has its first status."""
    pages = _Pages(port, count)
    try:
        deadline = time.monotonic() + _SECONDS
        while pages.statuses < count:
            if time.monotonic() > deadline:
                raise PeerFailed(f"{pages.statuses} of {count} pages were told the status")
            time.sleep(0.01)
        yield pages
    finally:
        pages.close()
