"""A row a day for each host: what it has and what it used. A file of its own.

It is no evidence and in no backup: synchronous NORMAL, and a damaged file is set aside and begun
anew. A day's row is a mean that each sample moves; a host's rows are kept for a little over two
years.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from metrics.capacity import Daily
from store import _spare, _sqlite

FILE: Final = "capacity.sqlite"
KEPT_DAYS: Final = 800
_VERSION: Final = 1
_TABLE: Final = """
CREATE TABLE daily (
    day INTEGER NOT NULL,
    device TEXT NOT NULL,
    site TEXT NOT NULL,
    zone TEXT NOT NULL,
    cpus INTEGER,
    busy REAL,
    memory INTEGER,
    memory_used REAL,
    storage INTEGER,
    storage_used REAL,
    samples INTEGER NOT NULL,
    PRIMARY KEY (day, device)
) STRICT, WITHOUT ROWID
"""
_KEEP: Final = """
INSERT INTO daily VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, device) DO UPDATE SET
    site = excluded.site, zone = excluded.zone,
    cpus = coalesce(excluded.cpus, cpus),
    memory = coalesce(excluded.memory, memory),
    storage = coalesce(excluded.storage, storage),
    busy = coalesce((busy * samples + excluded.busy) / (samples + 1), excluded.busy, busy),
    memory_used = coalesce(
        (memory_used * samples + excluded.memory_used) / (samples + 1),
        excluded.memory_used, memory_used),
    storage_used = coalesce(excluded.storage_used, storage_used),
    samples = samples + 1
"""


class Capacity:
    """Keeps the rows. Synchronous; used by one thread at a time."""

    def __init__(self, path: Path, now: int) -> None:
        self.path = path
        self._connection, self.aside = _spare.opened(path, _VERSION, _TABLE, now)

    def keep(self, rows: Iterable[Daily]) -> None:
        """Let samples move the rows of their days. Raises StoreError."""
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.executemany(
                _KEEP,
                [
                    (
                        row.day, row.device, row.site, row.zone, row.cpus, row.busy, row.memory,
                        row.memory_used, row.storage, row.storage_used, row.samples,
                    )
                    for row in rows
                ],
            )  # fmt: skip

    def between(self, first: int, last: int) -> Sequence[Daily]:
        """Return the rows of these days, both included, oldest first. Raises StoreError.

        Days after today are those of a clock that was wrong once; who asks leaves them out.
        """
        with _sqlite.translated(self.path):
            found = self._connection.execute(
                "SELECT * FROM daily WHERE day BETWEEN ? AND ? ORDER BY day, device", (first, last)
            ).fetchall()
        return [Daily(*row) for row in found]

    def forget(self, most: int) -> None:
        """Keep the newest days there are, this many, and delete the others. Raises StoreError.

        They are counted and not reckoned from today: a clock that is wrong by years for a moment
        must not empty the file.
        """
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.execute(
                "DELETE FROM daily WHERE day < (SELECT min(day) FROM"
                " (SELECT DISTINCT day FROM daily ORDER BY day DESC LIMIT ?))",
                (most,),
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def open_capacity(folder: Path, now: int) -> Capacity:
    """Open the file of a store; make it where there is none. Raises StoreError."""
    return Capacity(folder / FILE, now)
