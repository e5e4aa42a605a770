"""The events that are published."""

from __future__ import annotations

import json
from pathlib import Path

from .paths import WORK


def event_file(size: int) -> Path:
    """A file with a JSON object of `size` bytes, as a camera's event looks."""
    event: dict[str, object] = {
        "event_id": "5f0c2a9e-3b44-4f6b-9a53-7a2f4a1b9d10",
        "camera": "front_door",
        "time": "2026-11-23T14:10:00.000000+00:00",
    }
    if size >= 300:
        event |= {"objects": ["person", "package"], "confidence": 93, "description": ""}
        sentence = "A person in a dark jacket walks up the drive, stops at the door and leaves a package. "
        missing = size - len(json.dumps(event))
        event["description"] = (sentence * (missing // len(sentence) + 1))[:missing]
    else:
        event = {"camera": "front_door", "description": ""}
        event["description"] = "x" * (size - len(json.dumps(event)))
    text = json.dumps(event)
    assert len(text) == size
    path = WORK / f"event-{size}.json"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return path
