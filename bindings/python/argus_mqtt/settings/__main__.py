"""Serves the settings page and its API: python -m argus_mqtt.settings.

Everything is stored in one folder: the database, the key that encrypts the password in it, and the token that grants
access. The client runs as long as this program does. SIGTERM and Ctrl-C end both, after the offline message.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from argus_mqtt._errors import ArgusMqttError

from . import _addresses, _origins
from ._standalone import Standalone

_LAST_PORT: Final = 65535


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal arrives; return the exit status."""
    given = _parser().parse_args(arguments)
    try:
        import uvicorn  # noqa: PLC0415  (a host has a server of its own)
    except ModuleNotFoundError:
        print("argus_mqtt.settings: uvicorn is missing; install it: pip install uvicorn", file=sys.stderr)
        return 1
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        alone = Standalone(given.folder, given.database, origins=given.origin)
        first = {"broker_host": given.broker[0], "broker_port": given.broker[1]} if given.broker else None
        _claim(given.folder)
        alone.prepare(first)
        listener = socket.create_server((given.host, given.port))
    except (ArgusMqttError, OSError, SQLAlchemyError) as error:
        print(f"argus_mqtt.settings: {error}", file=sys.stderr)
        return 1
    host, port = listener.getsockname()[:2]
    print(f"Settings: http://{host}:{port}/?token={alone.token}", flush=True)
    config = uvicorn.Config(alone.app, log_level="warning", timeout_graceful_shutdown=5)
    # Once it has ended because of a signal, uvicorn raises that again.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m argus_mqtt.settings", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8765, help="the port to listen on, 0 for any (%(default)s)")
    parser.add_argument("--folder", type=Path, default=_state(), help="where everything is kept (%(default)s)")
    parser.add_argument("--database", type=_database, help="a URL of SQLAlchemy's, instead of SQLite in the folder")
    parser.add_argument("--broker", type=_broker, help="HOST:PORT to begin with, where nothing is stored yet")
    parser.add_argument(
        "--origin",
        type=_origin,
        action="append",
        default=[],
        help="where browsers have the page from, such as https://mqtt.example, if a proxy does not pass on Host",
    )
    return parser


def _claim(folder: Path) -> None:
    """Lock the folder while this process lives: two programs would fight for the connection.

    Raises:
        OSError: Another program has locked it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise OSError(f"{folder} is served already; end that program first, or name another with --folder") from None


def _state() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "argus-mqtt"


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give 0 to {_LAST_PORT}")
    return int(text)


def _database(text: str) -> str:
    try:
        return _addresses.usable(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _origin(text: str) -> str:
    try:
        return _origins.normal(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _broker(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


if __name__ == "__main__":
    sys.exit(main())
