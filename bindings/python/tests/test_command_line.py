"""The command line: what it says, how it ends, and that it disturbs nobody."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import argus_mqtt
from argus_mqtt import _cli
from support import DEADLINE
from support.command_line import COMMAND, at, without_settings
from support.command_line import argus_mqtt as run
from support.programs import PACKAGE, Program
from support.subscriber import Subscriber
from support.terminal import watched

if TYPE_CHECKING:
    from argus_mqtt import Settings
    from support.mosquitto import Mosquitto


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    """Give a file with settings for the shared broker."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings))
    return path


def test_a_file_is_checked_with_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"broker_host": "x", "broker_port": 70000, "qos": 2, "qos": 2}')
    ended = run("check", path)
    assert ended.status == 1
    assert ended.err == ""
    assert f"{path}: 2 faults" in ended.out or f"{path}: 3 faults" in ended.out
    assert "broker_port: 70000 is out of range" in ended.out
    assert "qos" in ended.out
    report = json.loads(run("check", "--json", path).out)
    assert not report["valid"]
    assert report["settings"] is None
    assert {fault["field"] for fault in report["faults"]} == {"broker_port", "qos"}


def test_a_valid_file_is_told_with_its_notes(tmp_path: Path) -> None:
    ended = run("check", "-", stdin='\ufeff{"broker_host": "x", "topic_prefix": "home/"}')
    assert ended.status == 0
    assert "standard input: valid" in ended.out
    assert "note: topic_prefix" in ended.out
    path = tmp_path / "settings.json"
    path.write_text('{"broker_host": "x", "username": "u", "password": "hunter2"}')
    ended = run("check", "--json", path)
    assert json.loads(ended.out)["settings"]["broker_port"] == 1883
    assert "hunter2" not in ended.out


def test_what_cannot_be_used_is_no_answer(tmp_path: Path) -> None:
    cases: list[tuple[list[str | Path], str]] = [
        (["check", tmp_path / "none.json"], "none.json cannot be read: No such file"),
        (["check", tmp_path], "Is a directory"),
        (["publish", "-t", "a", "-m", "b"], "no settings are given"),
        (["publish", "-h", "x y", "-t", "a", "-m", "b"], "broker_host"),
        (["publish", "-h", "x", "-t", "a", "-m", "b", "--camera", "c"], "not allowed with"),
        (["publish", "-h", "x", "-m", "b"], "one of the arguments -t/--topic --camera is required"),
        (["publish", "-h", "x", "--camera", "a", "-m", "{}", "-r"], "those of the settings"),
        (["doctor", "-h", "x", "--set", "qos"], "--set qos: write it as NAME=VALUE"),
        ([], "COMMAND"),
    ]
    for arguments, says in cases:
        ended = run(*arguments)
        assert ended.status == 2, ended
        assert says in ended.err
        assert ended.out == ""
        assert "Traceback" not in ended.err


def test_the_doctor_tells_that_it_works_and_where_settings_are_from(broker: Mosquitto) -> None:
    variables = {"MQTT_HOST": broker.host, "MQTT_PORT": str(broker.port), "MQTT_MOOD": "good"}
    ended = run("doctor", environment=variables)
    assert ended.status == 0, ended
    assert "environment (MQTT_HOST, MQTT_PORT): valid" in ended.out
    assert "publishing      works" in ended.out
    assert "It works" in ended.out
    assert "left out: MQTT_MOOD" in ended.err
    assert "\033" not in ended.out + ended.err


def test_the_doctor_tells_what_to_do(unreachable: Settings) -> None:
    options = ["-h", unreachable["broker_host"], "-p", str(unreachable.get("broker_port"))]
    ended = run("doctor", *options)
    assert ended.status == 1
    assert "TCP connection  FAILS" in ended.out
    assert "It does not work: " in ended.out
    assert "What to do: check broker_host and broker_port" in ended.out
    report = json.loads(run("doctor", "--json", *options).out)
    assert report["works"] is report["connection"]["works"] is False
    assert {"step": "login", "result": "not_reached", "seconds": None, "detail": None} in report["connection"][
        "steps"
    ]
    faulty = run("doctor", *options, "--set", "qos=2")
    assert faulty.status == 1
    assert "options: 1 fault\n  qos: 2 is out of range" in faulty.out


def test_a_file_keeps_the_environment_out(file: Path) -> None:
    ended = run("doctor", "--settings", file, environment={"MQTT_HOST": "elsewhere"})
    assert ended.status == 0, ended
    assert f"{file}: valid" in ended.out


def test_on_a_terminal_there_are_colours_and_progress_unless_they_are_unwanted(broker: Mosquitto) -> None:
    command = [*COMMAND, "doctor", *at(broker)]
    environment = {**without_settings(), "TERM": "xterm", "NO_COLOR": ""}
    status, output = watched(command, environment)
    assert status == 0, output
    assert "\033[32m  TCP connection  works" in output
    assert f"testing {broker.host}" in output
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        status, output = watched(command, {**environment, **plain})
        assert status == 0, output
        assert "It works" in output
        assert "\033[32m" not in output


def test_ctrl_c_ends_a_wait_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE)
        options = ["-h", "127.0.0.1", "-p", str(silent.getsockname()[1]), "-W", "600"]
        with Program([*COMMAND, "publish", *options, "-t", "a", "-m", "b"], {"NO_COLOR": "1"}) as program:
            connection, _ = silent.accept()
            with connection:
                program.send(signal.SIGINT)
                assert program.ended() == 130
            assert program.output.endswith("argus-mqtt: interrupted")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_what_was_read_delivered_and_counted(
    sent: signal.Signals, file: Path, settings: Settings, subscriber: Subscriber, tmp_path: Path
) -> None:
    topic = f"{settings['topic_prefix']}/lines"
    lines = tmp_path / "lines"
    os.mkfifo(lines)
    command: list[str | Path] = [
        "sh",
        "-c",
        'exec "$@" <lines',
        "sh",
        *COMMAND,
        "publish",
        "--settings",
        file,
        "-t",
        topic,
        "-l",
    ]
    with (
        Program(command, {"PYTHONPATH": str(PACKAGE)}, directory=tmp_path) as program,
        lines.open("w") as pipe,
    ):
        pipe.write("one\ntwo\n")
        pipe.flush()
        subscriber.expect_count(topic, 2)
        program.send(sent)
        assert program.ended() == 128 + sent
    name = "interrupted" if sent == signal.SIGINT else "terminated"
    assert program.output == f"argus-mqtt: {name}; delivered: 2"


def test_lines_wait_for_a_full_queue_and_one_that_is_too_long_is_told(file: Path, settings: Settings) -> None:
    options: list[str | Path] = ["--settings", file, "-t", f"{settings['topic_prefix']}/lines", "-l"]
    small = ["--set", "max_queued_messages=10", "--set", "max_queued_bytes=65536"]
    lines = [b"x" * 100] * 1000
    lines[500] = b"x" * 65536
    ended = run("publish", "--json", *options, *small, stdin=b"\n".join(lines))
    result = json.loads(ended.out)
    assert (ended.status, result["delivered"]) == (1, 999), ended
    (failure,) = result["failures"]
    assert failure.startswith("line 501: payload: ")


def test_messages_are_published_as_said(broker: Mosquitto, file: Path, settings: Settings, tmp_path: Path) -> None:
    prefix = settings["topic_prefix"]
    content = tmp_path / "content"
    content.write_bytes(b"\xff\x00 bytes")
    topic = f"{prefix}/one"
    with Subscriber(broker, f"{prefix}/#") as subscriber:
        ended = run("publish", "--settings", file, "-t", topic, "-m", "text", "-q", "0", "-e", "60")
        assert (ended.status, ended.out) == (0, "delivered: 1\n"), ended
        assert subscriber.expect(topic, "text").expiry in {59, 60}
        assert run("publish", "--settings", file, "-t", topic, "-f", content).status == 0
        subscriber.expect(topic, content.read_bytes())
        assert run("publish", "--settings", file, "-t", topic, "-s", stdin=b"two\nlines").status == 0
        subscriber.expect(topic, "two\nlines")
        ended = run("publish", "--settings", file, "--camera", "front", "-m", '{"description": "somebody"}')
        assert ended.status == 0, ended
        assert subscriber.expect(f"{prefix}/events/front", '{"description": "somebody"}').expiry
    assert run("publish", "--settings", file, "-t", topic, "-m", "kept", "-r").status == 0
    with Subscriber(broker, f"{prefix}/#") as later:
        assert later.expect(topic, "kept").retain
    assert run("publish", "--settings", file, "-t", topic, "-n", "-r").status == 0


def test_lines_are_published_in_order_however_many(broker: Mosquitto, file: Path, settings: Settings) -> None:
    topic = f"{settings['topic_prefix']}/lines"
    lines = [str(number).encode() for number in range(900)]
    with Subscriber(broker, topic) as subscriber:
        ended = run("publish", "--json", "--settings", file, "-t", topic, "-l", stdin=b"\r\n".join(lines))
        assert json.loads(ended.out) == {"delivered": 900, "failures": [], "protocol": "5"}
        assert [one.payload for one in subscriber.expect_count(topic, 900)] == lines


def test_what_is_not_delivered_is_told(unreachable: Settings, file: Path, settings: Settings) -> None:
    options = ["-h", unreachable["broker_host"], "-p", str(unreachable.get("broker_port"))]
    ended = run("publish", *options, "-t", "a", "-m", "b", "-W", "1")
    assert ended.status == 1
    assert "not online within 1 s: MQTT 5: the broker can't be reached" in ended.err
    for arguments, says in [
        (["-t", "a", "-m", "b", "-q", "2"], "qos"),
        (["-t", "a/#", "-m", "b"], "topic"),
        (["--camera", "a", "-m", "no JSON"], "an event is one JSON object"),
        (["-t", f"{settings['topic_prefix']}/status", "-m", "online"], "the availability topic is the client's own"),
    ]:
        ended = run("publish", "--settings", file, *arguments)
        assert ended.status == 2, ended
        assert says in ended.err


def test_a_running_service_is_not_disturbed(file: Path, settings: Settings, subscriber: Subscriber) -> None:
    status = f"{settings['topic_prefix']}/status"
    topic = f"{settings['topic_prefix']}/a"
    with argus_mqtt.connect(settings) as service:
        service.wait_online(DEADLINE)
        subscriber.expect(status, "online")
        assert run("publish", "--settings", file, "-t", topic, "-m", "b").status == 0
        assert run("doctor", "--settings", file).status == 0
        # One that is killed leaves no will, either.
        command = [*COMMAND, "publish", "--settings", str(file), "-t", topic, "-i", f"{topic}-killed"]
        with subprocess.Popen([*command, "-l"], stdin=subprocess.PIPE) as killed:
            assert killed.stdin
            killed.stdin.write(b"c\n")
            killed.stdin.flush()
            subscriber.expect(topic, "c")
            killed.kill()
        # Once the broker has let in another one of the same client ID, it is done with the first.
        assert run(*command[len(COMMAND) :], "-m", "d").status == 0
        told = service.status()
        assert (told.connections, told.counters.guard_repairs) == (1, 0)
    assert [one.payload for one in subscriber.expect_count(status, 2)] == [b"online", b"offline"]


def test_it_can_be_called_from_a_program(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _cli.main(["check", str(file)]) == 0
    assert "valid" in capsys.readouterr().out
