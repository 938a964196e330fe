"""The processes that speak SSH, one after the other: mended when dead, exchanged when old.

A new one takes what comes; the old one answers what runs, and ends. One that dies is told, counted
and replaced, ever more slowly.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from collectors.wires._ssh_form import Finish, FromProcess, Start
from runtime.clock import monotonic
from runtime.ssh.child import Child

_log = logging.getLogger("extranet.ssh")
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_LONG_LIFE: Final = 60.0
"""Seconds a process must live for the next pause to be the first one again."""
_HANGS_SECONDS: Final = 30.0
"""It tells its counters each second."""
_LEVELS: Final = ("running", "kept", "threads", "descriptors", "rss_bytes")


class Life:
    """Sees to it that there is one."""

    def __init__(
        self,
        start: Start,
        began: Callable[[], None],
        heard: Callable[[Child, FromProcess], None],
        lost: Callable[[Child], None],
        until: Callable[[], float],
        *,
        most_jobs: int,
        most_bytes: int,
    ) -> None:
        """Call `began` when there is a new one, `lost` when one is gone with whatever it did.

        `until`: tells until when, at most, what runs may run (monotonic).
        `most_jobs`, `most_bytes` (resident): after which one is exchanged.
        """
        self._start = start
        self._began = began
        self._heard = heard
        self._lost = lost
        self._until = until
        self._most_jobs = most_jobs
        self._most_bytes = most_bytes
        self.child: Child | None = None
        self._leaving: dict[Child, float] = {}
        """Those that answer what runs, and until when at most."""
        self._changing: asyncio.Task[None] | None = None
        self._pause = _FIRST_PAUSE
        self._born_at = 0.0
        self._old = self._stopping = False
        self._past: Counter[str] = Counter()
        self.deaths = self.renewals = self.hangs = 0

    async def begin(self) -> None:
        """Start one. Raises OSError."""
        child = Child(self._heard, self._died)
        await child.start(self._start)
        self.child, self._born_at = child, monotonic()
        self._old = False
        self._began()

    def want(self) -> None:
        """Start one where there is none and none is being started."""
        if self.child is None and not self._is_changing and not self._stopping:
            self._change(self._mend(0.0))

    def retire(self) -> None:
        """Have it exchanged: something in it does not come to an end."""
        self._old = True

    def tick(self) -> None:
        """Once a second: exchange one that is old or fat, end one that hangs."""
        now = monotonic()
        for child in (self.child, *self._leaving):
            if child is None:
                continue
            if now - child.heard_at > _HANGS_SECONDS or now > self._leaving.get(child, now):
                self.hangs += 1
                _log.error("an SSH process hangs", extra={"process": child.pid})
                child.kill()
                child.heard_at = now  # until its death is noticed
        child = self.child
        if child is None or self._is_changing:
            return
        jobs, octets = child.counts.get("jobs", 0), child.counts.get("rss_bytes", 0)
        if self._old or jobs >= self._most_jobs or octets >= self._most_bytes:
            self._change(self._renew(child))

    async def end(self) -> None:
        """End all of them."""
        self._stopping = True
        if self._changing is not None:
            self._changing.cancel()
            await asyncio.wait((self._changing,))
        children = [child for child in (self.child, *self._leaving) if child is not None]
        self.child = None
        await asyncio.gather(*(child.end() for child in children))

    @property
    def _is_changing(self) -> bool:
        return self._changing is not None and not self._changing.done()

    def _change(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._changing = asyncio.get_running_loop().create_task(coroutine)

    def _died(self, child: Child) -> None:
        self._past.update({k: n for k, n in child.counts.items() if k not in _LEVELS})
        if child in self._leaving:
            del self._leaving[child]
            self._lost(child)
            return
        self.child = None
        self.deaths += 1
        self._lost(child)
        if self._stopping:
            return
        if monotonic() - self._born_at >= _LONG_LIFE:
            self._pause = _FIRST_PAUSE
        _log.error("the SSH process died", extra={"died": self.deaths, "again_in": self._pause})
        self._change(self._mend(self._pause))

    async def _mend(self, pause: float) -> None:
        while self.child is None:
            await asyncio.sleep(pause)
            self._pause = pause = min(2 * self._pause, _LONGEST_PAUSE)
            try:
                await self.begin()
            except OSError:
                _log.exception("the SSH process could not be started")

    async def _renew(self, old: Child) -> None:
        try:
            await self.begin()
        except OSError:
            _log.exception("the SSH process could not be exchanged")
            return
        self.renewals += 1
        if old.is_alive:
            self._leaving[old] = self._until()
            old.tell(Finish())

    def stats(self) -> Mapping[str, float]:
        """Sum up the counters of all there were; levels are those of the one there is."""
        present = {} if self.child is None else self.child.counts
        total = Counter({k: n for k, n in present.items() if k not in _LEVELS})
        total.update(self._past)
        return {
            **total,
            **{name: present.get(name, 0) for name in _LEVELS},
            "deaths": self.deaths,
            "renewals": self.renewals,
            "hangs": self.hangs,
        }
