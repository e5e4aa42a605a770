"""Shows two cameras in a real Home Assistant, until Ctrl-C: make demo-home-assistant."""

from __future__ import annotations

import itertools
import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

import argus_mqtt
from support.mosquitto import Mosquitto

from .home_assistant import HomeAssistant

_PICTURES = Path(__file__).parent / "pictures"
_SECONDS_BETWEEN_EVENTS = 10.0
_SECONDS_OF_ACTIVITY = 4.0

_CAMERAS: list[dict[str, object]] = [
    {"id": "front_door", "name": "Front door", "doorbell": True, "snapshots": True, "area": "Entrance"},
    {"id": "garden", "name": "Garden", "snapshots": True, "area": "Outside"},
]
_EVENTS: list[tuple[str, dict[str, object]]] = [
    ("garden", {"description": "A cat walks across the lawn", "smart_detection_type": "animal", "confidence": 88}),
    ("front_door", {"description": "Somebody rings", "is_doorbell_ring": True}),
    ("front_door", {"description": "A person with a parcel", "smart_detection_type": "person", "confidence": 94}),
]


def _publish(client: argus_mqtt.Client, ended: threading.Event) -> None:
    """Publish events in turn until the end."""
    counts = dict.fromkeys((str(camera["id"]) for camera in _CAMERAS), 0)
    for number, (camera, event) in enumerate(itertools.cycle(_EVENTS), 1):
        counts[camera] += 1
        client.publish_camera_snapshot(camera, (_PICTURES / f"{camera}.jpg").read_bytes())
        client.publish_event(camera, event | {"event_id": str(number)})
        client.publish_camera_counts(camera, counts[camera], counts[camera])
        if ended.wait(_SECONDS_OF_ACTIVITY):
            return
        client.publish_camera_activity(camera, is_active=False)
        print(f"{camera}: {event['description']}", flush=True)
        if ended.wait(_SECONDS_BETWEEN_EVENTS - _SECONDS_OF_ACTIVITY):
            return


def main() -> None:
    """Start everything, say where to look, and end it at Ctrl-C or SIGTERM."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    # A terminal sends Ctrl-C to all programs in it: those that are started here are to end in turn.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="argus-mqtt-demo-")))
        (directory / "home").mkdir()
        print("Starting Mosquitto and Home Assistant, which takes some 20 seconds.", flush=True)
        broker = Mosquitto(directory)
        stack.callback(broker.stop)
        home = HomeAssistant(directory / "home", broker.port, {}, with_frontend=True)
        stack.callback(home.stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        client = stack.enter_context(argus_mqtt.connect({"broker_host": broker.host, "broker_port": broker.port}))
        client.announce_system({"name": "ArgusAI", "diagnostics": True})
        for camera in _CAMERAS:
            client.announce_camera(camera)
        home.expect("binary_sensor.argusai_garden_activity", "off")
        print(f"Open {home.url} in a browser on this machine. Ctrl-C ends it.", flush=True)
        _publish(client, ended)
    print("Ended; nothing is left.", flush=True)


if __name__ == "__main__":
    main()
