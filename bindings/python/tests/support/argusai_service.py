"""ArgusAI's service in tests without a loop: it belongs to none."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .subscriber import Received


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a loop of its own."""
    return asyncio.run(work)


def payload(message: Received) -> dict[str, Any]:
    """Give the JSON object that was published."""
    found: dict[str, Any] = json.loads(message.payload)
    return found
