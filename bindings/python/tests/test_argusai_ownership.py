"""The lock by which workers find out which of them has the connection."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from argus_mqtt.argusai._ownership import DIRECTORY_VARIABLE, Ownership

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a directory of this test's own."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    return tmp_path


def test_one_has_it_until_it_is_released() -> None:
    one, other, third = Ownership("a"), Ownership("a"), Ownership("b")
    assert one.claim()
    assert one.claim()
    assert not other.claim()
    assert third.claim(), "of another connection"
    one.write({"pid": 7})
    assert other.read() == {"pid": 7}
    one.release()
    one.release()
    assert other.claim()
    assert other.read() == {}, "of one that has ended"
    other.release()
    third.release()


def test_what_was_saved_is_told_once() -> None:
    owner, other = Ownership("a"), Ownership("a")
    assert owner.claim()
    assert not owner.was_saved()
    other.mark_saved()
    assert owner.was_saved()
    assert not owner.was_saved()
    other.mark_saved()
    assert owner.was_saved(), "again, within the same tick of the clock"
    owner.release()


def test_a_deleted_lock_is_not_taken_for_the_one_that_others_hold(directory: Path) -> None:
    owner = Ownership("a")
    assert owner.claim()
    for path in directory.glob("*.lock"):
        path.unlink()
    assert Ownership("a").claim(), "nobody can know of the other any more"
    owner.release()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_does_not_hold_it() -> None:
    owner = Ownership("a")
    assert owner.claim()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)  # Until the parent is done.
        os._exit(0)
    os.close(reading)
    try:
        owner.release()
        other = Ownership("a")
        # The child lets go as soon as it runs.
        for _ in range(10_000):
            if other.claim():
                break
            os.sched_yield()
        else:
            raise AssertionError("the child holds the lock")
        other.release()
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def test_without_a_place_for_locks_a_worker_is_alone(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = directory / "file"
    file.write_text("")
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(file))
    one = Ownership("a")
    assert one.claim()
    one.write({})
    one.mark_saved()
    assert one.read() == {}
    assert not one.was_saved()
    one.release()
    assert "no lock between several workers" in caplog.text


def test_the_directory_of_somebody_else_is_not_used(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv(DIRECTORY_VARIABLE)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(directory))
    (directory / f"argus-mqtt-{os.getuid()}").symlink_to(directory)
    Ownership("a")
    assert "belongs to somebody else" in caplog.text
    (directory / f"argus-mqtt-{os.getuid()}").unlink()
    one = Ownership("a")
    assert one.claim()
    one.release()
    assert (directory / f"argus-mqtt-{os.getuid()}").stat().st_mode & 0o777 == 0o700
