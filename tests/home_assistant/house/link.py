"""The way between a publisher and its broker, on which a test can do harm."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import final

from support.mosquitto import Mosquitto

_SIZE = 65_536


@final
class Link:
    """A port of this machine that leads to a broker."""

    host = "127.0.0.1"

    def __init__(self, broker: Mosquitto) -> None:
        """Listen."""
        self._broker = broker
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._to_broker = self._from_broker = threading.Event()
        self.heal()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Link:
        """Give the link itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it with its connections."""
        # A thread that waits in accept is woken by this alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End every connection."""
        with self._lock:
            ended, self._sockets = self._sockets, set()
        for one in ended:
            _end(one)

    def swallow(self, *, to_broker: bool, from_broker: bool) -> None:
        """Let nothing through any more in a direction, also no end of a connection, until `heal`."""
        if to_broker:
            self._to_broker.set()
        if from_broker:
            self._from_broker.set()

    def heal(self) -> None:
        """Let new connections through. From those that were harmed nothing comes any more."""
        self._to_broker, self._from_broker = threading.Event(), threading.Event()

    def _accept(self) -> None:
        while True:
            try:
                publisher, _ = self._listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection((self._broker.host, self._broker.port))
            except OSError:
                publisher.close()
                continue
            with self._lock:
                self._sockets |= {publisher, broker}
            for one, other, swallowed in [
                (publisher, broker, self._to_broker),
                (broker, publisher, self._from_broker),
            ]:
                threading.Thread(target=self._pass_on, args=(one, other, swallowed), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, swallowed: threading.Event) -> None:
        try:
            while data := one.recv(_SIZE):
                if not swallowed.is_set():
                    other.sendall(data)
        except OSError:
            pass  # It was ended.
        if swallowed.is_set():
            return
        with self._lock:
            self._sockets -= {one, other}
        _end(one)
        _end(other)


def _end(one: socket.socket) -> None:
    # The other side may have been first.
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
