"""Metrics of a client for Prometheus, read from its status whenever they are scraped.

    import argus_mqtt.prometheus

    argus_mqtt.prometheus.register(registry, client)

Needs prometheus_client: `pip install argus-mqtt[prometheus]`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias, final

try:
    from prometheus_client.registry import Collector, CollectorRegistry

    from ._metrics import past, present
except ImportError as error:
    raise ImportError(
        f"argus_mqtt.prometheus needs prometheus_client 0.26 or later ({error}): pip install argus-mqtt[prometheus]"
    ) from error

from ._errors import ArgusMqttError
from ._status import Status

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["HasStatus", "StatusCollector", "StatusSource", "register"]


class HasStatus(Protocol):
    """A client: `argus_mqtt.Client`, `argus_mqtt.aio.AsyncClient`, or anything else that tells a status."""

    def status(self) -> Status:
        """Tell what is going on."""
        ...


StatusSource: TypeAlias = HasStatus | Callable[[], Status | None]
"""Where the status comes from: a client, or a function of no arguments, which gives None when there is none."""


def register(registry: CollectorRegistry, source: StatusSource) -> StatusCollector:
    """Add the metrics of a client to a registry; `registry.unregister` with the result takes them out again.

    Args:
        registry: The registry that is exported. It has room for one client, as the metrics have no labels for more.
        source: The client, or a function that gives its status; called on the thread of each scrape. Once it has
            been shut down, and while the function gives None, it counts as offline, and the counters stay.

    Raises:
        ValueError: The registry has metrics of these names already. The text says which have to go.
    """
    collector = StatusCollector(source)
    try:
        registry.register(collector)
    except ValueError as error:
        names = _names(collector.describe())
        taken = sorted(names & _names(registry.collect()))
        raise ValueError(
            f"the registry already has the metrics {', '.join(taken)}: remove the code that makes and sets them, or "
            "unregister the collector that they come from"
            if taken
            else f"the registry does not take the metrics of argus-mqtt: {error}"
        ) from None
    return collector


@final
class StatusCollector(Collector):
    """Makes metrics of a status. `register` is the way to use it."""

    def __init__(self, source: StatusSource) -> None:
        """Take what gives the status."""
        self._status: Callable[[], Status | None] = source if callable(source) else source.status
        self._lock = threading.Lock()
        self._last: Status | None = None

    def collect(self) -> Iterator[Metric]:
        """Give the metrics as they are now; for the registry."""
        try:
            status = self._status()
        except ArgusMqttError:  # It was shut down, or belongs to the parent of this process.
            status = None
        with self._lock:
            counted = self._last = status or self._last
        yield from present(status)
        yield from past(counted)

    def describe(self) -> Iterator[Metric]:
        """Give the metrics without values, so that the registry sees names that it has already."""
        yield from present(None)
        yield from past(None)


def _names(metrics: Iterable[Metric]) -> set[str]:
    """Give the names of metrics as one writes them: those of counters end in "_total"."""
    return {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in metrics}
