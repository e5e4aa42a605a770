"""One program that times what it does, against the sink."""

from __future__ import annotations

from .events import event_file
from .peers import Peer
from .plan import EVENT_BYTES
from .process import PeerFailed, Record, peer_program, sink


def measure(peer: Peer, mode: str, messages: int, **arguments: int) -> Record:
    """Run a peer in `mode`."""
    record: Record = {"measure": mode, "peer": peer.name}
    payload = event_file(EVENT_BYTES)
    with sink() as broker:
        try:
            with peer_program(
                peer, mode=mode, port=broker.port, messages=messages, payload=payload, **arguments
            ) as program:
                record |= program.read()
        except PeerFailed as failure:
            record["failed"] = str(failure)
    return record
