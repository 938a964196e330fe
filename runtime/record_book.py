"""The records about assessments, as they stand: read once, added to through the ledger's writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from sla.records import Body, Record
from store.entries import Entry, RecordEntry
from store.errors import StoreError
from store.ledger import open_reader
from store.writer import Writer


class RecordBook:
    """Used by the event loop. `watch`: whom to tell of each record that was added."""

    def __init__(
        self, known: Sequence[Record], writer: Writer[Entry], ledger: Path, now: Callable[[], int]
    ) -> None:
        self._records = list(known)
        self._writer = writer
        self._ledger = ledger
        self._now = now
        self._adding = asyncio.Lock()
        self.watch: list[Callable[[Record], None]] = []

    @property
    def records(self) -> Sequence[Record]:
        """Every record, oldest first."""
        return self._records

    async def add(
        self, person: str, body: Body, only_if: Callable[[Sequence[Record]], None] | None = None
    ) -> Record:
        """Add a record and return it when it is on the disk. Raises StoreError.

        `only_if` is called with all records just before, under the lock that orders additions;
        what it raises is raised, and nothing is added.
        """
        async with self._adding:
            if only_if is not None:
                only_if(self._records)
            self._writer.submit(RecordEntry(self._now(), person, body))
            await asyncio.wrap_future(self._writer.flush())
            added = await asyncio.to_thread(self._after, self._records)
            if not added:
                raise StoreError("entry", self._ledger, type(body).__name__)
            self._records += added
        for record in added:
            for tell in self.watch:
                tell(record)
        return added[-1]

    async def add_all(self, person: str, bodies: Sequence[Body]) -> None:
        """Add several records with one wait for the disk. Raises StoreError."""
        if not bodies:
            return
        async with self._adding:
            for body in bodies:
                self._writer.submit(RecordEntry(self._now(), person, body))
            await asyncio.wrap_future(self._writer.flush())
            added = await asyncio.to_thread(self._after, self._records)
            self._records += added
        for record in added:
            for tell in self.watch:
                tell(record)
        if len(added) < len(bodies):
            raise StoreError("entry", self._ledger, type(bodies[0]).__name__)

    def _after(self, known: Sequence[Record]) -> list[Record]:
        with closing(open_reader(self._ledger)) as reader:
            return reader.records(known[-1].number if known else 0)
