"""Access to settings where there are no users: for whoever has the address that the program printed."""

from __future__ import annotations

import hmac
from typing import Final

from fastapi import HTTPException, Request, status
from fastapi.responses import RedirectResponse
from starlette.requests import cookie_parser

_COOKIE: Final = "argus_mqtt_token"
_SCHEME: Final = "Bearer "


class Gate:
    """Admits whoever has the token, as a cookie, which the printed address sets, or as a bearer token."""

    def __init__(self, token: str) -> None:
        """Take the token."""
        self._token = token

    def authorize(self, request: Request) -> None:
        """Refuse requests without the token."""
        bearer = request.headers.get("authorization", "")
        given = [bearer.removeprefix(_SCHEME)] if bearer.startswith(_SCHEME) else self._cookies(request)
        if not any(map(self._is_right, given)):
            raise HTTPException(
                status.HTTP_401_UNAUTHORIZED,
                "open the whole address that the program printed, with its token",
                {"WWW-Authenticate": "Bearer"},
            )

    def enter(self, request: Request, token: str) -> RedirectResponse:
        """Set the cookie, and remove the token from the address."""
        if not self._is_right(token):
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "this token is not the one that the program printed")
        # Relative, as a proxy may serve the page below a path that is not known here.
        answer = RedirectResponse("./", status.HTTP_303_SEE_OTHER)
        answer.set_cookie(
            self._cookie(request),
            token,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            max_age=365 * 24 * 3600,
            # That of the page, as the browser knows it: others on this host are not given the token.
            path=None,
        )
        return answer

    def _is_right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())

    def _cookies(self, request: Request) -> list[str]:
        # Another instance, served above this one's path, has a cookie of the same name.
        parts = "; ".join(request.headers.getlist("cookie")).split(";")
        name = self._cookie(request)
        return [value for part in parts if (value := cookie_parser(part).get(name)) is not None]

    @staticmethod
    def _cookie(request: Request) -> str:
        # Browsers send the cookies of a host to all its ports.
        return f"{_COOKIE}_{request.url.port or 80}"
