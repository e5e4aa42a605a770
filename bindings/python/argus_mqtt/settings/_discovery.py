"""Announces the program's cameras to Home Assistant again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import HTTPException, status
from fastapi.responses import JSONResponse

from argus_mqtt._errors import ArgusMqttError, InvalidArgument

from . import _actions, _problems

if TYPE_CHECKING:
    from fastapi import APIRouter

    from argus_mqtt._client import Client

    from ._parts import Parts

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
        for camera in parts.cameras():
            client.announce_camera(camera)
            count += 1
    except InvalidArgument as error:
        raise HTTPException(status.HTTP_409_CONFLICT, f"after {count} cameras: {error}") from error
    except ArgusMqttError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, f"after {count} cameras: {error}") from error
    return count


def in_words(count: int) -> str:
    """Say how many cameras were announced."""
    return "1 camera was announced" if count == 1 else f"{count} cameras were announced"
