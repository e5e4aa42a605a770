"""What can be done with the running client: read its status, reconnect now, announce cameras, send a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, HTTPException, Request, status
from fastapi.responses import JSONResponse, Response, StreamingResponse

from argus_mqtt._errors import NotDelivered, QueueFull, ShutDown, TimedOut

from . import _events, _problems, _status
from ._events import Feed

if TYPE_CHECKING:
    from argus_mqtt._client import Client

    from ._parts import Parts

_STATUS: Final = {"content": {"application/json": {"schema": _status.SCHEMA}}}

_ACKNOWLEDGED_WITHIN: Final = 5.0
_TEST_EXPIRY_SECONDS: Final = 60


def add(router: APIRouter, parts: Parts, is_stopping: Callable[[], bool]) -> None:
    """Add the routes."""
    feed = Feed(lambda: _status.live(parts), is_stopping)

    @router.get(
        "/status",
        summary="The status; as server-sent events with Accept: text/event-stream",
        responses={
            200: {"content": {**_STATUS["content"], "text/event-stream": {"schema": {"type": "string"}}}},
        },
        response_class=Response,
    )
    async def get_status(request: Request) -> Response:
        if "text/event-stream" not in request.headers.get("accept", ""):
            if feed.asking >= _events.MOST_ASKING:
                raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "too many ask for the status")
            if (live := await feed.once()) is None:
                raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "the server is shutting down")
            return JSONResponse(live)
        if feed.listeners >= _events.MOST_LISTENERS:
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "too many pages are open")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(feed.events(), media_type="text/event-stream", headers=headers)

    @router.post(
        "/reconnect",
        summary="Try to connect now instead of after the pause",
        responses={200: _STATUS, **_problems.NO_CLIENT},
    )
    def reconnect() -> JSONResponse:
        running(parts).reconnect()
        return JSONResponse(_status.live(parts))

    @router.post(
        "/test-message",
        summary="Send a message to the topic `{topic_prefix}/test`",
        responses={200: {"content": {"application/json": {"schema": _SENT}}}, **_problems.NO_CLIENT},
    )
    def send_test_message() -> JSONResponse:
        client = online(parts)
        topic = f"{parts.topic_prefix()}/test"
        return JSONResponse({"topic": topic, **sent(client, topic)})


_SENT: Final = {
    "type": "object",
    "required": ["topic", "delivered", "message"],
    "properties": {"topic": {"type": "string"}, "delivered": {"type": "boolean"}, "message": {"type": "string"}},
}


def running(parts: Parts) -> Client:
    """Return the client, or answer 409."""
    client = parts.client.client
    if _status.client_status(client) is None or client is None:
        why = _status.live(parts)["message"]
        raise HTTPException(status.HTTP_409_CONFLICT, why)
    return client


def online(parts: Parts) -> Client:
    """Return the client if it is online, or answer 409 or 503."""
    client = running(parts)
    now = _status.client_status(client)
    if now is None or now.state != "online":
        why = _status.in_words(now) if now else "MQTT is being shut down."
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, why)
    return client


def sent(client: Client, topic: str) -> dict[str, object]:
    """Send a message and report its outcome."""
    message = {"message": "A test message of argus-mqtt"}
    try:
        client.publish(topic, message, expiry_seconds=_TEST_EXPIRY_SECONDS).wait(_ACKNOWLEDGED_WITHIN)
    except (NotDelivered, QueueFull, ShutDown) as error:
        return {"delivered": False, "message": str(error)}
    except TimedOut:
        return {
            "delivered": False,
            "message": f"not acknowledged within {_ACKNOWLEDGED_WITHIN:g} s; it is sent later",
        }
    return {"delivered": True, "message": "the broker has acknowledged it"}
