"""If two people edit at once, the second is told, and overwrites nothing (RFC 9110, section 13)."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Header, HTTPException, status

IfMatch = Annotated[
    str,
    Header(description="The ETag of the settings that were edited, or `*`. Required, unless these are the first."),
]
IfNoneMatch = Annotated[str, Header(description="`*` when these are the first settings that are saved.")]


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def check(version: int | None, if_match: str, if_none_match: str) -> None:
    """Refuse a request based on a version other than the stored one.

    Args:
        version: The stored version; None if nothing is stored.
        if_match: The header; empty if it was not sent.
        if_none_match: The header. Only `*` has a meaning here.
    """
    first = if_none_match.strip() == "*"
    if not if_match and not first:
        how = "If-None-Match: *" if version is None else "If-Match, with the ETag of the settings that were edited"
        raise HTTPException(status.HTTP_428_PRECONDITION_REQUIRED, f"send the header {how}")
    if first and version is not None:
        raise HTTPException(status.HTTP_412_PRECONDITION_FAILED, _CHANGED)
    if if_match and (version is None or not _lists(if_match, version)):
        raise HTTPException(status.HTTP_412_PRECONDITION_FAILED, _CHANGED if version else _NONE)


_CHANGED = "somebody else has saved settings in the meantime; load them and edit anew"
_NONE = "no settings are stored; send the header If-None-Match: * to save the first"


def _lists(header: str, version: int) -> bool:
    tags = [_as_sent(tag.strip()) for tag in header.split(",")]
    return "*" in tags or etag(version) in tags


# A proxy that compresses an answer marks its ETag: nginx as weak, Apache by its end. The version is the same one.
_MARKED: Final = re.compile(r'(?:W/)?("[^"]*?)(?:[-;]+(?:gzip|br|deflate|zstd))?"')


def _as_sent(tag: str) -> str:
    """Return an ETag as it was before a proxy marked it."""
    found = _MARKED.fullmatch(tag)
    return f'{found[1]}"' if found else tag
