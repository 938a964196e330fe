"""What the cloud centre and the services need beside polls: processes, sessions, what is kept.

One part each; the monitor sees this one value. Parts are made here, opened by `start` in the order
of their dependence and closed in reverse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from collectors.wires.web import Web
from inventory.model import Inventory
from metrics.observation import Probe
from runtime.clock import Steady, wall
from runtime.config import Config


class Centre:
    """Makes, opens, watches and closes them."""

    def __init__(self, config: Config, clock: Steady) -> None:
        self._config = config
        self._clock = clock
        web = config.web
        self._web = Web(wall, servers=web.nameservers, ca=web.ca, at_once=web.at_once)

    def wires(self) -> Mapping[str, Any]:
        """Return the wires that collectors are given, by their name in `Wires`."""
        return {"wall": wall, "web": self._web}

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory, at the start and at each reload."""

    async def start(self, stack: AsyncExitStack) -> None:  # noqa: ARG002 - of what comes
        """Open what is needed. Raises OSError naming what failed."""
        self._web.open()

    def tick(self) -> None:
        """Once a second."""

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell how each part does: `ok` and, where it is not, a `reason` (a code)."""
        return {}

    def losses(self) -> Mapping[str, tuple[bool, float]]:
        """Tell of each part whether anything was lost of late, and how much so far."""
        return {}

    def stats(self) -> Mapping[str, Callable[[], Mapping[str, float]]]:
        """Return the counters."""
        return {}
