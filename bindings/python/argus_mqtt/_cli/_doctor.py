"""`argus-mqtt doctor`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from argus_mqtt._connection_test import ConnectionReport, ConnectionStep, test_connection
from argus_mqtt._settings import check_settings

from . import _check, _sources
from ._failing import FAILED, OK

if TYPE_CHECKING:
    from ._terminal import Terminal

_STEPS = {
    "name": "name look-up",
    "tcp": "TCP connection",
    "tls": "TLS",
    "mqtt": "MQTT",
    "login": "login",
    "publish": "publishing",
    "subscribe": "subscribing",
}
_RESULTS = {
    "passed": ("works", "good"),
    "failed": ("FAILS", "bad"),
    "unproven": ("unproven", "doubtful"),
    "skipped": ("not needed", "quiet"),
    "not_reached": ("not tried", "quiet"),
}


def run(given: argparse.Namespace, terminal: Terminal) -> int:
    """Test the connection, and show what a person can do about failures."""
    source = _sources.settings(given, terminal)
    report = check_settings(source.settings)
    _check.show(report, source.origin, terminal)
    if report.settings is None:
        terminal.json({"works": False, "faults": report.faults, "notes": report.notes, "connection": None})
        return FAILED
    broker = report.settings["broker_host"]
    connection = terminal.waiting(f"testing {broker}", lambda: test_connection(source.settings, given.timeout))
    terminal.json({"works": connection.works, "faults": [], "notes": report.notes, "connection": connection})
    _show(connection, terminal)
    return OK if connection.works else FAILED


def _show(report: ConnectionReport, terminal: Terminal) -> None:
    terminal.line()
    terminal.line(f"{report.broker}, as the client {report.client_id}:")
    for step in report.steps:
        _show_step(step, terminal)
    if report.protocol:
        terminal.line(f"  MQTT {report.protocol}: {report.protocol_reason}", "quiet")
    terminal.line()
    if report.works:
        terminal.line(f"It works ({report.seconds:.1f} s).", "good")
    else:
        terminal.line(f"It does not work: {report.cause}.", "bad")
        terminal.line(f"What to do: {report.remedy}.", "strong")
    for title, sentences in (("Shown", report.proves), ("Not shown", report.does_not_prove)):
        for sentence in sentences if report.works else ():
            terminal.line(f"  {title}: {sentence}.", "quiet")


def _show_step(step: ConnectionStep, terminal: Terminal) -> None:
    result, style = _RESULTS.get(step.result, (step.result, ""))
    seconds = "" if step.seconds is None else f"{step.seconds:.3f} s"
    detail = step.detail or ""
    terminal.line(f"  {_STEPS.get(step.step, step.step):<16}{result:<12}{seconds:<9}{detail}".rstrip(), style)
