"""Where Home Assistant reaches ArgusAI, as events say it: to everybody who may read them."""

from __future__ import annotations

import os
from typing import Final

from . import _log

VARIABLE: Final = "API_BASE_URL"

_has_said_login: list[str] = []


def api_base_url() -> str:
    """Give what `API_BASE_URL` says, without a slash at its end, and without a user and a password."""
    given = os.environ.get(VARIABLE, "http://localhost:8000")
    shown = without_login(given)
    if shown != given and given not in _has_said_login:
        _has_said_login[:] = [given]
        text = f"{VARIABLE} has a user or a password in it, which events do not show: they say {shown}"
        _log.warning("api_base_url", text)
    return shown.rstrip("/")


def without_login(address: str) -> str:
    """Remove what stands before the host in an address.

    The characters `/?#@` in a user or a password are to be percent-encoded. Where they are not, the login is found
    unless the text can be read as another address: `http://user:12/34@host`, whose host may be `user` and its port
    12; `http://us/er:password@host`; and `http://user:p@ss/word@host`, whose host may be `ss`.
    """
    scheme, separator, rest = address.partition("://") if "://" in address else ("", "", address)
    end = min((rest.index(one) for one in "/?#" if one in rest), default=len(rest))
    authority = rest[:end]
    port = authority.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    if port and not port.isdecimal():
        # No port, but a password that has one of these characters in it.
        end = len(rest)
    return scheme + separator + rest[:end].rpartition("@")[2] + rest[end:]
