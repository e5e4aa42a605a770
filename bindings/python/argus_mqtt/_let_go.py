"""Deliveries that nobody holds any more.

Most are let go of at once. Telling the library each time would double its work for a message, so a client collects
them: each publishing call hands one over, and more than a few go together.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from . import _prototypes

MOST = 64
"""So many may be collected: little beside the bounds of the outbox, against which their outcomes count until then."""


class LetGo(list[int]):
    """The numbers of such deliveries. Threads add and take without a lock, as garbage is collected at any time."""

    __slots__ = ("most",)

    def __init__(self) -> None:
        """Collect."""
        self.most = MOST

    def add(self, number: int) -> None:
        """Collect one, unless it is 0."""
        if number:
            self.append(number)

    def tell(self, handle: int, _forget: Callable[..., int] = _prototypes.deliveries_forget) -> None:
        """Tell the library of all."""
        numbers = []
        try:
            while True:
                numbers.append(self.pop())
        except IndexError:
            pass
        if numbers:
            _forget(handle, (ctypes.c_uint64 * len(numbers))(*numbers), len(numbers), None)

    def tell_at_once(self, handle: int) -> None:
        """Tell the library of each from now on: whoever reads what has ended is not to hear of these."""
        self.most = 1
        self.tell(handle)

    def is_told_at_once(self) -> bool:
        """Whether somebody reads, or has chosen what to read."""
        return self.most == 1
