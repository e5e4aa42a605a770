"""Secrets in files that their owner alone can read."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from ._secrets import UnusableKey


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """Give what a file holds, which is made if it is not there.

    Raises:
        UnusableKey: Others than its owner can read it.
        OSError: It can neither be read nor made.
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
    """Give what a file holds.

    Raises:
        UnusableKey: Others than its owner can read it.
        OSError: It can't be read.
    """
    with path.open() as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise UnusableKey(
                f"others can read {path}, whose mode is {mode:04o}; chmod 600 it, and consider it known"
            )
        return file.read().strip()
