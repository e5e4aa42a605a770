"""The command line where something is wrong: with its arguments, a file, or where it writes to."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from argus_mqtt._cli._terminal import Terminal
from support import DEADLINE
from support.command_line import COMMAND, without_settings
from support.command_line import argus_mqtt as run


def test_with_json_an_error_is_json_too(tmp_path: Path) -> None:
    cases: list[tuple[list[str | Path], str]] = [
        (["check", "--json", tmp_path / "none.json"], "cannot be read"),
        (["check", "--json"], "the following arguments are required: FILE"),
        (["check", "--json", ""], "argument FILE: the name of the file is empty"),
        (["doctor", "--json", "--settings", ""], "argument --settings: the name of the file is empty"),
        (["doctor", "--json", "-h", "x", "--password-file", ""], "--password-file: the name of the file is empty"),
        (["import", "--json", ""], "argument FILE: the name of the file is empty"),
        (["import", "--json", "--to", ""], "argument --to: the name of the file is empty"),
        (["publish", "--json", "-h", "x"], "one of the arguments -t/--topic --camera is required"),
        (["publish", "--json", "-h", "x", "-t", "a", "-m", "b", "-W", "soon"], "invalid float value: 'soon'"),
        (["publish", "--json", "-h", "x", "-t", "caf\udce9", "-m", "b"], "-t/--topic: it is not text in UTF-8"),
        (["doctor", "--json", "-h", "x", "--set", "username=\udce9"], "--set: it is not text in UTF-8"),
        (["publish", "--json", "-h", "x", "-t", "a", "-m", "b", "-q", "2"], "argument -q/--qos: invalid choice: 2"),
        (["--json"], "COMMAND"),
    ]
    for arguments, says in cases:
        ended = run(*arguments)
        assert (ended.status, ended.err) == (2, ""), ended
        assert says in json.loads(ended.out)["error"]


def test_a_variable_that_is_not_text_is_named() -> None:
    ended = run("doctor", "--json", environment={"MQTT_HOST": "caf\udce9"})
    assert (ended.status, ended.err) == (2, "")
    assert "the environment variable MQTT_HOST is not text in UTF-8" in json.loads(ended.out)["error"]


def test_a_file_is_read_as_strictly_by_all_commands(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for text, says in [
        ('{"broker_host": "a", "broker_host": "b"}', "given more than once"),
        ('{"broker_host": "a", "keep_alive_seconds": NaN}', "JSON"),
        ('{"broker_host": "\\ud800"}', "JSON"),
        ("[" * 100_000, "JSON"),
    ]:
        path.write_text(text)
        for command in (["check"], ["doctor", "--settings"], ["import"], ["export"]):
            ended = run(*command, path)
            assert ended.status != 0, ended
            assert says in ended.out + ended.err
            assert "Traceback" not in ended.err
        ended = run("cameras", "announce", path, "-h", "x")
        assert ended.status == 2, ended
        assert "Traceback" not in ended.err


def test_streams_that_are_closed_full_or_of_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"broker_host": "x", "username": "caf\u00e9"}')

    def shell(line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        command = ["sh", "-c", line, "sh", *COMMAND]
        variables = {**without_settings(), "FILE": str(path), **environment}
        return subprocess.run(command, env=variables, capture_output=True, timeout=DEADLINE, check=False)

    for line, status, says in [
        ('"$@" check "$FILE" >&-', 0, b""),
        ('"$@" check - <&-', 2, b"argus-mqtt: the standard input is closed\n"),
        ('"$@" check "$FILE.none" 2>&-', 2, b""),
        ('"$@" check "$FILE" >/dev/full', 1, b"argus-mqtt: the result can't be written: No space left on device\n"),
        ('"$@" export "$FILE" >/dev/full', 1, b"argus-mqtt: the result can't be written: No space left on device\n"),
        ('"$@" --help >/dev/full', 1, b"argus-mqtt: the result can't be written: No space left on device\n"),
    ]:
        ended = shell(line)
        assert (ended.returncode, ended.stderr) == (status, says), line
    # JSON is JSON in any encoding.
    exported = shell('"$@" export "$FILE"', PYTHONIOENCODING="ascii")
    assert json.loads(exported.stdout)["username"] == "caf\u00e9"
    unknown = shell('"$@" check "$FILE.caf\u00e9"', PYTHONIOENCODING="ascii:strict")
    assert (unknown.returncode, b"caf\\xe9" in unknown.stderr) == (2, True)


def test_a_terminal_that_has_hung_up_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class HungUp(io.StringIO):
        def isatty(self) -> bool:
            return True

        def write(self, _: str) -> int:
            raise OSError(errno.EIO, "Input/output error")

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stderr", HungUp())
    terminal = Terminal(as_json=False)
    assert terminal.waiting("publishing", lambda: 3) == 3
    with pytest.raises(KeyboardInterrupt):
        terminal.waiting("publishing", interrupted)


def test_a_file_of_cameras_is_judged_before_anything_is_announced(tmp_path: Path) -> None:
    path = tmp_path / "cameras.json"
    for text, says in [
        ('{"cameras": [], "system": 5}', '"system" must be an object'),
        ('{"cameras": [], "sytem": {}}', 'contains "sytem"; it may contain "cameras" and "system"'),
        ('{"system": {}}', '"cameras" must be a list of objects'),
        ('[{"id": "a"}, {"id": "b"}, {"id": "a"}]', 'the camera "a" is listed more than once'),
    ]:
        path.write_text(text)
        for command in ("announce", "clear-ghosts"):
            ended = run("cameras", command, path, "-h", "x", "--json")
            assert (ended.status, ended.err) == (2, ""), ended
            assert says in json.loads(ended.out)["error"]
