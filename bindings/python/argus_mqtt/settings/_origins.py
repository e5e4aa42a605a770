"""Refuses requests that a page of another site sends with the user's cookies."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

from fastapi import HTTPException, Request, status

_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}
_ORIGIN: Final = re.compile(r"(https?)://([^\s/?#@\\]+)", re.IGNORECASE)


def same_origin(allowed: Collection[str]) -> Callable[[Request], Coroutine[Any, Any, None]]:
    """Make a dependency that refuses such requests.

    The header `Host` says what the address of the server is, not `X-Forwarded-Host`, which any client can send.

    Args:
        allowed: Other origins that may send requests, such as "https://argus.example".

    Raises:
        TypeError: It is a single text.
        ValueError: One of them is not an origin.
    """
    if isinstance(allowed, str):
        raise TypeError(f"origins: {allowed!r} is one text; give a list, such as [{allowed!r}]")
    others = frozenset(map(normal, allowed))

    async def check(request: Request) -> None:
        if request.method in {"GET", "HEAD", "OPTIONS"} or "cookie" not in request.headers:
            return
        origin = request.headers.get("origin", "").lower()
        if request.headers.get("sec-fetch-site", "") in {"same-origin", "none"} or origin in others:
            return
        host = request.headers.get("host", "").lower()
        is_other = bool(origin) and not _is_of(origin, host)
        if is_other or "sec-fetch-site" in request.headers:
            raise HTTPException(
                status.HTTP_403_FORBIDDEN,
                f"a page of another origin sent this, {origin or 'which it does not name'}, to {host}; name it in "
                "`origins` to allow it, or, if it is the page of this server, let the proxy pass on the header Host",
            )

    return check


def normal(origin: str) -> str:
    """Return an origin as browsers write it.

    Raises:
        ValueError: It is not one. The text continues a sentence.
    """
    found = _ORIGIN.fullmatch(origin.rstrip("/"))
    if found is None:
        raise ValueError(
            f"{origin!r} is not an origin, which has a scheme, a host and no path: https://argus.example"
        )
    scheme, host = found[1].lower(), found[2].lower()
    return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS[scheme])}"


def _is_of(origin: str, host: str) -> bool:
    """Whether a page of this origin is from this host, which may name the default port as an origin never does."""
    scheme, _, its_host = origin.partition("://")
    return its_host == host.removesuffix(_DEFAULT_PORTS.get(scheme, ""))
