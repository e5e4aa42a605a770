"""The commands and their options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from argus_mqtt._version import __version__

from . import _cameras, _check, _convert, _doctor, _publish
from ._failing import Misused

if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]  # argparse has no public name for it.

_EXIT = "exit status: 0 success; 1 failure, or the answer is no; 2 wrong arguments, or a file that cannot be used"
_CAMERAS_FILE = 'the cameras, in JSON: a list of objects, or an object with "cameras" and "system"'
_ENVIRONMENT = (
    "Without --settings, the settings come from environment variables: MQTT_ and the name of a setting, such as "
    "MQTT_BROKER_HOST, or a common name, such as MQTT_HOST and MQTT_USER."
)


class _Parser(argparse.ArgumentParser):
    """Leaves it to the caller to report wrong arguments, like all other errors."""

    def error(self, message: str) -> NoReturn:
        raise Misused(message, self.format_usage())


def _file_name(text: str) -> str:
    """Refuse a name that is empty, as of a variable that is not set: it would not be the same as no option."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the file is empty")
    return text


def _text(text: str) -> str:
    """Refuse bytes that are not text, as a terminal of another encoding gives."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("it is not text in UTF-8") from None
    return text


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line. It raises Misused."""
    program = _Parser(
        prog="argus-mqtt",
        description="Checks settings, tests a connection, and publishes beside a running service.",
        epilog=f"argus-mqtt COMMAND --help shows more. {_EXIT}.",
    )
    program.add_argument("--version", action="version", version=f"argus-mqtt {__version__}")
    commands = program.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_doctor(commands)
    _add_publish(commands)
    _add_cameras(commands)
    _add_import(commands)
    _add_export(commands)
    return program


def _command(
    commands: _Commands, name: str, run: Callable[..., int], text: str, more: str = ""
) -> argparse.ArgumentParser:
    # -h is the host, as for mosquitto_pub.
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=f"{text}. {more}", epilog=f"{_EXIT}.", add_help=False
    )
    command.add_argument("--help", action="help", help="show this and exit")
    command.add_argument("--json", action="store_true", dest="as_json", help="write the result as JSON")
    command.set_defaults(run=run)
    return command


def _add_check(commands: _Commands) -> None:
    command = _command(commands, "check", _check.run, "Check a settings file, without connecting")
    command.add_argument("file", metavar="FILE", type=_file_name, help="settings in JSON; - is the standard input")


def _add_doctor(commands: _Commands) -> None:
    command = _command(commands, "doctor", _doctor.run, "Test the connection step by step", _ENVIRONMENT)
    add_broker(command)


def _add_publish(commands: _Commands) -> None:
    more = (
        "It uses a client ID of its own and does not touch the availability topic, so it does not disturb a service "
        f"that runs with the same settings. {_ENVIRONMENT}"
    )
    command = _command(commands, "publish", _publish.run, "Publish messages, and wait until they are delivered", more)
    add_broker(command)
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("-t", "--topic", metavar="TOPIC", type=_text, help="the topic")
    where.add_argument(
        "--camera", metavar="NAME", type=_text, help="publish an event of this camera, as a service would"
    )
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("-m", "--message", metavar="TEXT", help="the message; for a camera, a JSON object")
    what.add_argument("-f", "--file", metavar="FILE", type=_file_name, help="the content of a file")
    what.add_argument("-s", "--stdin-file", action="store_true", help="all of the standard input, as one message")
    what.add_argument("-l", "--stdin-line", action="store_true", help="each line of the standard input")
    what.add_argument(
        "-n", "--null-message", action="store_true", help="an empty message; with -r, it deletes the retained one"
    )
    command.add_argument("-q", "--qos", metavar="QOS", type=int, choices=(0, 1), help="0 or 1; 1 by default")
    command.add_argument("-r", "--retain", action="store_true", help="let the broker retain the message")
    command.add_argument(
        "-e", "--expiry", metavar="SECONDS", type=int, help="how long the message is worth delivering"
    )


def _add_cameras(commands: _Commands) -> None:
    text = "The cameras in Home Assistant"
    group = commands.add_parser("cameras", help=text, description=f"{text}.", epilog=f"{_EXIT}.")
    kinds = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    beside = f"It does not disturb a service that runs with the same settings. {_ENVIRONMENT}"
    command = _command(
        kinds,
        "announce",
        _cameras.run_announce,
        "Announce cameras to Home Assistant",
        "They start online and without activity, until the service publishes otherwise. " + beside,
    )
    add_broker(command)
    command.add_argument("file", metavar="FILE", type=_file_name, help=_CAMERAS_FILE)
    command = _command(
        kinds, "list", _cameras.run_list, "List the devices of this system that the broker retains", beside
    )
    add_broker(command)
    command = _command(
        kinds,
        "clear-ghosts",
        _cameras.run_clear_ghosts,
        "Remove the entities that no longer belong to a camera",
        beside,
    )
    add_broker(command)
    command.add_argument("file", metavar="FILE", type=_file_name, help=_CAMERAS_FILE)
    command.add_argument("--dry-run", action="store_true", help="only list them")


def _add_import(commands: _Commands) -> None:
    command = _command(
        commands,
        "import",
        _convert.run_import,
        "Create a settings file from environment variables, an add-on's options or an export",
        "Without FILE, the environment variables that begin with MQTT_ are used. Nothing is written if the settings "
        "have faults. A password that is already stored there is kept if broker_host and username are the same.",
    )
    command.add_argument(
        "file",
        metavar="FILE",
        type=_file_name,
        nargs="?",
        help="options in JSON, such as an add-on's /data/options.json",
    )
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--to",
        metavar="FILE",
        type=_file_name,
        help="the file to write; without it, everything but the password is shown",
    )
    _add_database(command, where)
    command.add_argument(
        "--key-file",
        metavar="FILE",
        type=_file_name,
        help="the key that encrypts the password there; by default, that in ENCRYPTION_KEY",
    )
    command.add_argument("--replace", action="store_true", help="overwrite what is there")


def _add_export(commands: _Commands) -> None:
    command = _command(
        commands, "export", _convert.run_export, "Write a copy of settings without the password, for import"
    )
    command.add_argument(
        "file", metavar="FILE", type=_file_name, nargs="?", help="settings in JSON; - is the standard input"
    )
    _add_database(command, command)


def _add_database(command: argparse.ArgumentParser, where: argparse._ActionsContainer) -> None:
    where.add_argument("--database", metavar="URL", help="the SQLAlchemy URL of the database with the settings")
    command.add_argument("--argusai", action="store_true", help="the table there is ArgusAI's, with its defaults")


def add_broker(command: argparse.ArgumentParser) -> None:
    """Add the options that select the broker and the connection."""
    of = command.add_argument_group("settings", "Options take precedence over the file and the environment.")
    of.add_argument("--settings", metavar="FILE", type=_file_name, help="settings in JSON; - is the standard input")
    of.add_argument("-h", "--host", metavar="HOST", type=_text, help="the broker (broker_host)")
    of.add_argument("-p", "--port", metavar="PORT", type=_text, help="its port (broker_port)")
    of.add_argument("-u", "--username", metavar="NAME", type=_text, help="the username to log in with")
    of.add_argument(
        "-P",
        "--password",
        metavar="TEXT",
        type=_text,
        help="the password, which others on this machine can see; better use:",
    )
    of.add_argument("--password-file", metavar="FILE", type=_file_name, help="a file that contains the password")
    of.add_argument(
        "-i", "--id", metavar="ID", type=_text, help="the client ID; by default, that of the settings with a suffix"
    )
    of.add_argument("-V", "--protocol-version", metavar="VERSION", type=_text, help="auto, 5 or 3.1.1")
    of.add_argument("--tls", action="store_true", help="connect over TLS, which the following options imply:")
    of.add_argument("--cafile", metavar="FILE", type=_file_name, help="the certificates to trust, in PEM")
    of.add_argument("--cert", metavar="FILE", type=_file_name, help="the certificate of this client")
    of.add_argument("--key", metavar="FILE", type=_file_name, help="the key of this certificate")
    of.add_argument("--insecure", action="store_true", help="accept any certificate")
    of.add_argument(
        "--set",
        metavar="NAME=VALUE",
        type=_text,
        action="append",
        default=[],
        help="any setting by its name; can be repeated",
    )
    of.add_argument(
        "-W", "--timeout", metavar="SECONDS", type=float, default=15.0, help="the time limit; 15 by default"
    )
