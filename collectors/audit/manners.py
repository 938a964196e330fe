"""How a site is asked: at its pace, and only what its robots.txt allows, redirects too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

from collectors.audit import robots
from collectors.audit.form import AGENT_TOKEN, Task
from collectors.audit.urls import Url, normalise
from collectors.wires.website import Fetched, Fetcher

PASSING: Final = frozenset({"timeout", "dns_failed", "refused", "unreachable", "disconnected"})
"""Failures that may be over in a moment."""
_SLOWEST: Final = 30.0


class Manners:
    """The turns of one site, and the robots.txt of each of its origins."""

    def __init__(
        self,
        task: Task,
        fetcher: Fetcher,
        inside: Callable[[Url], bool],
        failed: Callable[[str], None],
    ) -> None:
        self._fetcher = fetcher
        self._inside = inside
        self._failed = failed
        self._robots: dict[str, asyncio.Task[robots.Robots]] = {}
        self.gap = 1.0 / task.pace
        """Seconds between two requests."""
        self._next = 0.0

    def slower(self) -> None:
        """Ask half as often from now on."""
        self.gap = min(_SLOWEST, self.gap * 2)

    async def turn(self, delay: float = 0.0) -> None:
        """Wait for this site's next turn."""
        now = monotonic()
        at = max(now, self._next)
        self._next = at + max(self.gap, delay)
        if at > now:
            await asyncio.sleep(at - now)

    async def may(self, url: Url) -> bool:
        """Wait for the turn of a place of the site; False where it must not be asked."""
        if url.origin not in self._robots:
            self._robots[url.origin] = asyncio.create_task(self._read(url))
        rules = await self._robots[url.origin]
        if not rules.may(url.path + (f"?{url.query}" if url.query else "")):
            return False
        await self.turn(rules.delay)
        return True

    async def _read(self, url: Url) -> robots.Robots:
        """Read robots.txt; what cannot be reached forbids everything (RFC 9309, 2.3.1.4)."""
        got = await self._ask(url)
        if got.why in PASSING or got.status >= 500:
            got = await self._ask(url)
        if got.why == "redirect_loop" or 400 <= got.status < 500:
            return robots.EVERYTHING
        if got.why or got.status >= 500 or got.out:
            self._failed(got.why or "robots_unreachable")
            return robots.NOTHING
        return robots.parse(robots.decode(got.body, cut=got.cut), AGENT_TOKEN)

    async def _ask(self, url: Url) -> Fetched:
        where = normalise("/robots.txt", url)
        assert where is not None
        await self.turn()
        return await self._fetcher.robots(where, self._inside, self._always, robots.LARGEST)

    async def _always(self, _: Url) -> bool:
        """Keep the pace; what robots.txt itself redirects to is under nobody's rules."""
        await self.turn()
        return True

    def end(self) -> None:
        """Ask no more."""
        for question in self._robots.values():
            question.cancel()
