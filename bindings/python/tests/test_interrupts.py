"""What an exception of a signal handler, such as Ctrl-C's, leaves behind, wherever it strikes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

import argus_mqtt
from argus_mqtt import _client, _connect, _delivery, _let_go, _publishing, _states
from support import DEADLINE, wait_until

if TYPE_CHECKING:
    from argus_mqtt import Settings

_OURS = {one.__file__ for one in (_client, _connect, _delivery, _let_go, _publishing, _states)}


@pytest.fixture(autouse=True)
def _little_garbage() -> Iterator[None]:
    """Keep what is there from the hundreds of collections of a test, each of which would look at all of it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def interrupted(call: Callable[[], object], after: int) -> bool:
    """Call, and raise KeyboardInterrupt after a number of bytecode instructions; tell whether it came to that."""
    left = after

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        # Python goes on after what is raised in a finalizer, and prints it.
        if frame.f_code.co_filename not in _OURS or frame.f_code.co_name == "__del__":
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def publish_event(client: argus_mqtt.Client) -> object:
    return client.publish_event("front", b"{}")


def publish(client: argus_mqtt.Client) -> object:
    return client.publish("topic", b"")


def publish_state(client: argus_mqtt.Client) -> object:
    return client.publish_state("argusai/state", b"on")


def forget_state(client: argus_mqtt.Client) -> object:
    return client.forget_state("argusai/state")


@pytest.mark.parametrize("call", [publish_event, publish, publish_state, forget_state])
def test_no_outcome_is_kept_for_nobody(settings: Settings, call: Callable[[argus_mqtt.Client], object]) -> None:
    with argus_mqtt.connect(settings) as client:
        client.wait_online(DEADLINE)
        instructions = 0
        while interrupted(lambda: call(client), instructions):
            instructions += 1
            gc.collect()
            assert client.flush(DEADLINE) == 0
            assert client.status().outcomes_kept == 0, f"after {instructions} instructions"
        assert instructions > 50
        assert client.status().counters.delivered > 10, "the interrupts came after the call of the library too"


def clients_alive() -> int:
    """Count the threads of this process that the library runs clients on."""
    return sum(_name_of(task) == "argus-mqtt\n" for task in Path("/proc/self/task").iterdir())


def _name_of(task: Path) -> str:
    try:
        return (task / "comm").read_text()
    except (FileNotFoundError, ProcessLookupError):  # It has ended.
        return ""


@pytest.mark.filterwarnings("ignore:.*was not shut down:ResourceWarning")
def test_no_client_stays_for_nobody(unreachable: Settings) -> None:
    wait_until(lambda: clients_alive() == 0, "the clients of other tests end")
    made: list[argus_mqtt.Client] = []
    instructions = 0
    while interrupted(lambda: made.append(argus_mqtt.connect(unreachable)), instructions):
        instructions += 1
        gc.collect()
        wait_until(lambda: clients_alive() == 0, f"no client is left after {instructions} instructions")
    wait_until(lambda: clients_alive() == 1, "the thread of the last one has its name")
    made.pop().shutdown(0)
