"""Database URLs, as people type them."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError


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
