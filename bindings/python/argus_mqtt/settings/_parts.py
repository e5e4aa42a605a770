"""What the routes work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _answers
from ._candidate import Candidate, Purpose, candidate

if TYPE_CHECKING:
    from ._both_or_none import Connection
    from ._snapshot import Snapshot
    from ._store import Store

Cameras = Callable[[], Iterable[Mapping[str, Any]]]
"""Gives the cameras to announce, each as `Client.announce_camera` takes it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with.

    Attributes:
        store: The settings in the database.
        client: What applies them.
        cameras: Returns the program's cameras.
        host_settings: The settings whose default differs from the library's.
    """

    store: Store
    client: Connection
    cameras: Cameras | None
    host_settings: Mapping[str, object]

    def wanted(
        self,
        body: Mapping[str, Any],
        snapshot: Snapshot | None,
        *,
        on_stored: bool = False,
        purpose: Purpose = "save",
    ) -> Candidate:
        """Check the settings in a request, merged with the defaults or with what is stored."""
        stored = snapshot.stored if snapshot else None
        blank = self.store.blank
        base = stored.settings if on_stored and stored else blank
        return candidate(body, base, blank, stored, purpose)

    def topic_prefix(self) -> str:
        """Return the stored topic prefix, or the default."""
        snapshot = self.store.load()
        stored = snapshot.stored.usable if snapshot else None
        prefix: str = (stored or {}).get("topic_prefix") or self.store.blank["topic_prefix"]
        return prefix

    def body(self, *, partial: bool = False) -> dict[str, Any]:
        """Describe the body of a request."""
        schema = _answers.body_schema(self.host_settings, partial=partial)
        return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
