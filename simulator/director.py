"""Acts incidents out: from the script at their time, and at once when told to.

It owns the oddities of agents that are no truth about the network: slow, garbled, refused or no
answers, lost echoes.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from simulator.province import Plan
from simulator.script import CYCLE, Incident, demo
from simulator.truth import TruthLog
from simulator.world import Key, World, key_of


@dataclass(slots=True)
class Oddity:
    """How an address misbehaves. `debt`: the share of an echo still to be lost (kind `loss`)."""

    kind: str
    value: float
    debt: float = 0.0

    def loses(self) -> bool:
        """Tell whether this echo is lost: evenly, so that a ratio is kept exactly."""
        self.debt += self.value
        if self.debt < 1:
            return False
        self.debt -= 1
        return True


def demo_incidents(plan: Plan, first: int) -> Iterator[Incident]:
    """Yield the demonstration's incidents for ever, from the cycle `first` on."""
    for cycle in count(first):
        yield from demo(plan, cycle)


class Director:
    """Knows the world, its log and its time."""

    def __init__(self, world: World, log: TruthLog, now: Callable[[], float]) -> None:
        """`now`: UTC seconds."""
        self.world = world
        self.oddities: dict[Key, Oddity] = {}
        self._log = log
        self._now = now
        self._start = world.plan.settings.start

    def ticks(self) -> int:
        """Return the time as the world counts it."""
        return int((self._now() - self._start) * 100)

    def begin(self, kind: str, target: str, value: float | None, cause: str) -> None:
        """Let an incident begin; raise KeyError for a target that does not exist."""
        self._act(kind, target, value, cause, begins=True)
        self._log.write(kind, target, "down")
        self._log.flush()

    def end(self, kind: str, target: str, cause: str) -> None:
        """Let it end."""
        self._act(kind, target, None, cause, begins=False)
        self._log.write(kind, target, "up")
        self._log.flush()

    def reboot(self, device: str) -> None:
        """Restart a device without anybody noticing but by its uptime."""
        self.world.agents[device].reboot(self.ticks())
        self._log.write("reboot", f"device:{device}", "up")
        self._log.flush()

    def clear(self, device: str) -> None:
        """Clear the counters of a device's ports; ifCounterDiscontinuityTime says so."""
        ticks = self.ticks()
        for port in self.world.agents[device].ports:
            port.clear(ticks)
            port.discontinuity = ticks

    def configure(self, device: str) -> None:
        """Let a device know that its configuration was changed."""
        self.world.agents[device].configured = self.ticks()

    async def play(self, incidents: Iterator[Incident]) -> None:
        """Act out a script. What is over already is left out; what goes on begins at once."""
        waiting: list[tuple[float, int, bool, Incident]] = []
        numbers = count()
        ahead = next(incidents, None)
        while ahead is not None or waiting:
            elapsed = self._now() - self._start
            while ahead is not None and ahead.at <= elapsed + CYCLE:
                for at, until in ahead.phases():
                    if until > elapsed:
                        heapq.heappush(waiting, (at, next(numbers), True, ahead))
                        heapq.heappush(waiting, (until, next(numbers), False, ahead))
                ahead = next(incidents, None)
            if not waiting:
                await asyncio.sleep(CYCLE / 2)
                continue
            if waiting[0][0] > elapsed:
                await asyncio.sleep(min(waiting[0][0] - elapsed, CYCLE / 2))
                continue
            _, _, begins, incident = heapq.heappop(waiting)
            cause = f"script {incident.at:g}"
            if begins:
                self.begin(incident.kind, incident.target, incident.value, cause)
            else:
                self.end(incident.kind, incident.target, cause)

    def _act(
        self, kind: str, target: str, value: float | None, cause: str, *, begins: bool
    ) -> None:
        world, ticks = self.world, self.ticks()
        name = target.partition(":")[2]
        match kind:
            case "cut" | "carrier_cut" | "planned_work" | "flap":
                (world.cut if begins else world.mend)(name, cause, ticks)
            case "mute":
                (world.mute if begins else world.unmute)(name, cause, ticks)
            case "power_loss":
                (world.darken if begins else world.light)(name, cause, ticks)
            case "network_loss":
                (world.lose if begins else world.find)(name, cause, ticks)
            case "overload":
                world.overload(name, (value or 1.25) if begins else None, ticks)
            case "blind":
                world.canary(answers=not begins)
            case _:
                key = self._key(kind, name)
                if begins:
                    self.oddities[key] = Oddity(kind, 1.0 if value is None else value)
                else:
                    self.oddities.pop(key, None)

    def _key(self, kind: str, name: str) -> Key:
        if kind != "loss":
            return self.world.agents[name].key
        end = self.world.circuits[name].plan.b
        return key_of(end.host or "", end.port)
