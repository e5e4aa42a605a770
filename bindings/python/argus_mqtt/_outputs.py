"""Where publishing calls write their results."""

from __future__ import annotations

import ctypes

from . import _prototypes


class Outputs:
    """Where a publishing call writes its results, and what it is to forget.

    `delivery` is 0 but for the time from then to the Delivery, and `forget` but for the time of the call.

    Calls take one from a list and put it back. Thread-local ones would be overwritten by a signal handler that
    publishes between a call and the reading of its results; making new ones doubles the time of a call.
    """

    __slots__ = ("delivery", "delivery_address", "error", "error_address", "forget")

    def __init__(self) -> None:
        self.delivery = ctypes.c_uint64()
        self.error = _prototypes.Error()
        self.forget = ctypes.c_uint64()
        # These pass through ctypes in half the time that `byref` takes.
        self.delivery_address = ctypes.c_void_p(ctypes.addressof(self.delivery))
        self.error_address = ctypes.c_void_p(ctypes.addressof(self.error))


spare_outputs = [Outputs()]
