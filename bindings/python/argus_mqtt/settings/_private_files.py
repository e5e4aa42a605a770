"""Secrets in files that only their owner can read."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from ._secrets import UnusableKey


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """Return the content of a file, which is created if it does not exist.

    Raises:
        UnusableKey: Not only its owner can read it.
        OSError: It can neither be read nor created.
    """
    if path.exists():
        return read(path)
    # Whole or not at all, and by one of two who begin at once. Such a file is its owner's alone.
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
        file.write(make() + "\n")
        file.flush()
        os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(file.name)
    return read(path)


def read(path: Path) -> str:
    """Return the content of a file.

    Raises:
        UnusableKey: Not only its owner can read it.
        OSError: It cannot be read.
    """
    with path.open() as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise UnusableKey(
                f"others can read {path}, whose mode is {mode:04o}; run chmod 600 on it, and replace the secret in it"
            )
        return file.read().strip()
