"""What the cloud centre and the services need beside polls: processes, sessions, what is kept.

One part each; the monitor sees this one value. Parts are made here, opened by `start` in the order
of their dependence and closed in reverse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import msgspec

from alerts.model import Alert
from collectors._contract import EchoWire
from collectors.wires.web import Web
from inventory.model import Inventory, device_target
from metrics.observation import Probe
from runtime.assessment import Assessment
from runtime.clock import Steady, wall
from runtime.config import Config
from runtime.configurations.copies import ConfigurationKeeping, Ways, settings
from runtime.configurations.job import KIND
from runtime.record import Record
from runtime.services.audits import Audits
from runtime.services.beats import BeatBook
from runtime.services.hosts import HostKeeping
from runtime.services.live import ServiceView
from runtime.services.rehearsal import RehearsalDoor
from runtime.ssh.refusals import REFUSALS, RefusalBook
from runtime.ssh.wire import SshDoor
from store.entries import TrapEntry


class Centre:
    """Makes, opens, watches and closes them."""

    def __init__(self, config: Config, clock: Steady, record: Record) -> None:
        self._config = config
        self._clock = clock
        web = config.web
        self._web = Web(wall, servers=web.nameservers, ca=web.ca, at_once=web.at_once)

        self.assessment = Assessment(config, clock, record)
        self.services = ServiceView(config.store.path)
        self.beats = BeatBook(config.store.path, clock.now)
        self.rehearsals = RehearsalDoor(clock.now)
        self.hosts = HostKeeping(config.store.path, clock.now)
        self.audits = Audits(config.store.path, config.audits.at_once, clock.now)
        store = config.store
        keeping = msgspec.msgpack.encode(
            settings(store.path, config.configurations, int(store.disk_floor))
        )
        book = RefusalBook(store.path / REFUSALS)
        self.ssh = SshDoor(config.ssh, store.path, {KIND: keeping}, book=book)
        self.configurations = ConfigurationKeeping(
            config.store.path, config.configurations, self.ssh, clock.now
        )

    def connect(self, ways: Ways, icmp: EchoWire, udp: EchoWire) -> None:
        """Say whom is told what is found out here, and how nodes are reached, before `start`."""
        self.rehearsals.connect(icmp, udp)
        self.configurations.connect(ways)
        self.ssh.tell = partial(_tell_of_key, ways, self._clock)

    def heard(self, entry: TrapEntry) -> None:
        """Take note of a trap."""
        self.configurations.heard(entry)

    def told(self, alert: Alert) -> None:
        """Take note of what became of an alert."""
        self.configurations.told(alert)

    def wires(self) -> Mapping[str, Any]:
        """Return the wires that collectors are given, by their name in `Wires`."""
        return {
            "wall": wall,
            "ssh": self.ssh,
            "web": self._web,
            "configurations": self.configurations,
            "audits": self.audits,
            "beats": self.beats,
        }

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory, at the start and at each reload."""
        self.assessment.load(inventory, probes)
        self.services.load(inventory, probes)
        self.ssh.load(inventory)
        self.configurations.load(inventory, probes)
        self.audits.load(probes)
        self.beats.load(probes)
        self.rehearsals.load(inventory)
        self.hosts.load(inventory, probes)

    async def start(self, stack: AsyncExitStack) -> None:
        """Open what is needed. Raises OSError naming what failed."""
        self._web.open()
        await self.assessment.start(stack)
        self.services.start(stack)
        await self.ssh.start(stack)
        await self.configurations.start(stack)
        await self.audits.start()
        await self.hosts.start(stack)
        await self.beats.start(stack)
        stack.push_async_callback(self.rehearsals.stop)

    def tick(self) -> None:
        """Once a second."""
        self.assessment.tick()
        self.services.tick()
        self.ssh.tick()
        self.configurations.tick()
        self.hosts.tick()
        self.beats.tick()

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell how each part does: `ok` and, where it is not, a `reason` (a code)."""
        return {
            **self.assessment.health(),
            **self.ssh.health(),
            **self.configurations.health(),
            **self.hosts.health(),
            **self.beats.health(),
        }

    def losses(self) -> Mapping[str, tuple[bool, float]]:
        """Tell of each part whether anything was lost of late, and how much so far."""
        return {
            **self.configurations.losses(),
            **self.beats.losses(),
            **self.assessment.losses(),
        }

    def stats(self) -> Mapping[str, Callable[[], Mapping[str, float]]]:
        """Return the counters."""
        return {
            **self.assessment.stats(),
            "audits": self.audits.stats,
            "services": self.services.stats,
            "beats": self.beats.stats,
            "configurations": self.configurations.stats,
            "ssh": self.ssh.stats,
        }


def _tell_of_key(ways: Ways, clock: Steady, device: str, good: bool) -> None:  # noqa: FBT001
    """Say that a device shows another SSH host key than the pinned one, or the pinned one again."""
    reason = "host_key_good" if good else "host_key_changed"
    ways.report("host_key", device_target(device), clock.now(), bad=not good, reason=reason)
