"""Bring a ledger to the newest form: numbered SQL files, each in one transaction with its number.

The number of the last one applied is SQLite's own `PRAGMA user_version`. A file that was ever
shipped is never edited: what changes is a new file.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from importlib import resources
from pathlib import Path

from store.errors import StoreError


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """All migrations as (number, SQL), in order."""
    folder = resources.files("store") / "migrations"
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple((int(name[:4]), (folder / name).read_text("utf-8")) for name in files)


def newest() -> int:
    """Return the number of the newest migration."""
    return migrations()[-1][0]


def migrate(connection: sqlite3.Connection, path: Path, to: int | None = None) -> int:
    """Apply what is missing, up to `to` (all); return how many. Raises StoreError (`newer`)."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > newest():
        raise StoreError("newer", path, f"version {version}, this program knows {newest()}")
    missing = [
        (number, sql)
        for number, sql in migrations()
        if version < number <= (newest() if to is None else to)
    ]
    for number, sql in missing:
        try:
            connection.executescript(f"BEGIN;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.rollback()
            raise
    return len(missing)
