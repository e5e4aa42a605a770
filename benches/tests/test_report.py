"""The report of a few records whose figures can be worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from driver import goals, memory, pages_table, report, tables
from driver.summary import Summary

RECORDS = [json.loads(line) for line in (Path(__file__).parent / "records.jsonl").read_text().splitlines()]


@pytest.fixture
def summary() -> Summary:
    return Summary(RECORDS)


def row(table: str, name: str) -> list[str]:
    """The cells of the row of a client."""
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return next(cells for cells in rows if cells[0] == name)


def goal(summary: Summary, aim: str) -> goals.Goal:
    return next(goal for goal in goals.goals(summary) if goal.aim == aim)


def test_a_median_stands_with_its_lowest_and_highest(summary: Summary) -> None:
    assert "100 (80.0 to 125)" in row(tables.throughput(summary), "argus-mqtt (Rust)")


def test_a_slower_client_has_a_throughput_below_ours(summary: Summary) -> None:
    assert "0.50 ×" in row(tables.throughput(summary), "rumqttc")


def test_throughput_is_reached_when_we_are_faster(summary: Summary) -> None:
    to_rumqttc = goal(summary, "Throughput, window of 100: argus-mqtt (Rust) to rumqttc's")
    to_libmosquitto = goal(summary, "Throughput: argus-mqtt (Rust) to libmosquitto's")
    assert (to_rumqttc.measured, to_rumqttc.reached) == (2.0, False)
    assert (to_libmosquitto.measured, to_libmosquitto.reached) == (1.25, False)


def test_over_tls_is_beside_over_tls(summary: Summary) -> None:
    to_rumqttc = goal(summary, "Throughput over TLS, window of 100: argus-mqtt (Rust) to rumqttc's")
    assert (to_rumqttc.measured, to_rumqttc.reached) == (4.0, True)
    assert row(tables.tls(summary), "rumqttc")[1:3] == ["12.5", "0.25 ×"]


def test_a_time_is_missed_when_we_take_longer(summary: Summary) -> None:
    aim = goal(summary, "Round trip, p50: argus-mqtt (C) to the better of rumqttc's and libmosquitto's")
    assert (aim.measured, aim.reached) == (2.0, False)
    assert "0.50 ×" in row(tables.roundtrip(summary), "libmosquitto")


def test_a_call_is_compared_with_the_same_load(summary: Summary) -> None:
    aim = goal(summary, "Publish call, p50, under load, 1 thread: argus-mqtt (Python) to paho-mqtt's")
    assert (aim.measured, aim.reached) == (0.2, True)
    idle = goal(summary, "Publish call, p50, idle, 1 thread: argus-mqtt (Python) to paho-mqtt's")
    assert (idle.measured, idle.reached) == (None, False)


def test_cpu_time_is_compared_for_the_same_number_of_events(summary: Summary) -> None:
    aim = goal(summary, "CPU time, window of 100: argus-mqtt (Rust) to rumqttc's")
    assert aim.measured == pytest.approx(1.2)


def test_each_library_has_its_own_limit_of_size(summary: Summary) -> None:
    assert goal(summary, "Size of the library, stripped, with TLS").reached
    assert not goal(summary, "Size of the library, stripped, without TLS").reached


def test_memory_is_what_exceeds_a_process_without_a_client(summary: Summary) -> None:
    idle = memory.idle_bytes(summary, "argus-mqtt (C)")
    queued = memory.bytes_beyond_payload(summary, "argus-mqtt (C)", 1_000_000)
    assert idle is not None
    assert queued is not None
    assert idle.median == 1_000_000
    assert queued.median == 650 - 8 - 512


def test_a_failure_is_said_beside_the_figure(summary: Summary) -> None:
    assert "the sink counted events 1 and not 200000" in row(tables.throughput(summary), "rumqttc")[-1]


def test_open_pages_stand_beside_none(summary: Summary) -> None:
    table = pages_table.pages(summary)
    assert row(table, "none")[1:6] == ["100", "80.0", "20.0", "90.0", "0.00"]
    assert row(table, "50")[1:] == ["200", "84.0", "21.0", "180", "50.0", "the open pages were told nothing"]


def test_the_report_has_every_part() -> None:
    text = report.text(RECORDS, "pictures")
    assert "(pictures/growth.svg)" in text
    assert "An example" in text
    assert "20 arrived twice" in text
    assert "${" not in text
