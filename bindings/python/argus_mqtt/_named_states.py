"""States that a message names, for C."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import TYPE_CHECKING

from . import _arguments, _prototypes

if TYPE_CHECKING:
    from ._arguments import Payload


def array(states: Mapping[str, Payload]) -> ctypes.Array[_prototypes.NamedState]:
    """Give the array that the options of a message point to."""
    if not isinstance(states, Mapping):
        raise TypeError(f"states must be a mapping from topics to payloads, not {type(states).__name__}")
    given = [_state(topic, payload) for topic, payload in states.items()]
    return (_prototypes.NamedState * len(given))(*given)


def _state(topic: str, payload: Payload) -> _prototypes.NamedState:
    data = _arguments.payload(f"states[{topic!r}]", payload)
    return _prototypes.NamedState(_arguments.text("states", topic), data, len(data))
