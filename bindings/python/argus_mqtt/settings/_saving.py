"""Saves what a request contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request, status

from . import _answers, _preconditions
from ._requests import refuse

if TYPE_CHECKING:
    from fastapi.responses import JSONResponse

    from ._candidate import Candidate
    from ._parts import Parts
    from ._snapshot import Snapshot


def save(parts: Parts, request: Request, body: dict[str, Any], if_match: str, if_none_match: str) -> JSONResponse:
    """Save settings, with PATCH merged into the stored ones, and answer what is stored then."""
    is_first = False

    def make(snapshot: Snapshot | None) -> Candidate:
        nonlocal is_first
        is_first = snapshot is None
        _preconditions.check(snapshot.version if snapshot else None, if_match, if_none_match)
        wanted = parts.wanted(body, snapshot, on_stored=request.method == "PATCH")
        if wanted.faults:
            refuse(wanted.faults)
        return wanted

    after = parts.store.save(make, parts.client)
    return _answers.stored(after, parts.store, status.HTTP_201_CREATED if is_first else status.HTTP_200_OK)
