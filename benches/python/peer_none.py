"""No client at all: what the measurement itself costs."""

from __future__ import annotations

from functools import partial

import bench


class Nothing:
    """Takes events and forgets them."""

    def __init__(self, options: bench.Options) -> None:
        self.publishers = [partial(len, options.payload)]

    def announce(self) -> None:
        """Do nothing."""

    def wait_acknowledged(self, count: int) -> None:
        """Do nothing."""


if __name__ == "__main__":
    bench.run(Nothing)
