"""What the documentation shows and the tests run."""

from __future__ import annotations

import re

from . import REPOSITORY

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

_SHORTER = {'"00:01:00"': '"00:00:01"', "expire_after: 300": "expire_after: 3"}


def packages() -> dict[str, str]:
    """Give each block of YAML in the documentation, as a part of Home Assistant's configuration.

    Only times that it waits for are shorter.
    """
    blocks = _blocks("docs/home-assistant.md", "yaml")
    for long, short in _SHORTER.items():
        assert any(long in block for block in blocks), f"something waits for {long}"
        blocks = [block.replace(long, short) for block in blocks]
    return {f"document_{number}": block for number, block in enumerate(blocks, 1)}


def commands_to_go_back() -> list[str]:
    """Give the commands by which ArgusAI goes back to its own MQTT service."""
    (block,) = _blocks("docs/argusai.md", "console")
    return [line.removeprefix("$ ") for line in block.splitlines()]


def _blocks(page: str, language: str) -> list[str]:
    found = _BLOCK.findall((REPOSITORY / page).read_text())
    blocks = [block for of, block in found if of == language]
    assert blocks, f"{page} shows {language}"
    return blocks
