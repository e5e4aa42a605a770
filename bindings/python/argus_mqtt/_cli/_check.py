"""`argus-mqtt check`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from argus_mqtt._settings import SettingsReport, check_settings

from . import _sources
from ._failing import FAILED, OK

if TYPE_CHECKING:
    from argus_mqtt._errors import Fault

    from ._terminal import Terminal


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Check a file, and show all its faults."""
    # The text itself, as the library also finds what a dictionary no longer shows, such as a name that stands twice.
    report = check_settings(_sources.read(given.file))
    terminal.json(report)
    show(report, _sources.name_of(given.file), terminal)
    return OK if report.valid else FAILED


def show(report: SettingsReport, origin: str, terminal: Terminal) -> None:
    """Show the library's report on settings."""
    if report.settings is None:
        show_faults(report.faults, origin, terminal)
    else:
        terminal.line(f"{origin}: valid", "good")
        for name in ("broker_host", "broker_port", "client_id", "topic_prefix", "event_topic", "availability_topic"):
            terminal.line(f"  {name:<20}{report.settings[name]}")
    for note in report.notes:
        terminal.line(f"  note: {note}", "doubtful")


def show_faults(faults: tuple[Fault, ...], origin: str, terminal: Terminal) -> None:
    """Show what is wrong with settings."""
    terminal.line(f"{origin}: {len(faults)} {'fault' if len(faults) == 1 else 'faults'}", "bad")
    for fault in faults:
        terminal.line(f"  {fault}")


def faults_text(faults: tuple[Fault, ...]) -> str:
    """Return all faults in one text."""
    return "the settings have faults:\n" + "\n".join(f"  {fault}" for fault in faults)
