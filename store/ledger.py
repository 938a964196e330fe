"""The ledger: what was decided, for ever. SQLite in WAL mode, synchronous FULL, one writer.

What `append` returned from is on the disk, also after a power cut. `synchronous=FULL` makes each
commit wait for the log to be synced (https://sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alerts.model import Alert
from store import _migrate, _sqlite
from store._rows import Rows
from store.entries import Entry, Heartbeat
from store.errors import EntryError, StoreError, from_sqlite
from store.reader import Reader
from store.reader import open_reader as open_reader  # noqa: PLC0414  the ledger's other door

FILE: Final = "ledger.sqlite"
_LOCK: Final = "ledger.lock"
_ASIDE: Final = "ledger-corrupt-"
_UNWRITABLE = (
    TypeError,
    ValueError,
    OverflowError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
)


class Ledger:
    """Writes entries; `reads` asks the same file. Synchronous; used by one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path, hold: _sqlite.Hold) -> None:
        self._connection = connection
        self._hold = hold
        self._rows = Rows(connection)
        self.path = path
        self.reads = Reader(connection, path)
        """For the start. Once a writer thread appends, ask a reader of `open_reader` instead."""

    def append(self, batch: Sequence[Entry]) -> None:
        """Write a batch in one transaction; on the disk when this returns.

        Raises StoreError: nothing of the batch was written. EntryError names one entry that can
        never be written, so that the others can.
        """
        try:
            with _sqlite.transaction(self._connection):
                for entry in batch:
                    try:
                        self._rows.write(entry)
                    except _UNWRITABLE as error:
                        raise EntryError(self.path, entry, str(error)) from error
        except sqlite3.Error as error:
            self._rows.forget()
            raise from_sqlite(error, self.path) from error
        except BaseException:
            self._rows.forget()
            raise

    def heartbeat(self, at: int, slot: int = 10) -> None:
        """Note that the monitor lives."""
        self.append([Heartbeat(at, slot)])

    def save_alerts(self, alerts: Sequence[Alert]) -> None:
        """Note how alerts stand."""
        self.append(alerts)

    def close(self) -> None:
        """Close the file and give back the right to write it."""
        self._connection.close()
        self._hold.release()


def open_ledger(folder: Path, now: int, *, start_afresh: bool = False) -> Ledger:
    """Open the ledger of a store for writing; make it where there is none.

    A corrupt file is set aside as `ledger-corrupt-<now>.sqlite` and StoreError (`corrupt`) raised;
    from then on `set_aside` is raised until a backup is restored or `start_afresh` says that an
    empty ledger is wanted. Raises StoreError also when another process writes it (`held`) or a
    later version made it (`newer`).
    """
    path = folder / FILE
    hold = _sqlite.Hold(folder / _LOCK)
    with _sqlite.translated(path):
        _sqlite.private_folder(folder)
        hold.take()
    try:
        if not start_afresh:
            _refuse_to_replace(path)
        return Ledger(_open_sound(path, now), path, hold)
    except BaseException:
        hold.release()
        raise


def _refuse_to_replace(path: Path) -> None:
    """Raise StoreError where an empty ledger would take the place of one that was set aside."""
    aside = sorted(path.parent.glob(f"{_ASIDE}*.sqlite"))
    if aside and not path.exists():
        raise StoreError("set_aside", path, f"{aside[-1].name} waits for a decision")


def _open_sound(path: Path, now: int) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        with _sqlite.translated(path):
            connection = _sqlite.open_writer(path, "FULL")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise StoreError("corrupt", path, verdict)  # noqa: TRY301 - one place sets aside
            _migrate.migrate(connection, path)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, StoreError) and error.code == "corrupt":
            aside = _set_aside(path, now)
            raise StoreError(
                "corrupt", path, f"set aside as {aside.name}: {error.detail}"
            ) from error
        raise
    return connection


def _set_aside(path: Path, now: int) -> Path:
    """Rename the file with its log, which holds what can still be read from it."""
    aside = path.with_name(f"{_ASIDE}{now}.sqlite")
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
