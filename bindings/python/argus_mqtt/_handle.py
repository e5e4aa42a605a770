"""What every part of the client uses."""

# Annotations are evaluated: tools read those of the client, whose module does not have all of the names.
import ctypes
import os
import threading

from ._errors import Forked
from ._let_go import LetGo


class Handle:
    """The client of the library, as its parts see it; `Client` has the attributes."""

    __slots__ = ()

    _handle: int
    _handle_argument: ctypes.c_uint64
    _let_go: LetGo
    _lock: threading.Lock
    _process: int

    def _is_of_parent(self) -> bool:
        """Whether this is a forked child, which has no part in the client."""
        return self._process != os.getpid()

    def _check_process(self) -> None:
        """Refuse a forked child before it waits for a lock that a thread of its parent held."""
        if self._is_of_parent():
            raise Forked("the client belongs to the parent process; connect one in this process")
