"""What was seen last of each device, and what people took for normal. A file of its own.

It is no evidence: each row can be read again from its device, but for what was accepted, which
stands in the audit trail too. So the file is written with synchronous NORMAL, is in no backup, and
a damaged one is set aside and begun anew. One row per device; a document is kept compressed, and
one that is too large even so is refused by name.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import msgspec

from store import _spare, _sqlite
from store.errors import EntryError, StoreError

FILE: Final = "observed.sqlite"
LARGEST: Final = 1 << 20
"""Bytes of a compressed document."""
_LARGEST_PLAIN: Final = 64 << 20
_VERSION: Final = 1
_TABLE: Final = """
CREATE TABLE observed (
    device TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    document BLOB NOT NULL,
    state BLOB NOT NULL
) STRICT, WITHOUT ROWID
"""


class Head(msgspec.Struct, frozen=True):
    """Of whom there is a row: `seen_at` UTC seconds, `name` what the device calls itself."""

    device: str
    seen_at: int
    name: str


class Row(msgspec.Struct, frozen=True):
    """What was seen of a device (`document`), and what is normal there (`state`): JSON of others.

    An empty document: nothing of it was ever read.
    """

    device: str
    seen_at: int
    name: str
    document: bytes
    state: bytes


class Observed:
    """Keeps one row per device. Synchronous; used by one thread at a time."""

    def __init__(self, path: Path, now: int) -> None:
        self.path = path
        self.aside: Path | None
        """Where a damaged file lies that was set aside by this object."""
        self._connection, self.aside = _spare.opened(path, _VERSION, _TABLE, now)

    def heads(self) -> list[Head]:
        """Return of whom there is a row. Raises StoreError."""
        with _sqlite.translated(self.path):
            rows = self._connection.execute("SELECT device, seen_at, name FROM observed").fetchall()
        return [Head(*row) for row in rows]

    def row(self, device: str) -> Row | None:
        """Return what is kept of a device. Raises StoreError."""
        with _sqlite.translated(self.path):
            found = self._connection.execute(
                "SELECT seen_at, name, document, state FROM observed WHERE device = ?", (device,)
            ).fetchone()
        if found is None:
            return None
        seen_at, name, document, state = found
        return Row(device, seen_at, name, self._unpacked(document), state)

    def keep(self, row: Row) -> None:
        """Keep a row in the place of the one before. Raises StoreError, EntryError (too large)."""
        packed = zlib.compress(row.document, 6)
        if len(packed) > LARGEST or len(row.document) > _LARGEST_PLAIN:
            raise EntryError(self.path, row.device, f"{len(packed)} bytes")
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO observed VALUES (?, ?, ?, ?, ?)",
                (row.device, row.seen_at, row.name, packed, row.state),
            )

    def keep_state(self, device: str, state: bytes) -> None:
        """Change what is normal at a device of which there is a row. Raises StoreError."""
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.execute(
                "UPDATE observed SET state = ? WHERE device = ?", (state, device)
            )

    def forget(self, others_than: Collection[str], before: int) -> Sequence[str]:
        """Delete rows of other devices than these that were last seen before `before`; name them.

        Raises StoreError.
        """
        gone = [
            head.device
            for head in self.heads()
            if head.device not in others_than and head.seen_at < before
        ]
        with _sqlite.translated(self.path), _sqlite.transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM observed WHERE device = ?", [(device,) for device in gone]
            )
        return gone

    def begin_anew(self, now: int) -> None:
        """Set a damaged file aside and begin an empty one. Raises StoreError."""
        self._connection.close()
        self.aside = _spare.set_aside(self.path, now)
        self._connection, _ = _spare.opened(self.path, _VERSION, _TABLE, now)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _unpacked(self, document: bytes) -> bytes:
        try:
            unpacker = zlib.decompressobj()
            plain = unpacker.decompress(document, _LARGEST_PLAIN)
        except zlib.error as error:
            raise StoreError("corrupt", self.path, str(error)) from error
        if not unpacker.eof:
            raise StoreError("corrupt", self.path, "a document that does not end")
        return plain


def open_observed(folder: Path, now: int) -> Observed:
    """Open the file of a store; make it where there is none.

    A damaged one, or one of a later version, is set aside as `observed-corrupt-<now>.sqlite`
    (`aside` names it) and begun anew. Raises StoreError when the disk refuses.
    """
    return Observed(folder / FILE, now)
