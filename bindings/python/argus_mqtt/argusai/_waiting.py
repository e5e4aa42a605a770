"""Waiting for what other threads do. In an event loop a wait that is cancelled holds nothing, and no thread waits."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

_T = TypeVar("_T")


async def outcome(future: Future[_T], seconds: float) -> _T | None:
    """Wait for a result for so long at most; None when there is none then."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(_: Future[_T]) -> None:
        try:
            loop.call_soon_threadsafe(_finish, done)
        except RuntimeError:  # The loop was closed meanwhile; nobody waits any more.
            return

    future.add_done_callback(tell)
    await asyncio.wait((done,), timeout=seconds)
    return future.result() if future.done() else None


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


def on_a_thread(name: str, call: Callable[[], _T]) -> Future[_T]:
    """Call something that blocks, on a thread that keeps neither a loop nor Python from its end.

    It runs in the context of the caller.
    """
    future: Future[_T] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(call))
        except BaseException as error:  # noqa: BLE001  (whoever waits is told)
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def on_a_thread_within(name: str, seconds: float, call: Callable[[], _T]) -> Future[_T]:
    """As `on_a_thread`; the caller waits for so long at most."""
    future = on_a_thread(name, call)
    wait((future,), seconds)
    return future
