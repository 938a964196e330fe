"""What jobs reported last, and when the monitor did not run. A file of its own, a row per service.

A report is answered with "kept" only when it is on the disk (synchronous FULL). A damaged file is
set aside and begun anew: then nobody has reported yet, and what is awaited is waited for again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from store import _sqlite
from store.errors import StoreError

FILE: Final = "beats.sqlite"
_ASIDE: Final = "beats-corrupt-"
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE beat (
    service TEXT PRIMARY KEY,
    known_since INTEGER NOT NULL,
    at INTEGER,
    good INTEGER NOT NULL DEFAULT 1,
    took REAL,
    size INTEGER,
    lag REAL,
    before INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE life (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    alive_at INTEGER NOT NULL,
    left_at INTEGER,
    back_at INTEGER
) STRICT;
"""

_ABSENCES: Final = """
CREATE TABLE IF NOT EXISTS absence (
    left_at INTEGER PRIMARY KEY,
    back_at INTEGER NOT NULL
) STRICT;
"""
"""Came later: a program from before leaves it alone and knows the last one from `life`."""


class BeatRow(msgspec.Struct, frozen=True):
    """The last report of a service's job. Times are UTC seconds; None = not told, or never."""

    service: str
    known_since: int
    at: int | None = None
    good: bool = True
    took: float | None = None
    size: int | None = None
    lag: float | None = None
    before: int | None = None
    """Size of the good report before."""


class BeatFile:
    """Keeps the rows. Synchronous; used by one thread at a time."""

    def __init__(self, folder: Path, now: int) -> None:
        """Open the file of a store; make it where there is none. Raises StoreError."""
        self.path = folder / FILE
        self.aside: Path | None = None
        """Where a damaged file lies that was set aside."""
        with _sqlite.translated(self.path):
            _sqlite.private_folder(folder)
        try:
            self._connection = self._opened()
        except StoreError as error:
            if error.code not in {"corrupt", "newer"}:
                raise
            with _sqlite.translated(self.path):
                self._set_aside(now)
            self._connection = self._opened()

    def rows(self) -> Mapping[str, BeatRow]:
        """Return every row. Raises StoreError."""
        with _sqlite.translated(self.path):
            found = self._connection.execute(
                "SELECT service, known_since, at, good, took, size, lag, before FROM beat"
            ).fetchall()
        rows = (
            BeatRow(service, known_since, at, bool(good), took, size, lag, before)
            for service, known_since, at, good, took, size, lag, before in found
        )
        return {row.service: row for row in rows}

    def keep(self, rows: Iterable[BeatRow]) -> None:
        """Keep rows in the place of the ones before; they are on the disk. Raises StoreError."""
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO beat VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [msgspec.structs.astuple(row) for row in rows],
            )

    def forget(self, services: Collection[str]) -> None:
        """Delete the rows of services that are gone. Raises StoreError."""
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM beat WHERE service = ?", [(name,) for name in services]
            )

    def life(self) -> tuple[int, Sequence[tuple[int, int]]] | None:
        """Return when the monitor last ran, and from when to when it did not, the last one last.

        None = it never ran. Raises StoreError.
        """
        with _sqlite.translated(self.path):
            row = self._connection.execute("SELECT alive_at, left_at, back_at FROM life").fetchone()
            found = self._connection.execute("SELECT left_at, back_at FROM absence").fetchall()
        if row is None:
            return None
        alive_at, left_at, back_at = row
        last = {(left_at, back_at)} if left_at is not None and back_at is not None else set()
        return alive_at, sorted({*map(tuple, found), *last})

    def live(self, alive_at: int, away: Sequence[tuple[int, int]]) -> None:
        """Note that the monitor runs, and when it did not. Raises StoreError."""
        last = away[-1] if away else (None, None)
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO life VALUES (1, ?, ?, ?)", (alive_at, *last)
            )
            self._connection.execute("DELETE FROM absence")
            self._connection.executemany("INSERT OR REPLACE INTO absence VALUES (?, ?)", away)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _opened(self) -> sqlite3.Connection:
        with _sqlite.translated(self.path):
            connection = _sqlite.open_writer(self.path, "FULL")
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError("corrupt", self.path, verdict)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {0, _VERSION}:
            raise StoreError("newer", self.path, f"version {version}")
        if version == 0:
            connection.executescript(f"BEGIN;{_TABLES};PRAGMA user_version = {_VERSION};COMMIT;")
        connection.executescript(_ABSENCES)

    def _set_aside(self, now: int) -> None:
        """Rename the file with its log; of earlier ones only the last stays."""
        for old in self.path.parent.glob(f"{_ASIDE}*"):
            old.unlink()
        self.aside = self.path.with_name(f"{_ASIDE}{now}.sqlite")
        for suffix in ("-wal", "-shm", ""):
            part = self.path.with_name(self.path.name + suffix)
            if part.exists():
                part.rename(self.aside.with_name(self.aside.name + suffix))
