"""Which event loop something belongs to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from argus_mqtt._errors import InvalidArgument

if TYPE_CHECKING:
    from argus_mqtt._handle import Handle


def check(client: Handle, loop: asyncio.AbstractEventLoop, problem: str) -> None:
    """Refuse what is of another loop than the running one.

    Raises:
        Forked: This is a forked child, which has no running loop, not even inside a coroutine of its parent's.
        InvalidArgument: Another loop runs here, or none; `problem` is its text.
    """
    if not _is_running(loop):
        client._check_process()
        raise InvalidArgument(problem)


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this is the loop that is running here."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:  # None is.
        return False
