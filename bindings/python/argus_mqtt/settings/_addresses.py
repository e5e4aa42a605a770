"""Addresses of databases, as people type them."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError


def usable(address: str) -> str:
    """Give back an address for which there is a driver.

    Raises:
        ValueError: It is none; the text, which goes on after what it is of, does not quote the password in it.
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
