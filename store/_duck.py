"""DuckDB as we open it: in memory, over our own files, with nothing fetched from anywhere.

It is loaded when it is first asked. The monitor itself never asks: whatever does runs in a process
of its own, so its 60 MB are not the monitor's.
"""

from __future__ import annotations

import os
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from store import _sqlite
from store.errors import StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ROW_GROUP: Final = 20_000
"""Rows that share minimum and maximum of `link`: what reading one link has to unpack."""
COLUMNS: Final = {
    "link": "VARCHAR",
    "slot": "BIGINT",
    "seconds": "INTEGER",
    "sent": "INTEGER",
    "lost": "INTEGER",
    "rtt_median": "INTEGER",
    "rtt_p95": "INTEGER",
    "in_octets": "BIGINT",
    "out_octets": "BIGINT",
    "in_ms": "INTEGER",
    "out_ms": "INTEGER",
    "jitter": "INTEGER",
    "state": "UTINYINT",
    "down_seconds": "INTEGER",
}
"""Of a sealed hour: `history.SlotRow`, then what the ledger said. Round trips in microseconds."""
NAMES: Final = ", ".join(COLUMNS)
_NONE: Final = ", ".join(f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items())


def connect(folder: Path) -> DuckDBPyConnection:
    """Open an engine that spills into `folder`: one thread, beside a monitor that is busy."""
    duckdb: Any = import_module("duckdb")
    engine: DuckDBPyConnection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": "512MB",
            "temp_directory": str(folder / ".duckdb"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    return engine


def error() -> type[Exception]:
    """Return what its errors are instances of."""
    found: type[Exception] = import_module("duckdb").Error
    return found


def write(query: str, path: Path) -> int:
    """Write the rows of a query into a Parquet file; return how many. Raises StoreError, OSError.

    The file is private and appears whole, under a temporary name first.
    """
    temporary = path.with_suffix(".parquet.tmp")
    with closing(connect(path.parent)) as engine:
        try:
            written = engine.execute(
                f"COPY ({query}) TO {quoted(temporary)}"
                f" (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2,"
                f" ROW_GROUP_SIZE {_ROW_GROUP})"
            ).fetchone()
        except error() as failure:
            temporary.unlink(missing_ok=True)
            raise StoreError("disk_failed", path, str(failure), temporary=True) from failure
    temporary.chmod(_sqlite.PRIVATE)
    with temporary.open("rb") as content:
        os.fsync(content.fileno())
    temporary.rename(path)
    _sqlite.sync_folder(path.parent)
    return int(written[0]) if written else 0


def sealed(files: str) -> str:
    """Return SQL for the rows of sealed hours (`files`: an SQL expression), also of old ones.

    A column that a file lacks, because an older program wrote it, is NULL.
    """
    rows = f"SELECT * FROM read_parquet({files}, union_by_name = true)"  # noqa: S608 - ours
    return f"(SELECT {_NONE} WHERE false UNION ALL BY NAME {rows})"


def quoted(path: Path) -> str:
    """Return a path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
