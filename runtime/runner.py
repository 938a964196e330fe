"""Runs: one probe asked once. Deadline, one request per device, bulkheads, counting.

Every scheduled run ends in exactly one Observation, whatever happens to it: a run that cannot
start is SKIPPED with its reason, one that outlives its deadline is SILENT, one that meets a bug
of ours is SKIPPED (nobody knows what lives there) and logged once per kind. No exception passes
this place but cancellation.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from types import ModuleType
from typing import Any, Final

from collectors._contract import Answer, Wires
from collectors._memory import RING, DeviceMemory
from metrics.observation import Observation, Outcome, Probe, Value
from runtime.clock import monotonic

_log = logging.getLogger("extranet.runner")
_LATE_MS: Final = 1000
"""A run that starts later than this after its instant is skipped, never queued."""
_WAITING_PER_DEVICE: Final = 4
_LOOKED_AT: Final = 64
"""Runs at the head of those that wait for their turn: the devices of some may be busy."""
_RING_MASK: Final = RING - 1
_OVERDUE: Final = (Outcome.SILENT, "deadline")
_GAVE_WAY: Final = (Outcome.SKIPPED, "gave_way")
_STOPPED: Final = (Outcome.SKIPPED, "stopped")


class Runner:
    """Starts runs and hands on what became of them."""

    def __init__(
        self,
        collectors: Mapping[str, ModuleType],
        wires: Wires,
        deliver: Callable[[Observation], None],
        *,
        in_flight_per_area: int,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._ask: dict[str, Callable[..., Any]] = {k: m.ask for k, m in collectors.items()}
        self._begins: dict[str, Callable[..., None]] = {
            k: m.begin for k, m in collectors.items() if hasattr(m, "begin")
        }
        self._whole: dict[str, Callable[[Probe, DeviceMemory], bool]] = {
            k: m.whole for k, m in collectors.items() if hasattr(m, "whole")
        }
        self._aside = frozenset(k for k, m in collectors.items() if getattr(m, "ASIDE", False))
        self._wires = wires
        self._now = now
        self._deliver = deliver
        self._limit = in_flight_per_area
        self._memories: dict[str, DeviceMemory] = {}
        self._nobody = DeviceMemory()
        self._running: dict[Probe, tuple[asyncio.Task[None], float, int]] = {}
        self._busy: dict[str, deque[tuple[Probe, int, float]]] = {}
        """What waits for a device: probe, slot, and when its start would be late."""
        self._in_flight: Counter[str] = Counter()
        self._overlapping: dict[tuple[Probe, int], float] = {}
        """Runs of kinds that `begin`, by probe and slot: when they began."""
        self._turns: dict[Probe, tuple[int, float]] = {}
        """What waits for its turn to read tables whole, first come first served: slot, since."""
        self._out_of_turn: dict[str, tuple[asyncio.Task[Answer], float]] = {}
        """Lanes of devices that are asked out of turn, and until when at most."""
        self._bugs: set[str] = set()
        self._stopping = False
        self._absent: dict[int, tuple[Value, ...]] = {}
        self.runs: Counter[tuple[str, str]] = Counter()
        """Runs by kind and outcome; skipped ones also by (`skipped`, reason)."""
        self.lateness_ms: Counter[int] = Counter()
        """Runs by lateness of their start, in whole milliseconds up to 1,000."""
        self.out_of_turn: Counter[str] = Counter()
        """Runs out of turn by outcome; they are in no other counter."""

    def memory(self, device: str) -> DeviceMemory:
        """Return what has been learnt about a device."""
        found = self._memories.get(device)
        if found is None:
            found = self._memories[device] = DeviceMemory()
        return found

    def known(self, device: str) -> DeviceMemory | None:
        """Return what has been learnt about a device that was asked; None = it never was."""
        return self._memories.get(device)

    def forget(self, gone: Iterable[Probe]) -> None:
        """Drop what waits of probes that are no longer asked, and what was learnt of their devices.

        Whoever waits for its turn would else be asked minutes later, with the secrets of then.
        """
        for probe in gone:
            self._turns.pop(probe, None)
            if probe.device is not None:
                self._memories.pop(probe.device, None)

    @property
    def in_flight(self) -> int:
        """Runs that are under way."""
        return len(self._running) + len(self._overlapping)

    @property
    def waiting(self) -> int:
        """Runs that wait for their turn to read tables whole."""
        return len(self._turns)

    def start(self, probe: Probe, slot_ms: int, now_ms: int) -> None:
        """Begin the run of `probe` that was due at `slot_ms`, or say why not."""
        late = now_ms - slot_ms
        self.lateness_ms[min(_LATE_MS, late)] += 1
        if late > _LATE_MS:
            self._skip(probe, slot_ms, "late")
            return
        if probe.kind in self._begins:
            self._begin_and_return(probe, slot_ms)
            return
        if probe in self._running:
            self._skip(probe, slot_ms, "previous_run")
            return
        device = probe.device
        if device is None:
            self._begin(probe, slot_ms, self._nobody)
            return
        whole = self._whole.get(probe.kind)
        if whole is not None and self._waits_for_turn(probe, slot_ms, late, whole):
            return
        lane = self._lane(probe, device)
        waiting = self._busy.get(lane)
        if waiting is not None:
            self._wait_for_device(probe, slot_ms, late, waiting)
            return
        if self._in_flight[probe.area] >= self._limit:
            self._skip(probe, slot_ms, "area_full")
            return
        self._busy[lane] = deque()
        self._in_flight[probe.area] += 1
        self._begin(probe, slot_ms, self.memory(device))

    def _wait_for_device(
        self, probe: Probe, slot_ms: int, late: int, waiting: deque[tuple[Probe, int, float]]
    ) -> None:
        if any(other is probe for other, _, _ in waiting):
            self._skip(probe, slot_ms, "previous_run")
        elif len(waiting) >= _WAITING_PER_DEVICE:
            self._skip(probe, slot_ms, "device_busy")
        else:
            waiting.append((probe, slot_ms, self._now() + (_LATE_MS - late) / 1000))
            assert probe.device is not None
            asking = self._out_of_turn.get(self._lane(probe, probe.device))
            if asking is not None:
                asking[0].cancel()

    def _begin(self, probe: Probe, slot_ms: int, memory: DeviceMemory) -> None:
        task = asyncio.get_running_loop().create_task(self._run(probe, slot_ms, memory))
        self._running[probe] = (task, self._now() + probe.deadline, slot_ms)

    def _waits_for_turn(
        self, probe: Probe, slot_ms: int, late: int, whole: Callable[[Probe, DeviceMemory], bool]
    ) -> bool:
        """Queue a run that reads tables whole; False where it does not.

        One of its probe that waits already is skipped and leaves its place to the later one: so
        whoever waits is asked before long, whatever comes due.
        """
        assert probe.device is not None
        waiting = self._turns.get(probe)
        if waiting is not None:
            self._skip(probe, waiting[0], "walks_full")
        if not whole(probe, self.memory(probe.device)):
            self._turns.pop(probe, None)
            return False
        self._turns[probe] = slot_ms, self._now() - late / 1000
        self._take_turns()
        return True

    def _take_turns(self) -> None:
        """Begin what waits for its turn, as far as tables may be read now.

        A run that waited has the instant at which it begins for its slot: its values are of then.
        """
        for probe in tuple(islice(self._turns, _LOOKED_AT)):
            slot_ms, since = self._turns[probe]
            device = probe.device
            assert device is not None
            lane = self._lane(probe, device)
            if lane in self._busy:
                continue  # its place stays
            if self._in_flight[probe.area] >= self._limit:
                del self._turns[probe]
                self._skip(probe, slot_ms, "area_full")
            elif self._wires.walks.enter(probe.id):
                del self._turns[probe]
                self._busy[lane] = deque()
                self._in_flight[probe.area] += 1
                waited = int((self._now() - since) * 1000)
                moved = waited if waited > _LATE_MS else 0
                self._begin(probe, slot_ms + moved, self.memory(device))
            else:
                return

    def ask_now(self, probe: Probe, now_ms: int, heard: Callable[[Observation], None]) -> bool:
        """Ask a device that is idle out of turn; False where that must wait.

        The run is an ordinary one with a slot of its own, its instant, but it is no scheduled run:
        nobody but `heard` is told, so that no rate, no count of a slot and no confirming run comes
        of it. What it learns about the device is not kept, and a scheduled run that comes due
        meanwhile ends it (SKIPPED, `gave_way`) and takes its place.
        """
        device = probe.device
        lane = "" if device is None else self._lane(probe, device)
        if device is None or lane in self._busy or self._stopping:
            return False
        if self._in_flight[probe.area] >= self._limit:
            return False
        self._busy[lane] = deque()
        self._in_flight[probe.area] += 1
        memory = self.memory(device).lend()
        asking = self._ask[probe.kind](probe, self._wires, memory)
        task = asyncio.get_running_loop().create_task(asking)
        began = self._now()
        self._out_of_turn[lane] = (task, began + probe.deadline)
        task.add_done_callback(partial(self._asked_out_of_turn, probe, now_ms, began, heard))
        return True

    def _asked_out_of_turn(
        self,
        probe: Probe,
        slot_ms: int,
        began: float,
        heard: Callable[[Observation], None],
        task: asyncio.Task[Answer],
    ) -> None:
        took, nothing = self._now() - began, self._nothing(probe)
        if task.cancelled():
            why = _OVERDUE if took > probe.deadline else _GAVE_WAY
            answer = Answer(*(_STOPPED if self._stopping else why), nothing)
        elif isinstance(bug := task.exception(), Exception):
            answer = self._bug(probe, bug)
        else:
            answer = task.result()
        device = probe.device
        assert device is not None
        del self._out_of_turn[self._lane(probe, device)]
        self._free(probe, device)
        self.out_of_turn[answer.outcome.name] += 1
        heard(Observation(probe, slot_ms, took, answer.outcome, answer.reason, answer.values))

    async def _run(self, probe: Probe, slot_ms: int, memory: DeviceMemory) -> None:
        began = self._now()
        try:
            answer: Answer = await self._ask[probe.kind](probe, self._wires, memory)
            if len(answer.values) != probe.raw:
                answer = self._bug(probe, ValueError(f"{len(answer.values)} values"))
        except asyncio.CancelledError:
            if self._stopping:  # nobody knows what it would have heard
                self._end(probe)
                self._skip(probe, slot_ms, "stopped")
                return
            answer = Answer(Outcome.SILENT, "deadline", self._nothing(probe))
        except Exception as bug:  # noqa: BLE001 - a bug in a collector must not stop the province
            answer = self._bug(probe, bug)
        took = self._now() - began
        if answer.outcome is Outcome.ANSWERED:
            memory.took[memory.timed & _RING_MASK] = took
            memory.timed += 1
        self._end(probe)
        self._observed(probe, slot_ms, took, answer)

    def _begin_and_return(self, probe: Probe, slot_ms: int) -> None:
        run = probe, slot_ms
        self._overlapping[run] = self._now()
        try:
            self._begins[probe.kind](probe, self._wires, partial(self._ended, run))
        except Exception as bug:  # noqa: BLE001 - as in `_run`
            self._ended(run, self._bug(probe, bug))

    def _ended(self, run: tuple[Probe, int], answer: Answer) -> None:
        began = self._overlapping.pop(run, None)
        if began is None:  # stopped meanwhile
            return
        probe, slot_ms = run
        if len(answer.values) != probe.raw:
            answer = self._bug(probe, ValueError(f"{len(answer.values)} values"))
        self._observed(probe, slot_ms, self._now() - began, answer)

    def _observed(self, probe: Probe, slot_ms: int, took: float, answer: Answer) -> None:
        self.runs[probe.kind, answer.outcome.name] += 1
        if answer.outcome is Outcome.SKIPPED:
            self.runs["skipped", answer.reason] += 1
        self._deliver(
            Observation(
                probe,
                slot_ms,
                took,
                answer.outcome,
                answer.reason,
                answer.values,
                answer.rtts,
            )
        )

    def _end(self, probe: Probe) -> None:
        if self._running.pop(probe, None) is None:
            return
        if probe.kind in self._whole:
            self._wires.walks.leave(probe.id)
        if probe.device is not None:
            self._free(probe, probe.device)
        if self._turns and not self._stopping:
            self._take_turns()

    def _lane(self, probe: Probe, device: str) -> str:
        """Name what takes one run at a time: a device, and beside it its slow tables."""
        return f"{device} aside" if probe.kind in self._aside else device

    def _free(self, probe: Probe, device: str) -> None:
        """Let what waits for a device begin; where nothing does it is idle."""
        lane = self._lane(probe, device)
        waiting = self._busy[lane]
        now = self._now()
        while waiting:
            following, slot_ms, limit = waiting.popleft()
            if now <= limit:
                self._begin(following, slot_ms, self.memory(device))
                return
            self._skip(following, slot_ms, "late")
        del self._busy[lane]
        self._in_flight[probe.area] -= 1

    def reap(self) -> None:
        """End runs that have outlived their deadline; called a few times a second."""
        now = self._now()
        for task, deadline, _ in list(self._running.values()):
            if now > deadline:
                task.cancel()
        for asking, limit in list(self._out_of_turn.values()):
            if now > limit:
                asking.cancel()
        # A wire settles its runs by itself; where it does not, that is no silence of the network.
        for run in [r for r, began in self._overlapping.items() if now > began + r[0].deadline]:
            del self._overlapping[run]
            self._skip(*run, "deadline")
        self._take_turns()

    async def stop(self) -> None:
        """End every run that is under way; what it would have heard is unknown, not lost."""
        self._stopping = True
        for waiting in self._busy.values():
            while waiting:
                probe, slot_ms, _ = waiting.popleft()
                self._skip(probe, slot_ms, "stopped")
        while self._turns:
            probe, (slot_ms, _) = self._turns.popitem()
            self._skip(probe, slot_ms, "stopped")
        while self._overlapping:
            self._skip(*self._overlapping.popitem()[0], "stopped")
        tasks = [task for task, _, _ in self._running.values()]
        asking = [task for task, _ in self._out_of_turn.values()]
        for task in (*tasks, *asking):
            task.cancel()
        await asyncio.gather(*tasks, *asking, return_exceptions=True)

    def _skip(self, probe: Probe, slot_ms: int, reason: str) -> None:
        self.runs[probe.kind, "SKIPPED"] += 1
        self.runs["skipped", reason] += 1
        self._deliver(
            Observation(probe, slot_ms, 0.0, Outcome.SKIPPED, reason, self._nothing(probe))
        )

    def _nothing(self, probe: Probe) -> tuple[Value, ...]:
        nothing = self._absent.get(probe.raw)
        if nothing is None:
            nothing = self._absent[probe.raw] = (None,) * probe.raw
        return nothing

    def _bug(self, probe: Probe, bug: Exception) -> Answer:
        """Log a bug of a collector, once per kind; nobody knows what it would have heard."""
        name = f"{probe.kind}: {type(bug).__name__}"
        if name not in self._bugs:
            self._bugs.add(name)
            _log.error("collector failed", exc_info=bug, extra={"probe": probe.id})
        return Answer(Outcome.SKIPPED, "internal", self._nothing(probe))
