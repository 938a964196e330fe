"""SNMPv1 (RFC 1157): one name that the agent lacks makes it answer with noSuchName and no values.

So a question of many is halved until the names that are missing stand alone; they are left out of
the next questions and asked for again now and then, in case they have come to be.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Final

from collectors._memory import DeviceMemory
from collectors.wires._snmp_engine import Conversation, Failure, Part, Place, Values
from collectors.wires._usm import Usm

_AGAIN: Final = 60
"""GETs after which a missing name is asked for again."""


class PlainConversation:
    """A conversation by SNMPv1; see `Conversation`."""

    def __init__(self, inner: Conversation) -> None:
        self.credential = inner.credential
        self.discovered = False
        self.heard: Usm | None = None
        self.in_time = True
        self.wide = 1
        self._inner = inner
        self._asking = False

    @property
    def memory(self) -> DeviceMemory:
        """What is missing on the agent is kept here."""
        return self._inner.memory

    @memory.setter
    def memory(self, memory: DeviceMemory) -> None:
        self._inner.memory = memory

    @property
    def busy(self) -> bool:
        """A question is under way."""
        return self._asking or self._inner.busy

    async def get(self, oids: tuple[str, ...], timeout: float) -> Values | Failure:
        """GET what is not known to be missing; `timeout` is for each request."""
        memory = self.memory
        memory.missing_since += 1
        if memory.missing_since > _AGAIN:
            memory.missing_since = 0
            memory.missing.clear()
        asked = tuple(oid for oid in oids if oid not in memory.missing)
        self._asking = True
        try:
            return await self._halved(asked or oids[:1], timeout)
        finally:
            self._asking = False

    async def _halved(self, oids: tuple[str, ...], timeout: float) -> Values | Failure:
        got = await self._inner.get(oids, timeout)
        if isinstance(got, Failure) or got:
            return got
        if len(oids) == 1:
            self.memory.missing[oids[0]] = None
            return got
        values: Values = {}
        middle = len(oids) // 2
        for half in (oids[:middle], oids[middle:]):
            got = await self._halved(half, timeout)
            if isinstance(got, Failure):
                return got
            values |= got
        if len(values) == len(oids):  # nothing is missing: the answer was too big
            self.memory.shrink(len(oids) - middle)
        return values

    def rows(
        self, places: Sequence[Place], size: int, timeout: float
    ) -> Awaitable[list[Part] | Failure]:
        """Ask for rows."""
        return self._inner.rows(places, size, timeout)

    def close(self) -> None:
        """Release what was opened."""
        self._inner.close()
