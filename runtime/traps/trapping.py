"""Being told: the process that hears traps, what they bring about, and how both do.

Without `traps` in `monitor.yaml` nothing is opened and nothing is heard.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

from collectors._engines import Engine as KnownEngine
from collectors._memory import DeviceMemory
from collectors.traps.form import Engine
from collectors.wires._snmp_engine import SNMP_PORT
from inventory.model import Inventory
from metrics.observation import Probe
from runtime.clock import Steady, monotonic
from runtime.config import TrapsConfig
from runtime.plugins import vendors
from runtime.traps.hearing import TrapDoor
from runtime.traps.hints import AskNow, Hints
from store.entries import TrapEntry

_LOOKED_AT: Final = 1_000
"""Devices whose engine id is looked for in a second."""
_LATELY: Final = 30
"""Seconds for which a loss is told."""


class Trapping:
    """Joins the door and the hints."""

    def __init__(
        self,
        config: TrapsConfig | None,
        memory: Callable[[str], DeviceMemory],
        ask_now: AskNow,
        keep: Callable[[TrapEntry], None],
        clock: Steady,
    ) -> None:
        self._memory = memory
        self._now = clock.now
        self._hints = Hints(vendors(), memory, ask_now, keep, clock.now_ms)
        self.door = None if config is None else TrapDoor(config, self._hints.heard, clock.now)
        self._secured: tuple[str, ...] = ()
        self._next = 0
        self._lost: deque[int] = deque([0], maxlen=_LATELY)
        self._telling: set[asyncio.Task[None]] = set()

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory; while it runs, the process is told too."""
        self._inventory = inventory
        self._hints.load(inventory, probes)
        self._secured = tuple(
            device.id
            for device in inventory.devices.values()
            if device.credential is not None
            and inventory.credentials[device.credential].version == "3"
        )
        self._next = 0
        if self.door is not None and self.door.pid is not None:
            self._tell(self.door.load(inventory))

    async def start(self, stack: AsyncExitStack, known: Mapping[str, KnownEngine]) -> None:
        """Listen. Raises OSError naming the address that cannot be had.

        `known`: engines that were known before the start, by `host:port`; so old messages are
        refused before the first poll, too.
        """
        if self.door is None:
            return
        self.door.open()
        stack.push_async_callback(self._end)
        before = _before(self._inventory, self._secured, known, self._now())
        await self.door.start(self._inventory, before)

    async def _end(self) -> None:
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self.door is not None:
            await self.door.stop()

    def tick(self) -> None:
        """Once a second: ask who waits, see that the process lives, tell it what polling knows."""
        self._hints.tick()
        if self.door is None:
            return
        now = monotonic()
        self.door.watch(now)
        self._lost.append(self.door.lost())
        if not self._secured:
            return
        some = self._secured[self._next : self._next + _LOOKED_AT]
        self._next = (self._next + _LOOKED_AT) % len(self._secured) if some else 0
        learnt = {name: one for name in some if (one := _engine(self._memory(name), now))}
        if learnt:
            self._tell(self.door.learn(learnt))

    def _tell(self, telling: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(telling)
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    @property
    def failure(self) -> str:
        """Why no traps are heard although they should be (a code), or ""."""
        return "" if self.door is None else self.door.failure

    def losses(self) -> Mapping[str, tuple[bool, float]]:
        """Tell whether anything was lost of late, and how much so far: a storm that is shed is not.

        What the disk has no room for is the record's loss.
        """
        if self.door is None:
            return {}
        return {"trap_process": (self._lost[-1] > self._lost[0], self._lost[-1])}

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell how it does, where it is wanted."""
        if self.door is None:
            return {}
        return {"traps": {"ok": not self.failure, "reason": self.failure}}

    def stats(self) -> Mapping[str, Callable[[], Mapping[str, float]]]:
        """Return the counters, where traps are wanted."""
        if self.door is None:
            return {}
        return {"traps": self.door.stats, "hints": self._hints.stats}


def _before(
    inventory: Inventory, devices: Iterable[str], known: Mapping[str, KnownEngine], now: int
) -> dict[str, Engine]:
    """Return the engines of devices as they were known, their time run on to `now` (UTC s)."""
    found: dict[str, Engine] = {}
    for name in devices:
        asked = inventory.devices[name].address
        one = known.get(f"{asked.host}:{asked.port or SNMP_PORT}") if asked is not None else None
        if one is not None:
            time = one.time + max(0, now - one.learnt_at)
            found[name] = Engine(one.engine_id, one.boots, time)
    return found


def _engine(memory: DeviceMemory, now: float) -> Engine | None:
    """Return what polling knows of an engine, its time run on; None = nothing."""
    if not memory.engine_id:
        return None
    if not memory.engine_heard_at:
        return Engine(memory.engine_id)
    spent = max(0, int(now - memory.engine_heard_at))
    return Engine(memory.engine_id, memory.engine_boots, memory.engine_time + spent)
