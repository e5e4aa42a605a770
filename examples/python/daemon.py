"""A publisher that runs forever: reads events from standard input, one `CAMERA JSON` a line, and ends gracefully.

python examples/python/daemon.py settings.json

SIGTERM, SIGINT or the end of the input deliver what is queued, say offline and exit with status 0, or with 1 if
something was left. SIGHUP reads the settings file again and goes over to it, with what is queued.
"""

import signal
import sys
from pathlib import Path

import argus_mqtt


class Ended(Exception):
    """A signal asked for the end."""


def end(*_: object) -> None:
    """Leave the reading loop; the next signals find the program ending already."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise Ended


def complain(error: object) -> None:
    """Say what went wrong, and go on."""
    print(f"daemon: {error}", file=sys.stderr, flush=True)


def run(file: Path) -> int:
    """Publish until the end; give how many messages were left."""
    # A broker that is down is no reason to end: the client keeps trying.
    client = argus_mqtt.connect(file.read_text())

    def reconfigure(*_: object) -> None:
        # Settings with a fault change nothing; the error names every fault.
        try:
            client.reconfigure(file.read_text())
        except (argus_mqtt.ArgusMqttError, OSError) as error:
            complain(error)
        else:
            print("new settings", flush=True)

    try:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGHUP, reconfigure)
        for line in sys.stdin:
            camera, _, event = line.rstrip("\n").partition(" ")
            try:
                client.publish_event(camera, event)
            except argus_mqtt.ArgusMqttError as error:
                complain(error)
    except Ended:
        pass
    print("ending", flush=True)
    return client.shutdown(timeout=10).left


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: daemon.py SETTINGS_FILE")
    try:
        left = run(Path(sys.argv[1]))
    except (argus_mqtt.ArgusMqttError, OSError) as error:
        sys.exit(f"daemon: {error}")
    if left:
        sys.exit(f"daemon: {left} messages were left undelivered")
