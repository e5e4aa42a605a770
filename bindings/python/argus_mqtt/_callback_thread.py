"""The thread that calls when a client comes online and when it is online no more."""

from __future__ import annotations

import ctypes
import threading

from . import _greenlets, _prototypes, _waiting
from ._callbacks import Callback, Callbacks
from ._errors import OK, SYSTEM, error_for

# So many changes there never are: whoever knows of them is told at once.
_NONE_KNOWN = 2**64 - 1


class CallbackThread:
    """See the module. It holds no client, which would never be garbage then."""

    def __init__(self, handle: int) -> None:
        """Start it.

        Raises:
            ArgusMqttError: No thread can be started.
        """
        self._handle = handle
        self._lock = threading.Lock()
        # What was registered and not begun with yet: whether it is for coming online, and the function.
        self._new: list[tuple[bool, Callback]] = []
        _greenlets.refuse_thread("callbacks need")
        thread = threading.Thread(target=self._run, name="argus-mqtt-callbacks", daemon=True)
        try:
            thread.start()
        except RuntimeError as fault:
            raise error_for(SYSTEM, f"callbacks: {fault}; read the notices on an existing thread") from None

    def register(self, callback: Callback, *, for_online: bool) -> None:
        """Let the thread begin with this one.

        Raises:
            ShutDown: The client was shut down.
        """
        with self._lock:
            self._new.append((for_online, callback))
        error = _prototypes.Error()
        status = _prototypes.interrupt_wait(self._handle, ctypes.byref(error))
        if status != OK:
            raise error_for(status, error.text)

    def _run(self) -> None:
        known = self._changes_after(_NONE_KNOWN)
        callbacks = Callbacks(known or 0)
        while known is not None:
            self._begin(callbacks)
            changes = self._changes_after(known)
            # One by one: a connection that came and went while a callback ran is told all the same.
            for number in range(known + 1, (changes or known) + 1):
                # What was registered while a callback ran hears of what came after that.
                self._begin(callbacks)
                callbacks.tell(is_online=number % 2 == 1)
            known = changes
        callbacks.end()

    def _begin(self, callbacks: Callbacks) -> None:
        with self._lock:
            new, self._new = self._new, []
        for for_online, callback in new:
            (callbacks.on_online if for_online else callbacks.on_offline)(callback)

    def _changes_after(self, known: int) -> int | None:
        """Wait until there are others, or something is registered; None at the end of the client."""
        changes = ctypes.c_uint64()
        error = _prototypes.Error()
        status = _prototypes.wait_online_change(
            self._handle, known, _waiting.LONGEST_MS, ctypes.byref(changes), ctypes.byref(error)
        )
        return changes.value if status == OK else None
