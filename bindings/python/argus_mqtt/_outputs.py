"""Where publishing calls write their results."""

from __future__ import annotations

import ctypes

from . import _prototypes


class Outputs:
    """Where a publishing call writes its results; `delivery` is 0 but for the time from then to the Delivery.

    Calls take one from a list and put it back. Thread-local ones would be overwritten by a signal handler that
    publishes between a call and the reading of its results; making new ones doubles the time of a call.
    """

    __slots__ = ("delivery", "delivery_address", "error", "error_address")

    def __init__(self) -> None:
        self.delivery = ctypes.c_uint64()
        self.error = _prototypes.Error()
        # Addresses pass through ctypes in two thirds of the time that pointer objects take.
        self.delivery_address = ctypes.addressof(self.delivery)
        self.error_address = ctypes.addressof(self.error)


spare_outputs = [Outputs()]
