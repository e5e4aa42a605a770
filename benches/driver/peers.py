"""The programs that are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import build
from .paths import BENCHES, ROOT

US = ("argus-mqtt (Rust)", "argus-mqtt (C)", "argus-mqtt (Python)")
ASYNCIO = "argus-mqtt (asyncio)"
NOTHING = ("nothing (C)", "nothing (Rust)", "nothing (Python)")

WINDOW = -1
"""The backlog that is the window."""
_LONGEST_WINDOW = 65535
_FORGETS = "forgets what was not acknowledged when the broker has forgotten its session"


@dataclass(frozen=True)
class Peer:
    """A client library, used by one program."""

    name: str
    language: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    windows: Sequence[int] = (20, 100, 1000, 10_000)
    """Events in flight to try when looking for its best."""
    backlogs: Sequence[int] = (0, 1000)
    """Events handed over and not yet acknowledged to try: 0 is all of them, `WINDOW` as many as are in flight. The
    first is used otherwise."""
    window: int = 100
    """Events in flight where those handed over are not limited: in timing the call, and while the broker is away."""
    thread_safe: bool = True
    tells_authority: bool = False
    """Whether the program takes the certificate of the broker's authority, for TLS."""
    longest_queue: int = 10_000_000
    """Events it can hold while the broker is away."""
    can_wait: bool = True
    """Whether it delivers what was handed over while the broker was away."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What it cannot do or does differently, by measure."""

    def backlog(self, window: int) -> int:
        """The backlog that it is used with at a window unless another is tried."""
        return self.backlogs_for(window)[0]

    def backlogs_for(self, window: int) -> Sequence[int]:
        """The backlogs to try at a window."""
        return [window if backlog == WINDOW else backlog for backlog in self.backlogs]


def us_for(name: str) -> str:
    """The one of ours that a client is compared with: that of its language."""
    return f"argus-mqtt ({_language(name)})"


def nothing_for(name: str) -> str:
    """The program of its language that has no client."""
    return f"nothing ({_language(name)})"


def _language(name: str) -> str:
    return next(peer.language for peer in all_peers() if peer.name == name)


def _rust(program: str) -> Sequence[str]:
    return (str(build.RUST / f"peer-{program}"),)


def _c(program: str) -> Sequence[str]:
    return (str(build.C / f"peer-{program}"),)


_COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Python packages are compiled once, also those that pip did not install."""


def _python(program: str) -> Sequence[str]:
    return (str(build.PYTHON), str(BENCHES / "python" / f"peer_{program}.py"))


def all_peers() -> list[Peer]:
    """Ours, the others, and for each language a program that does nothing, in the order of the report."""
    own_python = {
        **_COMPILED,
        "PYTHONPATH": str(ROOT / "bindings" / "python"),
        "ARGUS_MQTT_LIBRARY": str(build.library(tls=True)),
    }
    own_windows = (20, 100, 1000)
    return [
        Peer("argus-mqtt (Rust)", "Rust", _rust("argus"), windows=own_windows, backlogs=(0,), tells_authority=True),
        Peer(
            "rumqttc",
            "Rust",
            _rust("rumqttc"),
            tells_authority=True,
            can_wait=False,
            notes={"away": _FORGETS},
        ),
        Peer("argus-mqtt (C)", "C", _c("argus"), windows=own_windows, backlogs=(0,), tells_authority=True),
        Peer(
            "libmosquitto",
            "C",
            _c("mosquitto"),
            backlogs=(1000, WINDOW),
            notes={
                "throughput": "at most 1,000 or a window handed over ahead: each costs more the more wait",
                "calls": "each costs more the more wait",
            },
        ),
        Peer(
            "paho.mqtt.c",
            "C",
            _c("paho"),
            backlogs=(WINDOW,),
            window=_LONGEST_WINDOW,
            notes={
                "throughput": "no more handed over ahead than the window: else it stalls whenever that is full",
                "calls": "window of 65,535, for it stalls whenever it is full",
                "away": "window of 65,535, for it stalls whenever it is full",
            },
        ),
        Peer("argus-mqtt (Python)", "Python", _python("argus"), own_python, windows=own_windows, backlogs=(0,)),
        Peer(
            ASYNCIO,
            "Python",
            _python("argus_aio"),
            own_python,
            windows=own_windows,
            backlogs=(0,),
            thread_safe=False,
            notes={"calls": "for one thread only"},
        ),
        Peer(
            "paho-mqtt",
            "Python",
            _python("paho"),
            _COMPILED,
            backlogs=(10_000, 1000),
            longest_queue=_LONGEST_WINDOW,
            notes={
                "throughput": "at most 10,000 handed over ahead: it refuses more than 65,535",
                "queue": "holds at most 65,535",
            },
        ),
        Peer(
            "aiomqtt",
            "Python",
            _python("aiomqtt"),
            _COMPILED,
            backlogs=(0,),
            thread_safe=False,
            longest_queue=0,
            notes={
                "calls": "the call waits for the acknowledgement; for one thread only",
                "queue": "refuses events while the broker is away",
            },
        ),
        Peer(
            "gmqtt",
            "Python",
            _python("gmqtt"),
            _COMPILED,
            backlogs=(0,),
            thread_safe=False,
            longest_queue=_LONGEST_WINDOW - 1,
            can_wait=False,
            notes={
                "calls": "for one thread only; no call while the events in flight are at their limit",
                "queue": "holds as many as the broker's receive maximum",
                "away": _FORGETS,
            },
        ),
        Peer("awscrt", "Python", _python("awscrt"), _COMPILED),
        Peer("nothing (C)", "C", _c("none"), can_wait=False),
        Peer("nothing (Rust)", "Rust", _rust("none"), can_wait=False),
        Peer("nothing (Python)", "Python", _python("none"), _COMPILED, can_wait=False),
    ]
