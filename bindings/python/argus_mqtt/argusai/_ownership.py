"""Which of several processes with the same settings has the connection: the one that holds a lock on a file.

The operating system gives the lock up with the process, however that ends. Beside the lock the owner leaves a record
of itself for the others, and the others leave a mark for the owner when settings were saved.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import stat
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from argus_mqtt import check_settings

from . import _log

if TYPE_CHECKING:
    from argus_mqtt import Settings

DIRECTORY_VARIABLE: Final = "ARGUS_MQTT_LOCK_DIRECTORY"
"""The environment variable that names another directory for the files; all workers must agree on it."""

_held: weakref.WeakSet[Ownership] = weakref.WeakSet()


class Ownership:
    """The claim of one service on one connection. For one thread."""

    def __init__(self, key: str) -> None:
        """Claim nothing yet; `key` names the connection."""
        self.key = key
        self._descriptor: int | None = None
        self._stem: Path | None = None
        try:
            self._stem = lock_directory() / hashlib.sha256(key.encode()).hexdigest()[:32]
        except OSError as error:
            _log.warning("no_lock", f"no lock between several workers: {error}", error=str(error))
        self._seen = self._mark()

    def claim(self) -> bool:
        """Become the owner, unless there is another one; whether this is the owner."""
        if self._stem is None:
            return True  # Alone, as far as can be told.
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self._stem.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            _log.warning("no_lock", f"no lock between several workers: {error}", error=str(error))
            self._stem = None
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # One that was deleted meanwhile is no longer the file that others lock.
            is_current = os.path.samestat(os.fstat(descriptor), self._stem.with_suffix(".lock").stat())
        except OSError:
            is_current = False
        if not is_current:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        _held.add(self)
        self._seen = self._mark()
        return True

    def release(self) -> None:
        """Let another one become the owner."""
        if self._descriptor is not None:
            if self._stem is not None:
                self._stem.with_suffix(".json").unlink(missing_ok=True)
            self._forget()

    def write(self, record: Mapping[str, object]) -> None:
        """Leave a record of the owner for the others."""
        if self._stem is None:
            return
        new = self._stem.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):  # A full disk keeps no camera from being seen.
            new.write_text(json.dumps(record))
            new.replace(self._stem.with_suffix(".json"))
            # What is in use is not old enough to be cleaned away.
            self._stem.with_suffix(".lock").touch()

    def read(self) -> dict[str, object]:
        """Give the record of the owner; nothing where there is none."""
        with contextlib.suppress(OSError, ValueError):
            if self._stem is not None:
                found = json.loads(self._stem.with_suffix(".json").read_text())
                return found if isinstance(found, dict) else {}
        return {}

    def mark_saved(self) -> None:
        """Tell the owner that settings were saved."""
        if self._stem is not None:
            with contextlib.suppress(OSError):
                # Another number each time, however coarse the clock of the file system is.
                self._stem.with_suffix(".saved").write_bytes(os.urandom(16))

    def was_saved(self) -> bool:
        """Whether settings were saved since this was last asked."""
        before, self._seen = self._seen, self._mark()
        return self._seen != before

    def _mark(self) -> bytes:
        with contextlib.suppress(OSError):
            if self._stem is not None:
                return self._stem.with_suffix(".saved").read_bytes()
        return b""

    def _forget(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        _held.discard(self)
        if descriptor is not None:
            os.close(descriptor)


def connection_of(settings: Settings) -> tuple[str, str]:
    """Give the broker of valid settings, and the name of their connection."""
    filled = check_settings(settings).settings or settings
    broker = f"{filled['broker_host']}:{filled.get('broker_port')}"
    return broker, f"{broker} {filled.get('client_id')}"


def lock_directory() -> Path:
    """Give the directory of the files, which nobody else may write to."""
    given = os.environ.get(DIRECTORY_VARIABLE)
    directory = Path(given) if given else Path(tempfile.gettempdir()) / f"argus-mqtt-{os.getuid()}"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not given and (not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid()):
        raise PermissionError(f"{directory} belongs to somebody else; name another in {DIRECTORY_VARIABLE}")
    return directory


def _forget_all() -> None:
    # A lock lasts until every copy of its descriptor is closed, and a child has a copy.
    for ownership in list(_held):
        ownership._forget()


os.register_at_fork(after_in_child=_forget_all)
