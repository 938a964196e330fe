"""Reading the columns of a table over answers that get lost, balking agents, endless tables.

How much an answer may bear is learnt per device and table: an answer that is lost or empty is
followed by one small question (GETNEXT of one column). Where that is answered, the table is read on
with half the rows, at last with GETNEXT, and then column by column: some agents reject GETBULK for
one table, and answer GETNEXT for it. What was learnt from a loss by chance is unlearnt: after so
many whole readings the size doubles once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from collectors._memory import Bulk, DeviceMemory
from collectors.wires._snmp_engine import (
    AGENT_ERROR,
    GARBLED,
    NOT_INCREASING,
    PANICKED,
    SILENT,
    TOO_MANY_BYTES,
    TOO_MANY_ROWS,
    TOO_SLOW,
    Failure,
    Part,
    Place,
    Values,
)
from collectors.wires._snmp_line import Line

_VARBINDS: Final = 60
"""Most values asked for in one answer: so many counters are about 1,400 bytes."""
_WHOLE_BEFORE_MORE: Final = 20
"""Whole readings of a table after which a small size is doubled."""
_NUMBER_BYTES: Final = 8

_Oid = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Caps:
    """Where the reading of a table ends: rows per column, bytes of all, seconds of all."""

    rows: int
    bytes: int
    seconds: float


class Table:
    """The reading of one table of one agent."""

    def __init__(
        self, line: Line, columns: Sequence[str], memory: DeviceMemory, *, version: str, wide: int
    ) -> None:
        self.values: Values = {}
        """What was heard so far."""
        self._line = line
        self._memory = memory
        self._table = columns[0].rpartition(".")[0] if columns else ""
        self._learnt = memory.bulk(self._table)
        bulk = self._learnt
        self._plain = version == "1"
        """SNMPv1 ends a column by noSuchName (RFC 1157 4.1.3)."""
        if self._plain:  # no GETBULK there, and one missing column would hide the others
            bulk = Bulk(1, 1)
        self._size = bulk.size
        self._wide = min(bulk.wide, wide)
        self._lost = False
        self._bytes = 0
        self._last: dict[str, _Oid] = {column: _numbers(column) for column in columns}
        self._after: dict[str, str] = {column: column for column in columns}
        """The columns that have not ended, and where they are."""
        self._rows: dict[str, int] = dict.fromkeys(columns, 0)
        self._refused = 0
        """Columns that gave an error and nothing else."""

    async def read(self, caps: Caps, tries: int, *, alone: bool) -> Values | Failure:
        """Read to the end. `alone`: silence is not to be followed by another question."""
        limit = monotonic() + caps.seconds
        tries_now = tries
        while self._after:
            if monotonic() > limit:
                return TOO_SLOW
            group = [Place(*place) for place in list(self._after.items())[: self._wide]]
            size = min(self._size, max(1, _VARBINDS // len(group)))
            got = await self._line.rows(group, size, tries_now)
            if _is_lost(got):
                if isinstance(got, Failure) and (
                    size == len(group) == 1 or (alone and not self.values)
                ):
                    return got
                failure = await self._ask_small(group, size, got, caps)
                tries_now = 1
            elif isinstance(got, Failure):
                return got
            else:
                failure = self._take(group, got, caps)
                tries_now = tries
            if failure is not None:
                return failure
        if self._rows and self._refused == len(self._rows):
            return AGENT_ERROR  # nobody knows what is in it; one column of many may be not there
        if not self._lost and not self._plain:
            self._unlearn()
        return self.values

    async def _ask_small(
        self, group: list[Place], size: int, lost: list[Part] | Failure, caps: Caps
    ) -> Failure | None:
        """Find out whether it was the size of the answer; if so, go on in smaller ones."""
        if size == len(group) == 1:
            return self._nothing_at(group[0].column)
        got = await self._line.rows(group[:1], 1, 1)
        if isinstance(got, Failure):
            return got
        if not got[0].rows and not got[0].ended:
            if isinstance(lost, Failure):
                self._shrink(size)
            return self._nothing_at(group[0].column)
        if got[0].rows or isinstance(lost, Failure):
            self._shrink(size)
        return self._take(group[:1], got, caps)

    def _nothing_at(self, column: str) -> Failure | None:
        """Tell a column that is not there from one that breaks off with an error status."""
        if self._rows[column] and not self._plain:
            return AGENT_ERROR
        self._refused += not self._rows[column]
        del self._after[column]
        return None

    def _shrink(self, size: int) -> None:
        if self._plain:
            return
        self._lost = True
        if size > 1:
            self._size = size // 2
        else:
            self._wide = 1
        wide = self._wide if self._wide == 1 else self._learnt.wide
        self._learnt = Bulk(self._size, wide)
        self._memory.learn_bulk(self._table, self._learnt)

    def _unlearn(self) -> None:
        """Count a whole reading at a small size."""
        if self._table not in self._memory.bulks:
            return
        size, wide, whole = self._learnt
        if whole + 1 < _WHOLE_BEFORE_MORE:
            self._memory.learn_bulk(self._table, Bulk(size, wide, whole + 1))
        else:
            start = Bulk(self._memory.first_bulk)
            self._memory.learn_bulk(self._table, Bulk(min(start.size, 2 * size), start.wide))

    def _take(self, group: list[Place], parts: list[Part], caps: Caps) -> Failure | None:
        for place, part in zip(group, parts, strict=True):
            column = place.column
            last = self._last[column]
            for oid, value in part.rows:
                numbers = _numbers(oid)
                if numbers <= last:
                    return NOT_INCREASING
                if self._rows[column] >= caps.rows:
                    return TOO_MANY_ROWS
                self._bytes += len(oid)
                self._bytes += len(value) if isinstance(value, bytes | str) else _NUMBER_BYTES
                if self._bytes > caps.bytes:
                    return TOO_MANY_BYTES
                last = numbers
                self._rows[column] += 1
                self.values[oid] = value
            self._last[column] = last
            if part.ended:
                del self._after[column]
            elif part.rows:
                self._after[column] = part.rows[-1][0]
        return None


def _is_lost(got: list[Part] | Failure) -> bool:
    """Tell what a smaller question may heal: silence, cut answers, error statuses."""
    if isinstance(got, Failure):
        return got is SILENT or got is GARBLED or got is PANICKED
    return not any(part.rows or part.ended for part in got)


def _numbers(oid: str) -> _Oid:
    return tuple(map(int, oid.split(".")))
