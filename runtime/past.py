"""`api.ports.Past`: the record, asked in a worker process so that no poll waits for a report.

What the worker does is named, not imported: the libraries it needs stay out of this process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from api.ports import Outage, Trap
from inventory.model import Inventory, TargetId
from runtime.hand import begin, call, ready
from sla.percentile import Missing, Mode
from sla.ruleset import RuleSet

_log = logging.getLogger("extranet.past")


class PastDoor:
    """One worker; it is given the inventory in force, without credentials."""

    def __init__(
        self,
        store: Path,
        inventory: Callable[[], Inventory],
        now: Callable[[], int],
        rules: Callable[[], RuleSet | None] = lambda: None,
    ) -> None:
        """`rules`: of assessments; None = the shipped ones."""
        self._store = store
        self._inventory = inventory
        self._now = now
        self._rules = rules
        self._pool: ProcessPoolExecutor | None = None
        self._mending = asyncio.Lock()
        self.deaths = 0
        """How often the worker was found dead and another one was started."""

    async def start(self) -> None:
        """Begin, before the first poll: to hand over 30,000 sites takes seconds."""
        self._pool = await self.prepare(self._inventory())

    async def prepare(self, inventory: Inventory) -> ProcessPoolExecutor:
        """Start a process that knows `inventory`, without holding up the event loop."""
        return await asyncio.to_thread(_started, self._store, replace(inventory, credentials={}))

    def take(self, pool: ProcessPoolExecutor) -> None:
        """Ask this one from now on; the old one ends when it has answered."""
        before, self._pool = self._pool, pool
        if before is not None:
            before.shutdown(wait=False)

    async def stop(self) -> None:
        """End the worker."""
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
            self._pool = None

    async def _ask(self, function: str, *arguments: object) -> Any:
        pool = self._pool
        assert pool is not None, "the record was asked before the start"
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(pool, call, function, *arguments)
        except BrokenProcessPool:
            again = await self._mended(pool)
            return await loop.run_in_executor(again, call, function, *arguments)

    async def _mended(self, broken: ProcessPoolExecutor) -> ProcessPoolExecutor:
        """Return a worker in place of one that was killed; whoever comes first starts it."""
        async with self._mending:
            if self._pool is broken:
                _log.error("the worker process died", extra={"died": self.deaths + 1})
                self.deaths += 1
                self.take(await self.prepare(self._inventory()))
            assert self._pool is not None
            return self._pool

    async def outages(
        self, *, target: TargetId | None, since: int, until: int, limit: int
    ) -> Sequence[Outage]:
        """Return the live outages that touch [since, until), newest first."""
        found: Sequence[Outage] = await self._ask(
            "outages", target, since, until, limit, self._now()
        )
        return found

    async def traps(
        self, *, devices: Sequence[TargetId] | None, since: int, until: int, limit: int
    ) -> Sequence[Trap]:
        """Return what devices said unasked in [since, until), newest first."""
        found: Sequence[Trap] = await self._ask("traps", devices, since, until, limit)
        return found

    async def availability(self, carrier: str, period: str, *, links: bool) -> bytes:
        """Assess a carrier; JSON."""
        found: bytes = await self._ask(
            "carrier", carrier, period, self._now(), self._rules(), links
        )
        return found

    async def link_availability(self, link: str, period: str) -> bytes:
        """Assess one link; JSON."""
        found: bytes = await self._ask("link", link, period, self._now(), self._rules())
        return found

    async def site_availability(self, site: str, period: str) -> bytes:
        """Assess one site; JSON."""
        found: bytes = await self._ask("site", site, period, self._now())
        return found

    async def service_availability(self, service: str, period: str) -> bytes:
        """Assess one service; JSON."""
        found: bytes = await self._ask("service", service, period, self._now())
        return found

    async def link_history(
        self, link: str, since: int, until: int
    ) -> Sequence[Mapping[str, object]]:
        """Return one row per accounting slot."""
        found: Sequence[Mapping[str, object]] = await self._ask("history", link, since, until)
        return found

    async def link_p95(
        self, link: str, period: str, *, mode: Mode, missing: Missing, cap: int | None
    ) -> bytes:
        """Work out the 95th percentile of a link's traffic; JSON."""
        found: bytes = await self._ask("link_p95", link, period, self._now(), mode, missing, cap)
        return found

    async def used_shares(self) -> Sequence[tuple[str, float]]:
        """Return the share used of this month's allowed downtime, by link with an outage."""
        found: Sequence[tuple[str, float]] = await self._ask(
            "used_shares", self._now(), self._rules()
        )
        return found

    async def seal_hours(self, hours: Sequence[int]) -> Sequence[str]:
        """Turn closed hours of history into Parquet; return what could not be."""
        found: Sequence[str] = await self._ask("seal_hours", hours)
        return found

    async def hour_leaves(self, hours: Sequence[int]) -> Sequence[Any]:
        """Return `store.evidence_leaves.HourLeaves` of hours that are kept."""
        found: Sequence[Any] = await self._ask("hour_leaves", hours)
        return found

    async def keep_evidence(self, rules: RuleSet | None) -> Any:
        """Keep the next hour of evidence or seal the next day: `runtime.evidence.work.Kept`."""
        return await self._ask("keep_evidence", rules, self._now())

    async def sweep_evidence(self, years: int) -> Any:
        """Let go of evidence that is older: `runtime.evidence.work.Kept`."""
        return await self._ask("sweep_evidence", self._now(), years)

    async def sweep(self, days: int, floor: int) -> int:
        """Delete history that is too old or for which there is no room."""
        found: int = await self._ask("sweep", self._now(), days, floor)
        return found


def _started(store: Path, inventory: Inventory) -> ProcessPoolExecutor:
    pool = ProcessPoolExecutor(1, get_context("spawn"), begin, (store, inventory))
    pool.submit(ready).result()
    return pool
