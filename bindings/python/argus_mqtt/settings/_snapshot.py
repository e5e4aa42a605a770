"""The settings as they were stored at one time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._row import Stored


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The settings as they were stored at one time, independent of the row.

    Attributes:
        id: The primary key of the row.
        version: How many times they have been saved through the API.
        created_at: When they were first saved.
        updated_at: When they were last saved.
        columns: ArgusAI's columns that are settings, without the password.
        stored: What they mean.
    """

    id: str
    version: int
    created_at: datetime | None
    updated_at: datetime | None
    columns: Mapping[str, Any]
    stored: Stored
