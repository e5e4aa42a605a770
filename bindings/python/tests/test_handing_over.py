"""Publishing without waiting for other threads, and letting go of what came of it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import itertools
import json
import select
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import Client, Ended, _prototypes, _status
from argus_mqtt._errors import WOULD_BLOCK
from argus_mqtt._let_go import MOST
from argus_mqtt._outputs import Outputs
from support import DEADLINE, wait_until

if TYPE_CHECKING:
    from argus_mqtt import Settings

NUMBERS = itertools.count()
LONG = b'{"a": "' + b"x" * 20_000 + b'"}'


def kept(client: Client) -> int:
    """Count the outcomes that the library keeps, without telling it first of what was let go of."""
    buffer, error = ctypes.create_string_buffer(65536), _prototypes.Error()
    _prototypes.status(client._handle, buffer, len(buffer), None, ctypes.byref(error))
    return _status.status_from(json.loads(buffer.value)).outcomes_kept


@contextlib.contextmanager
def busy(client: Client) -> Iterator[None]:
    """Have another thread in the client for nearly all of the time."""
    numbers = (ctypes.c_uint64 * 100_000)()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            _prototypes.deliveries_forget(client._handle, numbers, len(numbers), None)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def online(settings: Settings) -> Iterator[Client]:
    with argus_mqtt.connect(settings) as client:
        client.wait_online(DEADLINE)
        yield client


def event(client: Client) -> argus_mqtt.Delivery:
    return client.publish_event("front", {})


def message(client: Client) -> argus_mqtt.Delivery:
    return client.publish("test/handing-over", b"x")


def state(client: Client) -> argus_mqtt.Delivery:
    return client.publish_state(f"test/handing-over/{next(NUMBERS)}", b"x")


def deletion(client: Client) -> argus_mqtt.Delivery:
    return client.forget_state(f"test/handing-over/{next(NUMBERS)}")


def long_event(client: Client) -> argus_mqtt.Delivery:
    return client.publish_event("front", LONG)


def long_message(client: Client) -> argus_mqtt.Delivery:
    return client.publish("test/handing-over", LONG)


@pytest.mark.parametrize("publish", [event, message, state, deletion, long_event, long_message])
def test_a_client_that_another_thread_uses_is_waited_for(
    online: Client, publish: Callable[[Client], argus_mqtt.Delivery]
) -> None:
    outputs = Outputs()
    forget, *addresses = outputs.forget, outputs.delivery_address, outputs.error_address
    with busy(online):

        def is_refused() -> bool:
            return (
                _prototypes.try_publish_event(online._handle, b"front", b"{}", 2, forget, *addresses) == WOULD_BLOCK
            )

        wait_until(is_refused, "the client is busy")
        deliveries = [publish(online) for _ in range(20)]
    for delivery in deliveries:
        delivery.wait(DEADLINE)


@pytest.mark.parametrize("publish", [event, message, state, deletion])
def test_a_short_message_is_handed_over_with_the_lock_of_the_interpreter(
    unreachable: Settings, publish: Callable[[Client], argus_mqtt.Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = 0

    def counted(waiting: Callable[..., int]) -> Callable[..., int]:
        def count(*arguments: object) -> int:
            nonlocal waited
            waited += 1
            return waiting(*arguments)

        return count

    for name in ("publish_event", "publish", "publish_state", "forget_state"):
        monkeypatch.setattr(_prototypes, name, counted(getattr(_prototypes, name)))
    client = argus_mqtt.connect(unreachable)
    for _ in range(100):
        publish(client)
    client.shutdown(0)
    # Now and then the thread of the client is at work.
    assert waited < 50


@pytest.mark.parametrize("publish", [event, message, state, deletion, long_event, long_message])
def test_what_nobody_holds_is_forgotten_with_the_next_message(
    online: Client, publish: Callable[[Client], argus_mqtt.Delivery]
) -> None:
    for _ in range(3 * MOST):
        publish(online)
    online.flush(DEADLINE)
    assert kept(online) <= MOST
    assert online.status().outcomes_kept == 0
    assert online.status().counters.delivered == 3 * MOST


def test_many_that_are_let_go_of_at_once_are_forgotten(online: Client) -> None:
    deliveries = [event(online) for _ in range(10 * MOST)]
    online.flush(DEADLINE)
    assert kept(online) == 10 * MOST
    deliveries.clear()
    gc.collect()
    assert kept(online) < MOST
    assert online.status().outcomes_kept == 0


def test_the_smallest_queue_has_room_for_one_after_the_other(settings: Settings) -> None:
    with argus_mqtt.connect({**settings, "max_queued_messages": 1}) as client:
        client.wait_online(DEADLINE)
        for _ in range(3 * MOST):
            event(client)
            client.flush(DEADLINE)
        counters = client.status().counters
        assert (counters.delivered, counters.dropped_queue_full) == (3 * MOST, 0)


def test_a_refused_call_collects_nothing(online: Client) -> None:
    event(online)
    for _ in range(3 * MOST):
        with pytest.raises(argus_mqtt.InvalidArgument):
            online.publish_event("front", b"[]")
        with pytest.raises(argus_mqtt.InvalidArgument):
            online.publish("a/#", b"x")
    assert len(online._let_go) <= 1
    online.flush(DEADLINE)
    assert online.status().outcomes_kept == 0


def test_whoever_reads_what_ended_hears_of_nothing_that_was_let_go_of(online: Client) -> None:
    event(online)
    online.flush(DEADLINE)
    online.open_notices(deliveries=True)
    descriptor = online.fileno()
    for _ in range(5):
        event(online)
        online.flush(DEADLINE)
    assert select.select([descriptor], [], [], 0)[0] == []
    held = event(online)
    notice = online.next_notice(DEADLINE)
    assert isinstance(notice, Ended)
    assert notice.delivery == held.id
