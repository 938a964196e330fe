"""One question to one agent: retries, the second try after a report, smaller parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TypeVar

from collectors._memory import DeviceMemory
from collectors.wires._snmp_engine import (
    DENIED,
    SILENT,
    Conversation,
    Failure,
    Part,
    Place,
    Values,
)
from inventory.model import Endpoint

_Got = TypeVar("_Got", Values, list[Part])


class Line:
    """One conversation for the time of one question."""

    def __init__(
        self,
        conversation: Conversation,
        endpoint: Endpoint,
        memory: DeviceMemory,
        timeout: float,
        counts: Counter[str],
        trace: Callable[[str], None] | None,
    ) -> None:
        self._counts = counts
        self._trace = trace
        self._conversation = conversation
        self._endpoint = endpoint
        self._memory = memory
        self._timeout = timeout

    async def get(
        self, oids: tuple[str, ...], tries: int, spent: Failure | None = None
    ) -> Values | Failure:
        """GET with retries after silence, and one more try after a report (time window)."""
        question = f"> GET {self._endpoint} {len(oids)} OIDs"
        return await self._ask(
            lambda: self._conversation.get(oids, self._timeout), question, tries, spent
        )

    async def _ask(
        self,
        ask: Callable[[], Awaitable[_Got | Failure]],
        question: str,
        tries: int,
        spent: Failure | None = None,
    ) -> _Got | Failure:
        got: _Got | Failure | None = spent
        resynced = False
        while True:
            if got is None:
                began = monotonic()
                self._tell(lambda: question)
                got = await ask()
                self._explain(got, monotonic() - began)
            if got is SILENT and tries > 1:
                tries -= 1
                self._memory.retries += 1
                self._counts["retries"] += 1
            elif got is DENIED and not resynced:
                resynced = True
            else:
                if not isinstance(got, Failure):
                    self._answered(resynced=resynced)
                return got
            got = None

    def _answered(self, *, resynced: bool) -> None:
        """Note what an answer proves: the keys are right, and a report was about the time."""
        talk = self._conversation
        talk.discovered = False  # what is lost from here on is just lost
        if resynced and talk.in_time:
            self._memory.resyncs += 1
            self._counts["resyncs"] += 1
        talk.in_time = True

    async def get_small_first(
        self, oids: tuple[str, ...], tries: int, tries_all: int
    ) -> Values | Failure:
        """Ask for one value; only where that is answered for all of them, at last in parts."""
        got = await self.get(oids[:1], tries)
        if isinstance(got, Failure) or len(oids) == 1:
            return got
        got = await self.get(oids, tries_all)
        return await self.get_in_parts(oids, lost=True) if got is SILENT else got

    async def get_in_parts(self, oids: tuple[str, ...], *, lost: bool = False) -> Values | Failure:
        """Halve until the agent can answer, remember the size, and ask for the rest.

        `lost`: the answer to all of them did not come; else it came and had nothing in it.
        """
        size = len(oids)
        got: Values | Failure = {}
        while size > 1 and not (got and not isinstance(got, Failure)):
            size = (size + 1) // 2
            got = await self.get(oids[:size], 1)
            if isinstance(got, Failure) and got is not SILENT:
                return got
        if isinstance(got, Failure) or not got:
            return got
        self._memory.shrink(size, monotonic() if lost else 0.0)
        self._counts["split"] += 1
        values = dict(got)
        for start in range(size, len(oids), size):
            got = await self.get(oids[start : start + size], 2)
            if isinstance(got, Failure):
                return got
            values |= got
        return values

    async def rows(self, places: Sequence[Place], size: int, tries: int) -> list[Part] | Failure:
        """Ask for the next rows of some columns, with retries and a second try as `get` has."""
        what = f"GETBULK x {size}" if size > 1 else "GETNEXT"
        question = f"> {what} {self._endpoint} {' '.join(place.after for place in places)}"
        return await self._ask(
            lambda: self._conversation.rows(places, size, self._timeout), question, tries
        )

    def _tell(self, text: Callable[[], str]) -> None:
        if self._trace is not None:
            self._trace(text())

    def _explain(self, got: Values | list[Part] | Failure, took: float) -> None:
        self._tell(lambda: _describe(got, took))


def _describe(got: Values | list[Part] | Failure, took: float) -> str:
    milliseconds = f"{took * 1000:.1f} ms"
    if isinstance(got, Failure):
        return f"< {got.outcome.name} {got.reason} after {milliseconds}"
    pairs = (
        list(got.items()) if isinstance(got, dict) else [row for part in got for row in part.rows]
    )
    lines = [f"    {oid} = {value!r:.200}" for oid, value in pairs]
    return "\n".join([f"< {len(pairs)} values in {milliseconds}", *lines])
