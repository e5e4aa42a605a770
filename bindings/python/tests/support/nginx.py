"""A real nginx in front of a server."""

from __future__ import annotations

import socket
from pathlib import Path

from . import DEADLINE, wait_until
from .mosquitto import free_port
from .programs import REPOSITORY, Program

_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    gzip on;
    gzip_types *;
    gzip_proxied any;
    gzip_min_length 0;
    server {{
        listen 127.0.0.1:{port};
        location {path} {{
            proxy_pass {server}/;
{lines}
        }}
    }}
}}
"""


class Nginx:
    """An nginx on a free port of 127.0.0.1, which compresses whatever it passes on."""

    def __init__(self, folder: Path, path: str, server: str, lines: str) -> None:
        """Start it in front of a server, below a path; `lines` are added to what is said of that location."""
        self._configuration = folder / "nginx.conf"
        for _ in range(5):  # Another program may take the free port first.
            port = free_port()
            self.url = f"http://127.0.0.1:{port}"
            text = _CONFIGURATION.format(folder=folder, port=port, path=path, server=server, lines=lines)
            self._configuration.write_text(text)
            if self._start(port):
                return
        raise AssertionError(f"nginx does not start:\n{self._program.output}")

    def _start(self, port: int) -> bool:
        command: list[str | Path] = [
            REPOSITORY / "tools" / "debian-run",
            "nginx",
            "-e",
            "stderr",
            "-c",
            self._configuration,
        ]
        program = self._program = Program(command)
        wait_until(lambda: _answers(port) or not program.running, "nginx starts")
        if program.running:
            return True
        program.ended()
        self.stop()
        return False

    def stop(self) -> None:
        """Kill it."""
        self._program.__exit__(None, None, None)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), DEADLINE).close()
    except ConnectionRefusedError:
        return False
    return True
