"""From the start of a process to the acknowledged birth message, and the import of the Python packages."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence

from .events import event_file
from .peers import NOTHING, Peer
from .plan import EVENT_BYTES, Plan
from .process import PeerFailed, Record, peer_program, sink
from .throughput import rotated

_MODULES = {
    "argus-mqtt (Python)": "argus_mqtt",
    "paho-mqtt": "paho.mqtt.client",
    "aiomqtt": "aiomqtt",
    "gmqtt": "gmqtt",
    "awscrt": "awscrt.mqtt5",
}


def run(plan: Plan, peers: Sequence[Peer]) -> Iterator[Record]:
    """Every peer, started and imported in turn."""
    for number in range(plan.starts):
        for peer in rotated(peers, number):
            yield _start(peer) | {"round": number}
            if peer.name in _MODULES:
                yield _import(peer, _MODULES[peer.name]) | {"round": number}


def _start(peer: Peer) -> Record:
    record: Record = {"measure": "start", "peer": peer.name}
    with sink() as broker:
        try:
            with peer_program(peer, 60, mode="start", port=broker.port, payload=event_file(EVENT_BYTES)) as program:
                acknowledged_ns = program.read()["acknowledged_ns"]
                record["seconds"] = (acknowledged_ns - program.started_ns) / 1e9
                if peer.name not in NOTHING and broker.report()["retained"] != 1:
                    record["failed"] = "no retained message arrived"
        except PeerFailed as failure:
            record["failed"] = str(failure)
    return record


def _import(peer: Peer, module: str) -> Record:
    program = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    command = [peer.command[0], "-c", program]
    output = subprocess.run(
        command, env={**os.environ, **peer.environment}, check=True, capture_output=True, text=True
    ).stdout
    return {"measure": "import", "peer": peer.name, "seconds": float(output)}
