"""`argus-mqtt cameras`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, cast

from argus_mqtt._announced import AnnouncedEntity, find_announced

from . import _sources
from ._beside import connected, sound_settings
from ._failing import FAILED, OK, Misused

if TYPE_CHECKING:
    from argus_mqtt._settings_fields import Settings

    from ._terminal import Terminal


def run_announce(given: argparse.Namespace, terminal: Terminal) -> int:
    """Announce the cameras in a file."""
    cameras = _cameras(given.file)
    system = cast("Mapping[str, object] | None", cameras.get("system"))
    listed = cast("list[dict[str, object]]", cameras["cameras"])
    with connected(sound_settings(given, terminal), given, terminal) as client:
        if system is not None:
            client.announce_system(system)
        for camera in listed:
            client.announce_camera(camera)
        left = terminal.waiting("announcing", lambda: client.flush(given.timeout))
    terminal.json({"announced": [one["id"] for one in listed], "left": left})
    if left:
        terminal.line(f"the broker has not acknowledged all of it within {given.timeout} s", "bad")
        return FAILED
    terminal.line(f"announced: {', '.join(str(one['id']) for one in listed) or 'the system'}")
    return OK


def run_list(given: argparse.Namespace, terminal: Terminal) -> int:
    """List what is announced to Home Assistant for this system."""
    found = _found(sound_settings(given, terminal), given, terminal)
    terminal.json(found)
    _show(found, terminal)
    if not found:
        terminal.line("nothing is announced")
    return OK


def run_clear_ghosts(given: argparse.Namespace, terminal: Terminal) -> int:
    """Remove entities that belong to no camera in the file."""
    cameras = _cameras(given.file)
    settings = sound_settings(given, terminal)
    ghosts = [entity for entity in _found(settings, given, terminal, cameras) if entity.is_ghost]
    if ghosts and not given.dry_run:
        with connected(settings, given, terminal) as client:
            # The entities first, so that none shows that its states are gone.
            topics = [ghost.topic for ghost in ghosts]
            states = sorted({topic for ghost in ghosts for topic in ghost.state_topics})
            deliveries = [client.forget_state(topic) for topic in topics + states]

            def wait() -> None:
                for delivery in deliveries:
                    delivery.wait(given.timeout)

            terminal.waiting("clearing", wait)
    terminal.json({"cleared": [] if given.dry_run else ghosts, "found": ghosts})
    _show(ghosts, terminal)
    what = f"{len(ghosts)} {'ghost' if len(ghosts) == 1 else 'ghosts'}"
    terminal.line(f"{what} found" if given.dry_run else f"{what} cleared")
    return OK


def _found(
    settings: Settings,
    given: argparse.Namespace,
    terminal: Terminal,
    cameras: Mapping[str, object] | None = None,
) -> tuple[AnnouncedEntity, ...]:
    return terminal.waiting(
        f"looking at {settings['broker_host']}", lambda: find_announced(settings, cameras, given.timeout)
    )


def _cameras(path: str) -> Mapping[str, object]:
    """Read the cameras in a file: a list of them, or an object with them and the system."""
    value, name = _sources.json_of(path), _sources.name_of(path)
    if isinstance(value, list):
        value = {"cameras": value}
    if not isinstance(value, dict):
        raise Misused(f'{name} must be a list of cameras, or an object with "cameras"')
    unknown = [f'"{key}"' for key in value if key not in {"cameras", "system"}]
    if unknown:
        raise Misused(f'{name} contains {", ".join(unknown)}; it may contain "cameras" and "system"')
    listed = value.get("cameras")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Misused(f'{name}: "cameras" must be a list of objects, one for each camera')
    if not isinstance(value.get("system"), (dict, type(None))):
        raise Misused(f'{name}: "system" must be an object')
    ids = [one["id"] for one in listed if isinstance(one.get("id"), str)]
    twice = next((one for at, one in enumerate(ids) if one in ids[:at]), None)
    if twice is not None:
        raise Misused(f'{name}: the camera "{twice}" is listed more than once')
    return cast("Mapping[str, object]", value)


def _show(entities: Iterable[AnnouncedEntity], terminal: Terminal) -> None:
    """Show the number of entities of each device."""
    for (device, name), group in groupby(entities, lambda entity: (entity.device, entity.device_name)):
        count = len(list(group))
        terminal.line(f"{device:<32}{name:<32}{count} {'entity' if count == 1 else 'entities'}")
