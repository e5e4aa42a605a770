"""A real nginx in front of a server."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import final

from . import wait_until
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


@final
class Nginx:
    """An nginx on a free port of 127.0.0.1, which compresses whatever it passes on, until the end of the block."""

    def __init__(self, folder: Path, path: str, server: str, lines: str) -> None:
        """Start it in front of a server, below a path; `lines` are added to what is said of that location."""
        self._folder = folder
        for _ in range(5):  # Another program may take the free port first.
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            text = _CONFIGURATION.format(folder=folder, port=self.port, path=path, server=server, lines=lines)
            self._program = self._started(text)
            if self._program.running:
                return
            self._program.ended()
            self._program.__exit__(None, None, None)
        raise AssertionError(f"nginx does not start:\n{self._program.output}")

    def __enter__(self) -> Nginx:
        """Give nginx itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Kill it if it still runs."""
        self._program.__exit__(kind, exception, traceback)

    def _started(self, text: str) -> Program:
        configuration, pid = self._folder / "nginx.conf", self._folder / "nginx.pid"
        configuration.write_text(text)
        pid.unlink(missing_ok=True)
        command: list[str | Path] = [
            REPOSITORY / "tools" / "debian-run",
            "nginx",
            "-e",
            "stderr",
            "-c",
            configuration,
        ]
        program = Program(command)
        try:
            # It writes this once it listens; whoever else has the port does not.
            wait_until(lambda: pid.exists() or not program.running, "nginx starts")
        except BaseException:
            program.__exit__(None, None, None)
            raise
        return program
