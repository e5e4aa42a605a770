"""The API of the settings, as a router for a FastAPI application."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from argus_mqtt import _arguments

from . import _actions, _discovery, _events, _failures, _origins, _problems, _requests, _resource, _trial
from ._parts import Cameras, Parts
from ._store import Store
from ._table import MQTTConfig, MQTTConfigMixin

if TYPE_CHECKING:
    from ._both_or_none import Connection
    from ._rows import SessionFactory
    from ._secrets import Secrets

PREFIX = "/api/v1/settings/mqtt"


def settings_router(  # noqa: PLR0913  (all by name)
    *,
    session: SessionFactory,
    client: Connection,
    authorize: Callable[..., Any],
    cameras: Cameras | None = None,
    prefix: str = PREFIX,
    model: type[MQTTConfigMixin] = MQTTConfig,
    secrets: Secrets | None = None,
    origins: Collection[str] = (),
    is_stopping: Callable[[], bool] = _events.uvicorn_is_stopping,
) -> APIRouter:
    """Make the routes that read, save and test the settings.

    Args:
        session: Returns synchronous database sessions, such as a `sessionmaker`.
        client: What applies the settings: a `ManagedClient`, or anything with the same `client` and `apply`.
        authorize: A FastAPI dependency that refuses users who may not see and change settings. It is called first in
            each request.
        cameras: Returns the cameras to announce to Home Assistant, as `Client.announce_camera` takes them.
        prefix: The path of the routes.
        model: The model of the table, a subclass of `MQTTConfigMixin`.
        secrets: The keys for the password; by default, those of the environment.
        origins: Other origins whose pages may send requests with the user's cookies: "https://argus.example".
        is_stopping: Tells whether the server was told to stop, so that open status streams end first. By default it
            asks the uvicorn that serves this process; for another server, pass a function that knows.

    Raises:
        UnusableKey: The environment has no key.
        TypeError, ValueError: `authorize` or `cameras` can't be called, or `origins` has something else than origins.
    """
    parts = Parts(
        store=Store(session, model=model, secrets=secrets),
        client=client,
        cameras=None if cameras is None else _arguments.plain_function("cameras", cameras),
        host_settings=model.host_settings,
    )
    router = guarded(prefix, "MQTT settings", authorize, origins, _problems.EVERYWHERE)
    _resource.add(router, parts)
    _actions.add(router, parts, is_stopping)
    _discovery.add(router, parts)
    _trial.add(router, parts)
    return router


def guarded(
    prefix: str,
    tag: str,
    authorize: Callable[..., Any],
    origins: Collection[str],
    responses: _problems.Responses | None = None,
) -> APIRouter:
    """Make a router that checks user and origin, and never shows a password in a fault."""
    if not callable(authorize):
        raise TypeError(f"authorize must be a dependency of FastAPI that refuses users, not {authorize!r}")
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        dependencies=[Depends(authorize), Depends(_origins.same_origin(origins))],
        route_class=_SettingsRoute,
        responses=responses,
    )


class _SettingsRoute(APIRoute):
    """Distinguishes failures of the database from defects of the program, and keeps passwords out of both."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                response: Response = await handle(_requests.limited(request))
            except Exception as error:
                _failures.answer(error)
                raise
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return handler
