"""The settings on their own: a page and its API on SQLite, with a client that uses them."""

from __future__ import annotations

import secrets as random
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.fernet import Fernet
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.orm import sessionmaker

from . import _addresses, _limits, migration
from ._client import ManagedClient
from ._gate import Gate
from ._private_files import read_or_make
from ._router import settings_router
from ._secrets import Secrets
from ._store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Engine

PAGE: Final = Path(__file__).with_name("page")
"""Where the prebuilt page is; there is none in a checkout where it was not built."""

_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


class Standalone:
    """An application that keeps everything in one folder."""

    def __init__(
        self, folder: Path, database: str | None = None, page: Path = PAGE, origins: Collection[str] = ()
    ) -> None:
        """Take the folder for key, token and, unless another is named, database; create what is missing.

        `origins` are as for `settings_router`.

        Raises:
            UnusableKey: Not only the owner can read the key or the token, or the key is not one.
            OSError: The folder cannot be used.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.token = read_or_make(folder / "token", random.token_urlsafe)
        secrets = Secrets(read_or_make(folder / "key", lambda: Fernet.generate_key().decode()))
        self._engine: Engine = _addresses.engine(database or f"sqlite:///{folder.absolute() / 'settings.db'}")
        session = sessionmaker(self._engine)
        self.store = Store(session, secrets=secrets)
        self.mqtt = ManagedClient()
        gate = Gate(self.token)
        self.app = FastAPI(title="argus-mqtt", lifespan=self._lifespan, docs_url=None, redoc_url=None)
        self.app.include_router(
            settings_router(
                session=session, client=self.mqtt, authorize=gate.authorize, secrets=secrets, origins=origins
            )
        )
        _add_page(self.app, gate, page)

    def prepare(self, settings: Mapping[str, Any] | None = None) -> None:
        """Create the table, and store settings if there are none.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: The database does not answer.
        """
        with self._engine.begin() as connection:
            _limits.limit(connection)
            migration.upgrade(connection)
        if settings is not None and self.store.load() is None:
            self.store.save_first(settings)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(self.mqtt.start, self.store)
        try:
            yield
        finally:
            await run_in_threadpool(self.mqtt.shutdown)
            self._engine.dispose()


def _add_page(app: FastAPI, gate: Gate, page: Path) -> None:
    @app.get("/", include_in_schema=False)
    def index(request: Request, token: str = "") -> Response:
        if token:
            return gate.enter(request, token)
        gate.authorize(request)
        if not (page / "index.html").is_file():
            return PlainTextResponse("This installation has no page. The API is described at /openapi.json.\n")
        content = (page / "index.html").read_bytes()
        return Response(content, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    if page.is_dir():
        # Nothing in them is secret, and a browser asks for some without cookies.
        app.mount("/", StaticFiles(directory=page))
