"""The YAML that the documentation shows."""

from __future__ import annotations

import re

from . import REPOSITORY

_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

_LONG, _SHORT = '"00:01:00"', '"00:00:01"'


def packages() -> dict[str, str]:
    """Give each block of YAML in the documentation, as a part of Home Assistant's configuration.

    Only a time that it waits for is shorter.
    """
    text = (REPOSITORY / "docs/home-assistant.md").read_text()
    blocks = _BLOCK.findall(text)
    assert blocks, "docs/home-assistant.md shows YAML"
    return {f"document_{number}": block.replace(_LONG, _SHORT) for number, block in enumerate(blocks, 1)}
