"""A broker of MQTT 3.1.1 alone, or one that refuses, for what no broker at hand does."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import BinaryIO, final

NOT_AUTHORIZED = 5


@final
class OldBroker:
    """Acknowledges whatever it is told."""

    host = "127.0.0.1"

    def __init__(self, code: int = 0) -> None:
        """Listen; `code` is what each CONNACK says."""
        self._code = code
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> OldBroker:
        """Give the broker itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close everything."""
        for one in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), connection.makefile("rb") as stream:
            while True:
                head = _exactly(stream.read(1), 1)[0]
                body = _exactly(stream.read(length := _length(stream)), length)
                answer = self._answer(head, body)
                if answer is None:
                    break
                connection.sendall(answer)
        connection.close()

    def _answer(self, head: int, body: bytes) -> bytes | None:
        kind = head >> 4
        if kind == 14:  # DISCONNECT
            return None
        if kind == 3 and head & 6:  # PUBLISH with QoS 1
            start = 2 + int.from_bytes(body[:2], "big")
            return b"\x40\x02" + body[start : start + 2]
        # CONNECT, in MQTT 5 with an unsupported version of the protocol, SUBSCRIBE and PINGREQ; nothing to others.
        connack = b"\x20\x03\x00\x84\x00" if body[6:7] == b"\x05" else bytes((0x20, 2, 0, self._code))
        return {1: connack, 8: b"\x90\x03" + body[:2] + b"\x01", 12: b"\xd0\x00"}.get(kind, b"")


def _length(stream: BinaryIO) -> int:
    """Read a variable byte integer."""
    length = shift = 0
    while True:
        byte = _exactly(stream.read(1), 1)[0]
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return length


def _exactly(data: bytes, count: int) -> bytes:
    if len(data) < count:
        raise EOFError
    return data
