"""Keeps evidence: hour after hour, day after day, as history is sealed and the ledger has settled.

Nothing waits in a queue: what is missing is what the evidence has not, so after a failure, or a
night in which the monitor was off, it catches up by itself, in order. The work is the worker's; it
is given one hour at a time, or a piece of a day, so that a question waits for no more than that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from typing import Final, Protocol

from sla.ruleset import RuleSet

_log = logging.getLogger("extranet.evidence")
_EVERY: Final = 300
_SWEEP: Final = 86_400
_LATELY: Final = 3_600


class Kept(Protocol):
    """What the worker did; see `runtime.evidence.work.Kept`."""

    @property
    def hours(self) -> int:
        """Hours that were kept."""

    @property
    def days(self) -> int:
        """Days that were sealed."""

    @property
    def swept(self) -> int:
        """Hours that were let go by age."""

    @property
    def more(self) -> bool:
        """Whether there is more to do."""

    @property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """Codes and words."""


class Worker(Protocol):
    """Who does it."""

    def keep_evidence(self, rules: RuleSet | None) -> Awaitable[Kept]:
        """Keep the next hour, or seal the next day, or a piece of it."""

    def sweep_evidence(self, years: int) -> Awaitable[Kept]:
        """Let go of what is too old."""


class EvidenceKeeping:
    """Used by the event loop. `rules`: asked anew each time; None = there are none yet."""

    def __init__(
        self, years: int, rules: Callable[[], RuleSet | None], now: Callable[[], int]
    ) -> None:
        self._years = years
        self._rules = rules
        self._now = now
        self._worker: Worker | None = None
        self._wake = asyncio.Event()
        self._looked = self._swept = 0
        self._damaged_at: int | None = None
        self.failure = ""
        self.counts = dict.fromkeys(("hours", "days", "swept", "failures", "damaged_hours"), 0)

    def connect(self, worker: Worker) -> None:
        """Say who does the work, before `start`."""
        self._worker = worker

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin, in a task of its own."""
        keeping = asyncio.create_task(self._keep(), name="evidence")
        stack.push_async_callback(_stop, keeping)

    def tick(self) -> None:
        """Once a second."""
        if self._now() >= self._looked + _EVERY:
            self._looked = self._now()
            self._wake.set()

    async def _keep(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            failure = ""
            try:
                failure = await self._catch_up()
            except Exception:  # noqa: BLE001 - whatever it was, it is said and tried again
                _log.exception("evidence could not be kept; tried again")
                failure = "failed"
            self.counts["failures"] += bool(failure)
            if self.failure and not failure:
                _log.info("evidence is kept again")
            self.failure = failure

    async def _catch_up(self) -> str:
        """Keep all there is to keep; return why it could not be, as a code."""
        assert self._worker is not None, "nobody was connected"
        while True:
            kept = await self._worker.keep_evidence(self._rules())
            failure = self._note(kept)
            if not kept.more:
                break
        if self._now() >= self._swept + _SWEEP:
            self._swept = self._now()
            failure = self._note(await self._worker.sweep_evidence(self._years)) or failure
        return failure

    def _note(self, kept: Kept) -> str:
        self.counts["hours"] += kept.hours
        self.counts["days"] += kept.days
        self.counts["swept"] += kept.swept
        if kept.swept:
            _log.warning("evidence was let go by age", extra={"hours": kept.swept})
        for code, words in kept.failures:
            if code != self.failure:
                _log.error("evidence could not be kept", extra={"code": code, "why": words})
        if kept.hours and kept.failures:
            # It was kept after all, without what was heard.
            self.counts["damaged_hours"] += 1
            self._damaged_at = self._now()
            return ""
        return kept.failures[0][0] if kept.failures else ""

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell whether evidence is kept; a reason is a code of the store."""
        return {"evidence": {"ok": not self.failure, "reason": self.failure}}

    def losses(self) -> Mapping[str, tuple[bool, float]]:
        """Tell how many hours were kept without what was heard, and whether one was of late."""
        late = self._damaged_at is not None and self._now() < self._damaged_at + _LATELY
        return {"evidence": (late, self.counts["damaged_hours"])}

    def stats(self) -> Mapping[str, float]:
        """Return the counters."""
        return {name: float(count) for name, count in self.counts.items()}


async def _stop(keeping: asyncio.Task[None]) -> None:
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
