"""The survey: each device is read whole once in a while, and compared with what is declared.

Reading is done in a process of its own (`runtime.surveys.process`), a few devices at a time; what
was seen is kept and compared in the one thread that has the file. Polls wait for neither. A device
that is not reached is left out and tried later. A reload, and a name that was not known before,
have devices compared anew from what was seen last, without asking them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AsyncExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from api.ports import Event, Finding, StateNow, Surveyed
from inventory.model import Device, Inventory, TargetId, device_target
from runtime.config import SurveyConfig
from runtime.surveys import process as survey_process
from runtime.surveys.book import Book, Compared
from runtime.surveys.drift import Declared, Names, Register, ends_of, linked
from runtime.surveys.findings import Found
from runtime.surveys.findings import State as Normal
from runtime.surveys.plan import SurveyPlan
from runtime.surveys.process import Job, Read
from runtime.surveys.stations import register_of
from sla.states import State

_log = logging.getLogger("extranet.survey")
_REACHED: Final = (State.UP, State.DEGRADED)
_AGAIN_SECONDS: Final = 900
"""After this a device is tried again that was not reached or could not be read."""
_BACK_OFF_SECONDS: Final = (_AGAIN_SECONDS, 3600, 4 * 3600)
_COSTLY: Final = frozenset({"too_slow"})
_FORGOTTEN_SECONDS: Final = 30 * 86_400
"""A device that left the inventory comes back to what was normal within this time."""
_OPENED_AGAIN_SECONDS: Final = 60
_LOOKED_AT: Final = 200
_COMPARED_AT_ONCE: Final = 20
"""Devices that are compared anew in a second: some 20 ms of CPU, in a thread."""


class Survey:
    """`api.ports.Drift`, and the job behind it."""

    def __init__(
        self,
        config: SurveyConfig,
        engine: str,
        folder: Path,
        states: Callable[[], Mapping[TargetId, StateNow]],
        tell: Callable[[Event], None],
        now: Callable[[], int],
    ) -> None:
        self._every = None if config.every is None else int(config.every)
        self._at_once = config.in_flight
        self._engine = engine
        self._states = states
        self._tell = tell
        self._now = now
        self._plan = SurveyPlan(self._every or 1)
        self._devices: Mapping[str, Device] = {}
        self._register: Register | None = None
        self._names = Names()
        self._seen: dict[str, int] = {}
        self._failed: dict[str, str] = {}
        self._in_vain: dict[str, int] = {}
        """Readings in a row that took long and came to nothing."""
        self._home: dict[str, frozenset[str]] = {}
        self._moved: dict[str, set[str]] = {}
        """MAC address -> devices at which it is told as moved."""
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._all: Sequence[Finding] | None = None
        self._anew: dict[str, None] = {}
        """Devices that wait to be compared anew, in order."""
        self._book = Book(folder, now)
        self._process: ProcessPoolExecutor | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._opened_at = 0
        self._loads = 0
        self.counts: Counter[str] = Counter()

    # The life of it.

    def load(self, inventory: Inventory) -> None:
        """Take over an inventory: what is new is planned, what is gone is gone."""
        self._inventory = inventory
        self._ends, self._linked = ends_of(inventory), linked(inventory)
        before, self._register = self._register, register_of(inventory)
        self._devices = {
            device.id: device
            for device in inventory.devices.values()
            if device.address is not None and device.credential is not None
        }
        for gone in self._findings.keys() - self._devices.keys():
            self._forget_moved(gone)
        for known in (self._seen, self._failed, self._in_vain, self._home, self._findings):
            for gone in known.keys() - self._devices.keys():
                del known[gone]
        for gone in self._names.by_device.keys() - self._devices.keys():
            self._names.forget(gone)
        self._all = None
        self._anew = dict.fromkeys(self._seen)
        self._plan.keep(self._devices.keys())
        for device in self._devices.values():
            if self._has_register(device) and (before is None or device.site not in before.sites):
                self._plan.soon(device.id, self._now())  # nobody asked for its stations so far
        if self._book.is_open:
            self._loads += 1
            self._begin(f"returned {self._loads}", self._returned())

    async def start(self, stack: AsyncExitStack) -> None:
        """Open the file and take over what was seen before; off, nothing is opened."""
        if self._every is None:
            return
        stack.push_async_callback(self._stop)
        await self._open()

    async def _open(self) -> None:
        self._opened_at = self._now()
        if await self._book.open():
            await self._returned()

    async def _returned(self) -> None:
        """Take over what is kept of devices that are in the inventory, and plan all of them."""
        now = self._now()
        for head in await self._book.heads(self._devices.keys(), now - _FORGOTTEN_SECONDS):
            if head.device in self._devices and head.device not in self._seen:
                self._seen[head.device] = head.seen_at
                self._names.learn(head.device, head.name)
                self._anew[head.device] = None
        for device in self._devices:
            self._plan.enter(device, now, self._seen.get(device))

    async def _stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._process is not None:
            for child in (self._process._processes or {}).values():  # noqa: SLF001 - no other way
                child.kill()  # it may wait for a device for minutes, and writes nothing
            self._process.shutdown(wait=False, cancel_futures=True)
        await self._book.close()

    def tick(self) -> None:
        """Once a second: begin what is due, unless the last of its kind is still under way."""
        if self._every is None:
            return
        if not self._book.is_open:
            if "open" not in self._tasks and self._now() >= self._opened_at + _OPENED_AGAIN_SECONDS:
                self._begin("open", self._open())
            return
        if "round" not in self._tasks and (jobs := self._jobs()):
            self._begin("round", self._round(jobs))
        if "compare" not in self._tasks and self._anew:
            self._begin("compare", self._compare_some())

    def _begin(self, name: str, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        if self._tasks.get(task.get_name()) is task:
            del self._tasks[task.get_name()]
        if not task.cancelled() and (bug := task.exception()) is not None:
            self.counts["bugs"] += 1
            _log.error("a part of the survey failed", exc_info=bug, extra={"part": task.get_name()})

    # Reading.

    def _jobs(self) -> list[Job]:
        """Choose who is read now; who is not reached is left out and tried later."""
        now = self._now()
        jobs: list[Job] = []
        for name in self._plan.due(now, _LOOKED_AT):
            device = self._devices[name]
            self._plan.postpone(name, now + min(_AGAIN_SECONDS, self._every or 0))
            if not self._is_reached(name):
                self.counts["left_out"] += 1
                continue
            assert device.address is not None
            assert device.credential is not None
            credential = self._inventory.credentials[device.credential]
            jobs.append(Job(name, device.address, credential, self._has_register(device)))
            if len(jobs) == self._at_once:
                break
        return jobs

    def _is_reached(self, device: str) -> bool:
        now = self._states().get(device_target(device))
        return now is not None and now.state in _REACHED

    def _has_register(self, device: Device) -> bool:
        return self._register is not None and device.site in self._register.sites

    async def _round(self, jobs: Sequence[Job]) -> None:
        if self._process is None:
            self._process = ProcessPoolExecutor(1, get_context("spawn"), survey_process.begin)
        loop = asyncio.get_running_loop()
        try:
            reads = await loop.run_in_executor(
                self._process, survey_process.read, self._engine, jobs
            )
        except BrokenProcessPool:
            _log.error("the survey's process died", extra={"devices": [job.device for job in jobs]})
            self.counts["deaths"] += 1
            self._process = None
            return
        for read in reads:
            if read.device in self._devices:
                await self._took(read)

    async def _took(self, read: Read) -> None:
        name, now = read.device, self._now()
        if not read.document:
            self.counts["failed"] += 1
            if self._failed.get(name) != read.reason:
                why = {"device": name, "why": read.reason, "detail": read.detail}
                _log.warning("a device that is reached could not be read whole", extra=why)
            self._failed[name] = read.reason
            if read.reason in _COSTLY:
                self._back_off(name, now)
            return
        if not await self._book.keep(name, now, read.name, read.document):
            self._failed[name] = "not_kept"
            self._back_off(name, now)
            return
        self.counts["read"] += 1
        self._failed.pop(name, None)
        self._in_vain.pop(name, None)
        self._plan.done(name, now)
        self._seen[name] = now
        was, others = self._names.called(name), self._linked.get(name, ())
        is_news = self._names.learn(name, read.name)
        if is_news and was:
            for other in others:  # what they heard is of the time before
                self._plan.soon(other, now)
        elif is_news:
            self._again(others)
        await self._compare(name)

    def _back_off(self, device: str, now: int) -> None:
        """Leave a device alone for longer each time that minutes were spent on it in vain."""
        count = self._in_vain[device] = self._in_vain.get(device, 0) + 1
        every = self._every or 0
        seconds = _BACK_OFF_SECONDS[count - 1] if count <= len(_BACK_OFF_SECONDS) else every
        self._plan.postpone(device, now + min(seconds, every))

    # Comparing.

    def _again(self, devices: Iterable[str]) -> None:
        self._anew |= {device: None for device in devices if device in self._seen}

    async def _compare_some(self) -> None:
        for device in list(self._anew)[:_COMPARED_AT_ONCE]:
            self._anew.pop(device, None)
            await self._compare(device)

    async def _compare(self, device: str, taken: str = "", person: str = "") -> bool:
        """Compare a device with what is declared; tell whether the finding `taken` was accepted."""
        declared = self._declared(device)
        if declared is None or not self._book.is_open:
            return False
        done = await self._book.compare(declared, self._names, self._is_home, taken, person)
        if done is None:
            if not self._book.failure and self._seen.pop(device, None) is not None:
                self._plan.soon(device, self._now())  # it was damaged, or of another version
            return False
        if device in self._devices:
            self._took_over(done)
        return done.accepted

    def _declared(self, device: str) -> Declared | None:
        found = self._devices.get(device)
        if found is None:
            return None
        register = self._register if self._has_register(found) else None
        return Declared(found, self._ends.get(device, {}), register)

    def _is_home(self, mac: str) -> bool:
        entry = None if self._register is None else self._register.by_mac.get(mac)
        return entry is not None and mac in self._home.get(entry.device or "", ())

    def _took_over(self, done: Compared) -> None:
        name = done.device
        before = self._findings.get(name, ())
        now = tuple(_finding(name, one, done.state) for one in done.found)
        self._forget_moved(name)
        if now:
            self._findings[name] = now
        else:
            self._findings.pop(name, None)
        for mac in _moved(now):
            self._moved.setdefault(mac, set()).add(name)
        at_home = self._home.get(name, frozenset())
        self._home[name] = done.home
        for mac in at_home ^ done.home:
            self._again(self._moved.get(mac, set()) - {name})
        if now != before:
            self._all = None
            news = {one.id for one in now} - {one.id for one in before}
            self.counts["told"] += len(news)
            body = {"target": device_target(name), "findings": len(now), "new": len(news)}
            self._tell(Event("drift", body))

    def _forget_moved(self, name: str) -> None:
        for mac in _moved(self._findings.get(name, ())):
            devices = self._moved.get(mac, set())
            devices.discard(name)
            if not devices:
                self._moved.pop(mac, None)

    # What the api asks.

    def findings(self) -> Sequence[Finding]:
        """Return every difference that nobody accepted."""
        if self._all is None:
            found = self._findings
            self._all = [one for name in self._devices for one in found.get(name, ())]
        return self._all

    def surveyed(self) -> Surveyed:
        """Return how much of the network this is known of."""
        return Surveyed(
            self._every, self._devices.keys(), self._seen, self._failed, len(self._anew),
            self._book.failure,
        )  # fmt: skip

    async def accept(self, finding: str, person: str) -> bool:
        """Make what was observed the new normal; False = no such finding (any more)."""
        for one in self.findings():
            if one.id == finding:
                return await self._compare(one.device, finding, person)
        return False

    def stats(self) -> Mapping[str, float]:
        """Count everything."""
        return {
            **self.counts,
            **self._book.counts,
            "devices": len(self._devices),
            "seen": len(self._seen),
            "findings": len(self.findings()),
            "waiting": len(self._anew),
        }


def _moved(found: Iterable[Finding]) -> set[str]:
    """Return the addresses that are told as moved."""
    return {str(one.parameters["mac"]) for one in found if one.kind == "station_moved"}


def _finding(device: str, found: Found, state: Normal) -> Finding:
    return Finding(
        found.id, found.kind, device, found.target, found.links, state.since[found.id],
        found.parameters,
    )  # fmt: skip
