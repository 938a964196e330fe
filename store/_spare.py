"""Files that may be begun anew: what they hold is no evidence and can be had again.

A damaged one, or one of a later version, is renamed to `<name>-corrupt-<now>.sqlite` and an empty
one made in its place. Of those that were set aside only the last stays.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from store import _sqlite
from store.errors import StoreError


def opened(
    path: Path, version: int, table: str, now: int
) -> tuple[sqlite3.Connection, Path | None]:
    """Open the file, made where there is none; return where a damaged one was set aside.

    `table`: the statements that make it. Raises StoreError when the disk refuses.
    """
    with _sqlite.translated(path):
        _sqlite.private_folder(path.parent)
    try:
        return _open(path, version, table), None
    except StoreError as error:
        if error.code not in {"corrupt", "newer"}:
            raise
    aside = set_aside(path, now)
    return _open(path, version, table), aside


def set_aside(path: Path, now: int) -> Path:
    """Rename a file with its log, and return its new name. Raises StoreError."""
    with _sqlite.translated(path):
        for old in path.parent.glob(f"{path.stem}-corrupt-*"):
            old.unlink()
        aside = path.with_name(f"{path.stem}-corrupt-{now}.sqlite")
        for suffix in ("-wal", "-shm", ""):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    return aside


def _open(path: Path, version: int, table: str) -> sqlite3.Connection:
    with _sqlite.translated(path):
        connection = _sqlite.open_writer(path, "NORMAL")
        try:
            _prepare(connection, path, version, table)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, version: int, table: str) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError("corrupt", path, verdict)
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found not in {0, version}:
        raise StoreError("newer", path, f"version {found}")
    if found == 0:
        connection.executescript(f"BEGIN;{table};PRAGMA user_version = {version};COMMIT;")
