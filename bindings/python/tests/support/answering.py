"""A server that says the same to everyone."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from types import TracebackType
from typing import final

from . import DEADLINE


@final
class Answering:
    """Listens on a port of 127.0.0.1, and answers the first bytes of each connection with others."""

    def __init__(self, answer: bytes, *, tls: ssl.SSLContext | None = None) -> None:
        """Start it."""
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Answering:
        """Give the server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(DEADLINE)
            with contextlib.suppress(OSError), contextlib.closing(connection) as plain:
                stream = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
                stream.recv(4096)
                stream.sendall(self._answer)
                stream.shutdown(socket.SHUT_WR)
                while stream.recv(4096):
                    pass
