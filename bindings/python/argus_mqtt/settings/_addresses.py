"""Database URLs, as people type them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

_CONNECT_SECONDS: Final = 5

# What the drivers of PostgreSQL call it.
_CONNECT_TIMEOUT: Final = {"psycopg": "connect_timeout", "psycopg2": "connect_timeout", "pg8000": "timeout"}


def engine(address: str | URL) -> Engine:
    """Make the engine of a database that is this program's own, which gives up a server that does not answer."""
    url = make_url(address)
    name = _CONNECT_TIMEOUT.get(url.get_driver_name()) if url.get_backend_name() == "postgresql" else None
    wait = {name: _CONNECT_SECONDS} if name is not None and name not in url.query else {}
    return create_engine(url, connect_args=wait)


def usable(address: str) -> str:
    """Return a URL for which there is a driver.

    Raises:
        ValueError: It is not one. The text continues a sentence, and does not quote the password in the URL.
    """
    try:
        make_url(address).get_dialect().import_dbapi()
    except ModuleNotFoundError as error:
        raise ValueError(f"needs a driver that is missing: pip install {error.name}") from None
    except (SQLAlchemyError, ValueError):
        raise ValueError(
            "is no URL of a database as SQLAlchemy takes them, such as postgresql+psycopg://user@host/name"
        ) from None
    return address
