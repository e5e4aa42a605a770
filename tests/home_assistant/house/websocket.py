"""Sends commands to Home Assistant's WebSocket API, which alone has registries. Home Assistant's own Python runs it.

Each line of the standard input is an object with "url", "token" and "commands"; their results are printed as a list.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp  # type: ignore[import-not-found, unused-ignore]  # Home Assistant brings it.


async def results(url: str, token: str, commands: list[dict[str, Any]]) -> list[Any]:
    """Send commands one after another; give their results."""
    found = []
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        await socket.receive_json()
        for number, command in enumerate(commands, 1):
            await socket.send_json({"id": number, **command})
            answer = await socket.receive_json()
            if not answer["success"]:
                raise SystemExit(f"{command}: {answer['error']}")
            found.append(answer["result"])
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asyncio.run(results(**json.loads(line)))), flush=True)
