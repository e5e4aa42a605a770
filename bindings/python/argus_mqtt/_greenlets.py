"""gevent, whose greenlets share one thread: all of them stop while one waits in C, and the wait may be for them."""

from __future__ import annotations

import sys
from typing import Any

from ._errors import SYSTEM, error_for


def refuse_wait(call: str) -> None:
    """Refuse a wait on a thread on which greenlets run; on one of gevent's thread pool it stops nobody.

    Raises:
        ArgusMqttError: The wait would stop every greenlet of this thread.
    """
    gevent = sys.modules.get("gevent")
    if gevent is not None and _runs_greenlets(gevent):
        raise error_for(
            SYSTEM,
            f"{call} would stop every greenlet of this thread as long as it waits; call it on gevent's thread pool: "
            f"gevent.get_hub().threadpool.apply({call}, (timeout,))",
        )


def replace_threads() -> bool:
    """Whether gevent makes a greenlet of each thread that is started."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("threading"))


def _runs_greenlets(gevent: Any) -> bool:  # noqa: ANN401  (a module that may not be installed)
    # Asking gevent for the hub would make one where there is none.
    local = sys.modules.get("gevent._hub_local")
    hub = None if local is None else local.get_hub_if_exists()
    # A thread of the pool can have a hub too; there the work itself is the root of the greenlets.
    return hub is not None and not getattr(gevent.getcurrent(), "greenlet_tree_is_root", False)
