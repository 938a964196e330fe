"""The heartbeat: what happens every few milliseconds, every second, every minute, every hour.

One task. The fine tick starts what is due; the coarse ones are cheap calls, and what is not cheap
is handed to a thread or to the worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Coroutine
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
        self._background: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Turn until cancelled."""
        while True:
            now_ms = self._clock.now_ms()
            if now_ms - self.turned_ms > _STALL_MS:
                self._jump(now_ms)
            self.turned_ms = now_ms
            start = self._runner.start
            for probe, slot_ms in self.schedule.due(now_ms):
                start(probe, slot_ms, now_ms)
            second = now_ms // 1000
            if second > self._second:
                self._each_second(second)
                self._second = second
            await asyncio.sleep(_TICK)

    def _jump(self, now_ms: int) -> None:
        """Go on from here after a stall or a step: thousands of late runs help nobody.

        The judge sees that its targets were not asked, and says UNKNOWN.
        """
        _log.warning("no run was started", extra={"seconds": (now_ms - self.turned_ms) / 1000})
        self.jumps += 1
        self.schedule = self.schedule.moved(now_ms)

    async def end(self, beating: asyncio.Task[None]) -> None:
        """Stop turning."""
        for task in (beating, *self._background):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _each_second(self, second: int) -> None:
        self._runner.reap()
        self._telling.tick()
        self._record.close_slots(second)
        if self._passed(_HEARTBEAT_SECONDS, second):
            self._record.heartbeat(second, _HEARTBEAT_SECONDS)
            self._watch_clock()
            self._watch_ourselves()
        if self._record.records:
            self._later(asyncio.to_thread(self._record.flush_recording))
        if self._passed(60, second):
            self._record.people.sweep(second)
            self._later(self._shares())
        if self._passed(3600, second, _SETTLED_SECONDS):
            self._later(self._keep_house(second))

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
        for name, age in self._sending.ages().items():
            own("outbox", name, bad=age > _OLD_OUTBOX_SECONDS, value=age)
        for name, lost in {**self._record.losses(), **self._sending.losses()}.items():
            own("loss", name, bad=lost > self._lost.get(name, 0), value=lost)
            self._lost[name] = lost
        free = shutil.disk_usage(self._store.path).free
        own("disk", "disk", bad=free < self._store.disk_floor, value=free)

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

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
