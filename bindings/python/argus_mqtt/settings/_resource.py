"""The settings as a resource: GET, PUT and PATCH, a dry run, and their schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request  # noqa: TC002  (FastAPI looks at them)
from fastapi.responses import JSONResponse

from . import _answers, _problems
from ._preconditions import IfMatch, IfNoneMatch  # noqa: TC001  (so it does at these)
from ._requests import JsonObject  # noqa: TC001
from ._saving import save

if TYPE_CHECKING:
    from ._parts import Parts

_ETAG: Final = {"ETag": {"description": "The version of the settings.", "schema": {"type": "string"}}}


def add(router: APIRouter, parts: Parts) -> None:
    """Add the routes."""
    store = parts.store
    answer = {"content": {"application/json": {"schema": _answers.answer_schema()}}, "headers": _ETAG}

    @router.get("", summary="The settings, without the password", responses={200: answer})
    def get_settings() -> JSONResponse:
        return _answers.stored(store.load(), store)

    created = {**answer, "description": "These are the first settings."}

    @router.put(
        "",
        summary="Replace the settings",
        description="A setting that is left out returns to its default; a password that is left out is kept, and "
        "null removes it. The running client applies them and keeps its queue.",
        responses={200: answer, 201: created, **_problems.SAVING},
        openapi_extra=parts.body(),
    )
    def put_settings(
        request: Request, body: JsonObject, if_match: IfMatch = "", if_none_match: IfNoneMatch = ""
    ) -> JSONResponse:
        return save(parts, request, body, if_match, if_none_match)

    @router.patch(
        "",
        summary="Change some settings",
        description="Settings that are left out are kept; null stands for the default, and removes the password.",
        responses={200: answer, 201: created, **_problems.SAVING},
        openapi_extra=parts.body(partial=True),
    )
    def patch_settings(
        request: Request, body: JsonObject, if_match: IfMatch = "", if_none_match: IfNoneMatch = ""
    ) -> JSONResponse:
        return save(parts, request, body, if_match, if_none_match)

    @router.post(
        "/check",
        summary="Return what saving these settings would result in, and save nothing",
        responses={200: {"content": {"application/json": {"schema": _answers.CHECKED}}}, **_problems.BODY},
        openapi_extra=_ANYTHING,
    )
    def check_settings(body: JsonObject) -> JSONResponse:
        return JSONResponse(_answers.checked(parts.wanted(body, store.load())))

    @router.get(
        "/schema",
        summary="A JSON Schema of the settings",
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    )
    def get_schema() -> JSONResponse:
        return JSONResponse(_answers.request_schema(parts.host_settings))


_ANYTHING: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "As for PUT, with any faults."}}
        },
    }
}
