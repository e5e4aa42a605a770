"""gevent and eventlet, whose greenlets share one thread: all of them stop while one waits in C."""

from __future__ import annotations

import sys
from typing import Any

from ._errors import SYSTEM, error_for

_READ = {
    "gevent": "gevent.socket.wait_read(client.fileno())",
    "eventlet": "eventlet.hubs.trampoline(client.fileno(), read=True)",
}
_POOL = {
    "gevent": "gevent's thread pool: gevent.get_hub().threadpool.apply({call}, ({argument},))",
    "eventlet": "eventlet's thread pool: eventlet.tpool.execute({call}, {argument})",
}


def refuse_wait(call: str, argument: str = "timeout") -> None:
    """Refuse a wait on a thread on which greenlets run; on one of the thread pool it stops nobody.

    Raises:
        ArgusMqttError: The wait would stop every greenlet of this thread.
    """
    for name, runs_greenlets in (("gevent", _gevent_runs), ("eventlet", _eventlet_runs)):
        module = sys.modules.get(name)
        if module is not None and runs_greenlets(module):
            raise error_for(
                SYSTEM,
                f"{call} would stop every greenlet of this thread as long as it waits; call it on "
                + _POOL[name].format(call=call, argument=argument),
            )


def refuse_thread(what: str) -> None:
    """Refuse what needs a thread where there are only greenlets.

    Raises:
        ArgusMqttError: A thread that is started would be a greenlet.
    """
    name = _replacer_of_threads()
    if name is not None:
        raise error_for(
            SYSTEM,
            f"{what} a thread, and {name} makes a greenlet of it; read the notices in a greenlet of your own: "
            f"{_READ[name]}, then client.next_notice(0)",
        )


def replace_threads() -> bool:
    """Whether each thread that is started is a greenlet."""
    return _replacer_of_threads() is not None


def _replacer_of_threads() -> str | None:
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("threading"):
        return "gevent"
    patcher = sys.modules.get("eventlet.patcher")
    if patcher is not None and patcher.is_monkey_patched("thread"):
        return "eventlet"
    return None


def _gevent_runs(gevent: Any) -> bool:  # noqa: ANN401  (a module that may not be installed)
    # Asking gevent for the hub would make one where there is none.
    local = sys.modules.get("gevent._hub_local")
    hub = None if local is None else local.get_hub_if_exists()
    # A thread of the pool can have a hub too; there the work itself is the root of the greenlets.
    return hub is not None and not getattr(gevent.getcurrent(), "greenlet_tree_is_root", False)


def _eventlet_runs(_eventlet: Any) -> bool:  # noqa: ANN401  (a module that may not be installed)
    # It has no function that asks for the hub without making one. A thread of the pool has none.
    local = getattr(sys.modules.get("eventlet.hubs"), "_threadlocal", None)
    return getattr(local, "hub", None) is not None
