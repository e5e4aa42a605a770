"""Announces the program's cameras to Home Assistant again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fastapi import HTTPException, status
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from argus_mqtt._errors import ArgusMqttError, InvalidArgument
from argus_mqtt.argusai._waiting import on_a_thread_within

from . import _actions, _problems

if TYPE_CHECKING:
    from fastapi import APIRouter

    from argus_mqtt._client import Client

    from ._parts import Cameras, Parts

_log = logging.getLogger("argus_mqtt")

SECONDS: Final = 10.0
"""So long may the program take to name its cameras."""

_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["cameras_published", "message"],
    "properties": {"cameras_published": {"type": "integer"}, "message": {"type": "string"}},
}


def add(router: APIRouter, parts: Parts) -> None:
    """Add the route."""

    @router.post(
        "/publish-discovery",
        summary="Announce all cameras to Home Assistant",
        responses={200: {"content": {"application/json": {"schema": _ANSWER}}}, **_problems.NO_CLIENT},
    )
    def publish_discovery() -> JSONResponse:
        client = _actions.online(parts)
        if not is_on(parts):
            raise HTTPException(
                status.HTTP_409_CONFLICT, "Home Assistant discovery is switched off; set homeassistant_discovery"
            )
        count = announce(parts, client)
        return JSONResponse({"cameras_published": count, "message": in_words(count)})


def is_on(parts: Parts) -> bool:
    """Tell whether discovery is on in the stored settings."""
    snapshot = parts.store.load()
    usable = snapshot.stored.usable if snapshot else None
    return bool((usable or {}).get("homeassistant_discovery", True))


def announce(parts: Parts, client: Client) -> int:
    """Announce the cameras and return their number; answer 409 or 503 if that is not possible."""
    if parts.cameras is None:
        raise HTTPException(status.HTTP_409_CONFLICT, "this program has no cameras to announce")
    count = 0
    try:
        for camera in _named(parts.cameras):
            client.announce_camera(camera)
            count += 1
    except InvalidArgument as error:
        raise HTTPException(status.HTTP_409_CONFLICT, f"after {count} cameras: {error}") from error
    except ArgusMqttError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, f"after {count} cameras: {error}") from error
    return count


def _named(cameras: Cameras) -> list[Mapping[str, Any]]:
    """Ask the program for its cameras; answer 503 if it fails or takes too long."""

    def ask() -> list[Mapping[str, Any]]:
        found = cameras()
        if isinstance(found, Mapping):
            raise TypeError("`cameras` returned one mapping; return a list of them, one for each camera")
        named = list(found)
        for one in named:
            if not isinstance(one, Mapping):
                raise TypeError(
                    f"`cameras` returned a {type(one).__name__} as a camera; return mappings with their fields"
                )
        return named

    asked = on_a_thread_within("argus-mqtt-cameras", SECONDS, ask)
    if not asked.done():
        why = f"the program has not named its cameras for {SECONDS:g} s; try again"
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, why)
    error = asked.exception()
    if error is None:
        return asked.result()
    if isinstance(error, (ArgusMqttError, SQLAlchemyError)):
        raise error
    _log.error("`cameras` of settings_router failed", exc_info=error)
    why = f"the program could not name its cameras ({type(error).__name__}); its log says why"
    raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, why) from error


def in_words(count: int) -> str:
    """Say how many cameras were announced."""
    return "1 camera was announced" if count == 1 else f"{count} cameras were announced"
