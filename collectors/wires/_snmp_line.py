"""One question to one agent: retries, the second try after a report, smaller parts, a walk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Final

from collectors._memory import DeviceMemory
from collectors.wires._snmp_engine import (
    DENIED,
    SILENT,
    Conversation,
    Cursor,
    Failure,
    Rows,
    Values,
)
from inventory.model import Endpoint
from metrics.observation import Outcome

_WALK_SECONDS: Final = 60.0


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
        self.rows: Values = {}
        """What a walk that failed had heard until then."""

    async def get(
        self, oids: tuple[str, ...], tries: int, spent: Failure | None = None
    ) -> Values | Failure:
        """GET with retries after silence, and one more try after a report (time window)."""
        got: Values | Failure | None = spent
        resynced = False
        while True:
            if got is None:
                began = monotonic()
                self._tell(lambda: f"> GET {self._endpoint} {len(oids)} OIDs")
                got = await self._conversation.get(oids, self._timeout)
                self._explain(got, monotonic() - began)
            if got is SILENT and tries > 1:
                tries -= 1
                self._memory.retries += 1
                self._counts["retries"] += 1
            elif got is DENIED and not resynced:
                resynced = True
                self._counts["resyncs"] += 1
            else:
                return got
            got = None

    async def get_in_parts(self, oids: tuple[str, ...]) -> Values | Failure:
        """Halve until the agent can answer, remember the size, and ask for the rest."""
        size = len(oids)
        got: Values | Failure = {}
        while size > 1 and not (got and not isinstance(got, Failure)):
            size = (size + 1) // 2
            got = await self.get(oids[:size], 1)
            if isinstance(got, Failure) and got is not SILENT:
                return got
        if isinstance(got, Failure) or not got:
            return got
        self._memory.max_varbinds = min(self._memory.max_varbinds, size)
        self._memory.questions.clear()
        self._counts["split"] += 1
        values = dict(got)
        for start in range(size, len(oids), size):
            got = await self.get(oids[start : start + size], 2)
            if isinstance(got, Failure):
                return got
            values |= got
        return values

    async def walk(self, base: str, size: int, max_rows: int, tries: int) -> Values | Failure:
        """Walk once with `size` rows an answer."""
        cursor = self._conversation.walk(base, size)
        values: Values = {}
        self.rows = values
        last = _numbers(base)
        limit = monotonic() + _WALK_SECONDS
        while not cursor.ended:
            rows = await self._next(cursor, f"{base} x {size}", tries)
            if isinstance(rows, Failure):
                return rows
            if not rows:
                break
            for oid, value in rows:
                numbers = _numbers(oid)
                if numbers <= last:
                    return Failure(Outcome.GARBLED, "not_increasing")
                if len(values) >= max_rows:
                    return Failure(Outcome.GARBLED, "too_many_rows")
                last = numbers
                values[oid] = value
            if monotonic() > limit:
                return SILENT
        return values

    async def _next(self, cursor: Cursor, what: str, tries: int) -> Rows | Failure:
        resynced = False
        while True:
            began = monotonic()
            self._tell(lambda: f"> GETBULK {self._endpoint} {what}")
            rows = await cursor.next(self._timeout)
            self._explain(rows, monotonic() - began)
            if rows is SILENT and tries > 1:
                tries -= 1
                self._memory.retries += 1
                self._counts["retries"] += 1
            elif rows is DENIED and not resynced:
                resynced = True
                self._counts["resyncs"] += 1
            else:
                return rows

    def _tell(self, text: Callable[[], str]) -> None:
        if self._trace is not None:
            self._trace(text())

    def _explain(self, got: Values | Rows | Failure, took: float) -> None:
        self._tell(lambda: _describe(got, took))


def _describe(got: Values | Rows | Failure, took: float) -> str:
    milliseconds = f"{took * 1000:.1f} ms"
    if isinstance(got, Failure):
        return f"< {got.outcome.name} {got.reason} after {milliseconds}"
    pairs = list(got.items() if isinstance(got, dict) else got)
    lines = [f"    {oid} = {value!r:.200}" for oid, value in pairs]
    return "\n".join([f"< {len(pairs)} values in {milliseconds}", *lines])


def _numbers(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))
