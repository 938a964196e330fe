"""The heartbeat: what happens every few milliseconds, every second, every minute, every hour.

One task. The fine tick starts what is due; the coarse ones are cheap calls, and what is not cheap
is handed to a thread or to the worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Callable, Coroutine
from typing import Any, Final

from runtime.clock import Steady
from runtime.config import StoreConfig
from runtime.past import PastDoor
from runtime.record import Record
from runtime.runner import Runner
from runtime.schedule import Schedule
from runtime.sending import Sending
from runtime.telling import Telling

_log = logging.getLogger("extranet.beat")
_TICK: Final = 0.01
_HEARTBEAT_SECONDS: Final = 10
_OLD_OUTBOX_SECONDS: Final = 300
_STEP_SECONDS: Final = 2.0
_STALL_MS: Final = 60_000
_SETTLED_SECONDS: Final = 360
"""After its end an hour of history has settled and can be sealed."""


class Beat:
    """Turns the schedule."""

    def __init__(
        self,
        clock: Steady,
        schedule: Schedule,
        runner: Runner,
        telling: Telling,
        record: Record,
        sending: Sending,
        past: PastDoor,
        store: StoreConfig,
    ) -> None:
        self._clock = clock
        self.schedule = schedule
        self._runner = runner
        self._telling = telling
        self._record = record
        self._sending = sending
        self._past = past
        self._store = store
        self.turned_ms = clock.now_ms()
        """Up to where the schedule was turned."""
        self.jumps = 0
        self._second = self.turned_ms // 1000
        self._lost: dict[str, float] = {}
        self._background: dict[str, asyncio.Task[None]] = {}
        self.also: list[Callable[[], object]] = []
        """What other parts want done once a second."""
        self.failures = 0
        """Steps that raised."""
        self.held_back = 0
        """Work that was not begun because the last one of its kind was still under way."""

    async def run(self) -> None:
        """Turn until cancelled. What was due while the other parts started is nobody's run."""
        self.turned_ms = self._clock.now_ms()
        self.schedule.go_on_from(self.turned_ms)
        while True:
            now_ms = self._clock.now_ms()
            if now_ms - self.turned_ms > _STALL_MS:
                self._jump(now_ms)
            self.turned_ms = now_ms
            start = self._runner.start
            for probe, slot_ms in self.schedule.due(now_ms):
                start(probe, slot_ms, now_ms)
            self.pulse(now_ms // 1000)
            await asyncio.sleep(_TICK)

    def _jump(self, now_ms: int) -> None:
        """Go on from here after a stall or a step: thousands of late runs help nobody.

        The judge sees that its targets were not asked, and says UNKNOWN.
        """
        seconds, runs = (now_ms - self.turned_ms) / 1000, self.schedule.behind(now_ms)
        _log.warning("no run was started", extra={"seconds": seconds, "runs": runs})
        self.jumps += 1
        self._runner.runs["skipped", "jump"] += runs
        self.schedule.go_on_from(now_ms)

    async def end(self, beating: asyncio.Task[None]) -> None:
        """Stop turning."""
        for task in (beating, *self._background.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def pulse(self, second: int) -> None:
        """Do what is due once a second. A part that fails keeps no other from its turn."""
        if second > self._second:
            self._each_second(second)
            self._second = second

    @property
    def busy(self) -> bool:
        """Whether work that was begun beside the beat is still under way."""
        return bool(self._background)

    def _each_second(self, second: int) -> None:
        self._do(self._runner.reap)
        self._do(self._telling.tick)
        self._do(self._record.close_slots, second)
        for step in self.also:
            self._do(step)
        if self._passed(_HEARTBEAT_SECONDS, second):
            self._do(self._record.heartbeat, second, _HEARTBEAT_SECONDS)
            self._do(self._watch_clock)
            self._do(self._watch_ourselves)
            self._later("disk", self._watch_disk)
        if self._record.records:
            self._later("recording", asyncio.to_thread, self._record.flush_recording)
        if self._passed(60, second):
            self._do(self._record.people.sweep, second)
            self._later("shares", self._shares)
        if self._passed(3600, second, _SETTLED_SECONDS):
            self._later("house", self._keep_house, second)

    def _do(self, step: Callable[..., object], *arguments: object) -> None:
        try:
            step(*arguments)
        except Exception:  # noqa: BLE001 - whatever it was, polling goes on and this is counted
            self.failures += 1
            _log.exception("the beat goes on without a step", extra={"step": step.__name__})

    def _passed(self, period: int, second: int, after: int = 0) -> bool:
        """Whether a multiple of `period` plus `after` was passed, also over a stall of seconds."""
        return (second - after) // period != (self._second - after) // period

    def _watch_clock(self) -> None:
        step = self._clock.follow()
        if abs(step) >= _STEP_SECONDS:
            _log.warning("the clock was stepped", extra={"seconds": round(step, 3)})

    def _watch_ourselves(self) -> None:
        """Turn the troubles of our own parts into alerts; rules decide what they are worth."""
        own = self._telling.own
        own("ledger", "ledger", bad=bool(self._record.failure))
        own("ledger", "history", bad=bool(self._record.history_failure))
        for name, age in self._sending.ages().items():
            own("outbox", name, bad=age > _OLD_OUTBOX_SECONDS, value=age)
        for name, lost in {**self._record.losses(), **self._sending.losses()}.items():
            own("loss", name, bad=lost > self._lost.get(name, 0), value=lost)
            self._lost[name] = lost

    async def _watch_disk(self) -> None:
        """Look at the disk in a thread: a mount that hangs must hold up nobody."""
        try:
            free = (await asyncio.to_thread(shutil.disk_usage, self._store.path)).free
        except OSError as error:
            _log.error("the store's disk cannot be looked at", extra={"why": str(error)})
            free = 0
        self._telling.own("disk", "disk", bad=free < self._store.disk_floor, value=free)

    async def _shares(self) -> None:
        try:
            self._telling.used(await self._past.used_shares())
        except Exception:  # noqa: BLE001 - whatever it was, the beat goes on and says so
            _log.exception("the month's downtime could not be computed")

    async def _keep_house(self, second: int) -> None:
        """Seal the hours of history that are over, and let go of what is too old."""
        try:
            hours = await asyncio.to_thread(self._record.closed_hours, second)
            for failure in await self._past.seal_hours(hours):
                _log.error("an hour of history could not be sealed", extra={"why": failure})
            await self._past.sweep(self._store.history_days, self._store.disk_floor)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("history could not be sealed; tried again in an hour")

    def _later(
        self, name: str, work: Callable[..., Coroutine[Any, Any, None]], *arguments: object
    ) -> None:
        """Begin work beside the beat, unless the last one of its name is still under way."""
        if name in self._background:
            self.held_back += 1
            return
        task = asyncio.get_running_loop().create_task(work(*arguments), name=name)
        self._background[name] = task
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background.pop(task.get_name(), None)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self.failures += 1
            _log.error("work beside the beat failed", exc_info=bug, extra={"step": task.get_name()})

    def stats(self) -> dict[str, float]:
        """Count what went wrong, and how far behind the clock the schedule is, in seconds."""
        behind = max(0, self._clock.now_ms() - self.turned_ms) / 1000
        return {
            "behind_seconds": behind,
            "failures": self.failures,
            "held_back": self.held_back,
            "jumps": self.jumps,
        }
