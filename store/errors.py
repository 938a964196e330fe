"""What can go wrong with what survives a restart.

    StoreError            `.code`, `.temporary`, `.path`, `.detail`
      EntryError          one entry can never be written; `.entry` names it, the others can

Temporary ones (nothing was written, try again): `disk_full`, `disk_failed`, `locked`, `read_only`,
`unopened`. Permanent ones: `held` (another process writes it), `newer` (made by a later version),
`corrupt` (and set aside), `set_aside` (an earlier one was, and nobody has decided yet), `entry`,
`failed`, `wrong_key`, and of backups `not_empty`, `not_a_backup`, `damaged`, and of
evidence `differs` (kept again it would be something else). `texts/store.py` says each.
"""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Final, Literal

Code = Literal[
    "disk_full",
    "disk_failed",
    "locked",
    "read_only",
    "unopened",
    "held",
    "newer",
    "corrupt",
    "set_aside",
    "entry",
    "failed",
    "wrong_key",
    "not_empty",
    "not_a_backup",
    "damaged",
    "differs",
]


class StoreError(Exception):
    """A file of the store refused. `temporary`: nothing was written, the same call may work."""

    def __init__(
        self, code: Code, path: Path, detail: str = "", *, temporary: bool = False
    ) -> None:
        super().__init__(f"{path}: {code}" + (f" ({detail})" if detail else ""))
        self.code: Code = code
        self.path = path
        self.detail = detail
        self.temporary = temporary


class EntryError(StoreError):
    """One entry can never be written. Nothing of its batch was; the others can be."""

    def __init__(self, path: Path, entry: object, detail: str) -> None:
        super().__init__("entry", path, detail)
        self.entry = entry


_TEMPORARY: Final[dict[int, Code]] = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_IOERR: "disk_failed",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_CANTOPEN: "unopened",
    sqlite3.SQLITE_NOMEM: "disk_failed",
}

_OF_THE_DISK: Final[dict[int, Code]] = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "unopened",
    errno.EPERM: "unopened",
    errno.ENOENT: "unopened",
}


def from_os(error: OSError, path: Path) -> StoreError:
    """Translate an error of the operating system; all of them may pass."""
    code = _OF_THE_DISK.get(error.errno or 0, "disk_failed")
    return StoreError(code, path, error.strerror or str(error), temporary=True)


def from_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    """Translate an error of SQLite (result codes: https://sqlite.org/rescode.html)."""
    # Errors raised by the Python module itself carry no code.
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if (code := _TEMPORARY.get(primary)) is not None:
        return StoreError(code, path, str(error), temporary=True)
    if primary in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return StoreError("corrupt", path, str(error))
    return StoreError("failed", path, str(error))
