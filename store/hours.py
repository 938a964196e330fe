"""History on the disk: one UTC hour, one file. The running hour is SQLite, a sealed one Parquet.

    history/2026/11/24/13.sqlite     rows are added in batches
    history/2026/11/24/13.parquet    sealed: sorted by link and slot, never changed

`synchronous=NORMAL` here: a power cut may cost the last slots, never the file, and what decides
money is in the ledger, which is FULL. Numbers written come from `history.ClosedSlot.rows`.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, groupby
from math import ceil
from pathlib import Path
from typing import Final

import msgspec

from inventory.model import Inventory
from sla.states import CONFIRM
from store import _sqlite
from store.errors import StoreError
from store.history import ClosedSlot, SlotRow
from store.link_sources import judging

_log = logging.getLogger("extranet.store")
FOLDER: Final = "history"
HOUR: Final = 3_600
SETTLE: Final = 300
"""Seconds after its end that an hour stays open, at least: a state is back-dated by a few runs."""
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS history_hour (
    slot       INTEGER NOT NULL,
    link       TEXT NOT NULL,
    seconds    INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    lost       INTEGER NOT NULL,
    rtt_median INTEGER,
    rtt_p95    INTEGER,
    in_octets  INTEGER,
    out_octets INTEGER,
    in_ms      INTEGER,
    out_ms     INTEGER,
    jitter     INTEGER,
    PRIMARY KEY (slot, link)
) STRICT, WITHOUT ROWID
"""
# A slot that a restart tore in two is added up; its round trips are those of the larger part.
_ADD: Final = """
INSERT INTO history_hour
    (link, slot, seconds, sent, lost, rtt_median, rtt_p95, in_octets, out_octets, in_ms, out_ms,
     jitter)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (slot, link) DO UPDATE SET
    rtt_median = iif(excluded.sent > sent, excluded.rtt_median, rtt_median),
    rtt_p95 = iif(excluded.sent > sent, excluded.rtt_p95, rtt_p95),
    jitter = iif(excluded.sent > sent, excluded.jitter, jitter),
    sent = sent + excluded.sent,
    lost = lost + excluded.lost,
    in_octets = coalesce(in_octets + excluded.in_octets, in_octets, excluded.in_octets),
    out_octets = coalesce(out_octets + excluded.out_octets, out_octets, excluded.out_octets),
    in_ms = in_ms + excluded.in_ms,
    out_ms = out_ms + excluded.out_ms
"""
_OF_THE_ROW: Final = (OverflowError, sqlite3.IntegrityError)
_LATER: Final = ("in_ms", "out_ms", "jitter")
"""Columns that hours of an older program lack."""


def settle_seconds(inventory: Inventory) -> int:
    """Return how long after its end an hour may still get a state, for the slowest target.

    It is confirmed by CONFIRM runs, then waits for a proof that the place before it is reached and
    for its last answer: an interval each.
    """
    devices = (device.probes for device in inventory.devices.values())
    links = (link.probes for link in inventory.links.values())
    specs = map(judging, chain(devices, links))
    slowest = max((spec.every for spec in specs if spec is not None), default=0.0)
    return ceil(CONFIRM * slowest + max(SETTLE, 2 * slowest))


def running_file(folder: Path, hour: int) -> Path:
    """Name the SQLite file of the hour that begins at `hour` (UTC seconds)."""
    return folder / datetime.fromtimestamp(hour, UTC).strftime("%Y/%m/%d/%H.sqlite")


def sealed_file(folder: Path, hour: int) -> Path:
    """Name the Parquet file of the hour that begins at `hour`."""
    return running_file(folder, hour).with_suffix(".parquet")


def hours_with(folder: Path, suffix: str) -> list[int]:
    """Return the hours that have a file of that suffix (`.sqlite`, `.parquet`), oldest first."""
    found = (_hour_of(file) for file in folder.glob(f"[0-9]*/[01][0-9]/[0-3][0-9]/??{suffix}"))
    return sorted(hour for hour in found if hour is not None)


def _hour_of(file: Path) -> int | None:
    year, month, day = file.parts[-4:-1]
    try:
        begins = datetime.strptime(f"{year}{month}{day}{file.stem}+0000", "%Y%m%d%H%z")
    except ValueError:
        return None
    return int(begins.timestamp())


class HourFiles:
    """Writes closed slots into the file of their hour.

    `write` belongs to a writer thread; `close_hours` and `close` may come from another.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, sqlite3.Connection] = {}
        self._lock = threading.Lock()
        self._settled = 0
        self._written: list[ClosedSlot] = []
        self.rows = 0
        self.refused = 0
        """Rows that SQLite does not take for what is in them; the others of their slot are kept."""
        self.late = 0
        """Slots that came when their hour was settled already; they are not kept."""

    def write(self, batch: Sequence[ClosedSlot]) -> None:
        """Add slots, one transaction per hour. Raises StoreError: give the same batch again.

        An hour whose file is corrupt is set aside, and begins anew with the next try.
        """
        with self._lock:
            for hour, slots in groupby(
                sorted(batch, key=lambda slot: slot.start), key=lambda slot: _begin(slot.start)
            ):
                self._write_hour(hour, [slot for slot in slots if not self._is_written(slot)])
            self._written.clear()

    def _is_written(self, slot: ClosedSlot) -> bool:
        """Say whether an earlier try at the same batch had written it already."""
        return any(slot is other for other in self._written)

    def _write_hour(self, hour: int, slots: list[ClosedSlot]) -> None:
        if hour < self._settled:
            self.late += len(slots)
            return
        path = running_file(self._folder, hour)
        refused = 0
        try:
            with _sqlite.translated(path):
                connection = self._open.get(hour)
                if connection is None:
                    connection = self._open[hour] = _open_hour(path)
                with _sqlite.transaction(connection):
                    for slot in slots:
                        refused += _add(connection, list(map(_values, slot.rows())))
        except StoreError as error:
            if error.code != "corrupt":
                raise
            if (broken := self._open.pop(hour, None)) is not None:
                broken.close()
            aside = set_aside(path)
            raise StoreError(
                "corrupt", path, f"set aside as {aside.name}", temporary=True
            ) from error
        self.refused += refused
        self.rows += sum(len(slot.cells) for slot in slots) - refused
        self._written += slots

    def close_hours(self, now: int, settle: int = SETTLE) -> list[int]:
        """Close the hours that have settled; return every hour that waits to be sealed.

        `settle`: seconds after its end, see `settle_seconds`. May wait for a batch that is being
        written, so it is not for the event loop.
        """
        with self._lock:
            self._settled = max(self._settled, _begin(now - settle))
            for hour in [hour for hour in self._open if hour < self._settled]:
                self._open.pop(hour).close()
            return [hour for hour in hours_with(self._folder, ".sqlite") if hour < self._settled]

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            for connection in self._open.values():
                connection.close()
            self._open.clear()


def _add(connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]) -> int:
    """Add the rows of a slot; return how many can never be written.

    One that is tried again for ever would stop the history of all links.
    """
    connection.execute("SAVEPOINT slot")
    refused = 0
    try:
        connection.executemany(_ADD, rows)
    except _OF_THE_ROW:
        connection.execute("ROLLBACK TO slot")
        for row in rows:
            try:
                connection.execute(_ADD, row)
            except _OF_THE_ROW as error:
                refused += 1
                _log.error("a row of history is refused", extra={"row": row, "why": str(error)})
    connection.execute("RELEASE slot")
    return refused


def _begin(second: int) -> int:
    return second - second % HOUR


def _open_hour(path: Path) -> sqlite3.Connection:
    if not path.exists():
        # Under another name first: who reads must not find a file without its table.
        _sqlite.private_folder(path.parent)
        fresh = path.with_suffix(".new")
        with closing(_sqlite.open_writer(fresh, "NORMAL")) as connection:
            connection.execute(_TABLE)
        fresh.rename(path)
    connection = _sqlite.open_writer(path, "NORMAL")
    for name in _lacks(connection):
        connection.execute(f"ALTER TABLE history_hour ADD COLUMN {name} INTEGER")
    return connection


def columns(connection: sqlite3.Connection) -> str:
    """Name the columns of `history.SlotRow` in a running hour; what it lacks is NULL."""
    lacking = _lacks(connection)
    return ", ".join(
        f"NULL AS {name}" if name in lacking else name for name in SlotRow.__struct_fields__
    )


def _lacks(connection: sqlite3.Connection) -> list[str]:
    has = {row[1] for row in connection.execute("PRAGMA table_info(history_hour)")}
    return [name for name in _LATER if name not in has]


def set_aside(path: Path) -> Path:
    """Rename a corrupt running hour with its log, so that nobody takes it for one."""
    number = 1
    while (aside := path.with_suffix(f".corrupt-{number}")).exists():
        number += 1
    for suffix in ("-shm", "-wal", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside


_values = msgspec.structs.astuple
