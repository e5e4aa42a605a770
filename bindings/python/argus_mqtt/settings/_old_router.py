"""ArgusAI's routes, for existing pages and scripts: the same paths, fields, status codes and accepted values."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, HTTPException, status

from argus_mqtt import _arguments

from . import _actions, _answers, _discovery, _problems, _router, _status
from ._old_bodies import NOTHING_STORED, Done, OldAnswer, OldSettings, OldStatus, OldTest, OldUpdate, Published, Sent
from ._old_test import OldTests
from ._parts import Cameras, Parts
from ._store import Store
from ._table import MQTTConfig, MQTTConfigMixin
from ._writing import Conflict

if TYPE_CHECKING:
    from argus_mqtt._client import Client

    from ._both_or_none import Connection
    from ._rows import SessionFactory
    from ._secrets import Secrets
    from ._snapshot import Snapshot

_log = logging.getLogger("argus_mqtt")

PREFIX = "/api/v1/integrations/mqtt"

_TRIES: Final = 5


def argusai_router(  # noqa: PLR0913  (all by name)
    *,
    session: SessionFactory,
    client: Connection,
    authorize: Callable[..., Any],
    cameras: Cameras | None = None,
    prefix: str = PREFIX,
    model: type[MQTTConfigMixin] = MQTTConfig,
    secrets: Secrets | None = None,
    origins: Collection[str] = (),
) -> APIRouter:
    """Make ArgusAI's settings routes, beside those of `settings_router`, whose arguments it takes.

    They store what ArgusAI's routes have always stored, including what the library would refuse, such as a QoS of 2;
    the log and the routes of `settings_router` say what is used instead.
    """
    store = Store(session, model=model, secrets=secrets)
    named = None if cameras is None else _arguments.plain_function("cameras", cameras)
    parts = Parts(store=store, client=client, cameras=named, host_settings=model.host_settings)
    router = _router.guarded(prefix, "MQTT", authorize, origins, _problems.EVERYWHERE)
    _add_settings(router, parts)
    _add_actions(router, parts)
    return router


def _add_settings(router: APIRouter, parts: Parts) -> None:
    @router.get("/config", summary="The settings, without the password")
    def get_config() -> OldAnswer:
        snapshot = parts.store.load()
        return _answer(snapshot) if snapshot else NOTHING_STORED

    @router.put("/config", summary="Replace the settings", responses=_problems.UNCONFIRMED)
    def put_config(update: OldUpdate) -> OldAnswer:
        snapshot = _saved(parts, update)
        for fault in snapshot.stored.faults:
            _log.warning("stored settings: %s", fault)
        return _answer(snapshot)

    tests = OldTests(parts)

    @router.post("/test", summary="Test a connection beside the running client")
    def test_connection(wanted: OldTest) -> Done:
        return tests.test(wanted)


def _add_actions(router: APIRouter, parts: Parts) -> None:
    @router.get("/status", summary="The status")
    def get_status() -> OldStatus:
        return _live(parts)

    @router.post("/publish-discovery", summary="Announce all cameras to Home Assistant", responses=_OFFLINE)
    def publish_discovery() -> Published:
        client = _online(parts)
        if not _discovery.is_on(parts):
            raise HTTPException(status.HTTP_400_BAD_REQUEST, "Home Assistant discovery is switched off")
        count = _discovery.announce(parts, client)
        return Published(success=True, message=_discovery.in_words(count), cameras_published=count)

    @router.post("/test-message", summary="Send a test message", responses=_OFFLINE)
    def send_test_message() -> Sent:
        client = _online(parts)
        topic = f"{parts.topic_prefix()}/test"
        sent = _actions.sent(client, topic)
        return Sent(success=bool(sent["delivered"]), message=str(sent["message"]), topic=topic)


_OFFLINE: Final[_problems.Responses] = {
    400: {"description": "Home Assistant discovery is switched off."},
    409: {"description": "The stored settings do not allow it, or there is nothing to announce."},
}


def _saved(parts: Parts, update: OldUpdate) -> Snapshot:
    """Save over whatever is stored: on these routes, the last save wins."""
    for _ in range(_TRIES):
        with contextlib.suppress(Conflict):
            return parts.store.save(lambda _: update, parts.client)
    raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "others save settings all the time; try again")


def _answer(snapshot: Snapshot) -> OldAnswer:
    return OldAnswer(
        **{name: snapshot.columns[name] for name in OldSettings.model_fields},
        id=snapshot.id,
        has_password=snapshot.stored.has_password,
        created_at=_answers.time_json(snapshot.created_at),
        updated_at=_answers.time_json(snapshot.updated_at),
    )


def _live(parts: Parts) -> OldStatus:
    client = _status.client_status(parts.client.client)
    record = _status.of_another(parts.client)
    if record is not None:
        return OldStatus(**{name: record[name] for name in OldStatus.model_fields})
    if client is None:
        snapshot, trouble = _status.read(parts)
        faults = snapshot.stored.faults if snapshot and snapshot.stored.usable is None else ()
        broker = f"{snapshot.columns['broker_host']}:{snapshot.columns['broker_port']}" if snapshot else None
        return OldStatus(
            connected=False, broker=broker, messages_published=0, last_error="; ".join(map(str, faults)) or trouble
        )
    last = client.last_online_unix_seconds
    return OldStatus(
        connected=client.state == "online",
        broker=client.broker,
        last_connected_at=None if last is None else datetime.fromtimestamp(last, timezone.utc).isoformat(),
        messages_published=client.counters.delivered,
        last_error=client.last_error,
        reconnect_attempt=client.reconnect_attempt,
    )


def _online(parts: Parts) -> Client:
    client = parts.client.client
    now = _status.client_status(client)
    if client is None or now is None or now.state != "online":
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, _status.live(parts)["message"])
    return client
