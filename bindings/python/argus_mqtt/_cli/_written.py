"""Reports on settings that were written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argus_mqtt._importing import Imported

    from ._terminal import Terminal

# What became of the password.
KEPT = "kept"
GIVEN = "given"
NONE = "none"


def password(imported: Imported, *, keeps: bool) -> str:
    """Return in a word what happened to the password."""
    return GIVEN if "password" in imported.taken else KEPT if keeps else NONE


def tell(where: str, imported: Imported, about: str, notes: Sequence[str], terminal: Terminal) -> None:
    """Show where settings were written, where each came from, and what happened to the password."""
    terminal.json({"written": where, "taken": imported.taken, "password": about, "notes": notes})
    terminal.line(f"{where}: written", "good")
    for setting, origin in imported.taken.items():
        terminal.line(f"  {setting:<26}from {origin}")
    if about == KEPT:
        terminal.line(f"  {'password':<26}as it was")
