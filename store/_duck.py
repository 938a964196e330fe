"""DuckDB as we open it: in memory, over our own files, with nothing fetched from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

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


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open an engine that spills into `folder`: one thread, beside a monitor that is busy."""
    return duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": "512MB",
            "temp_directory": str(folder / ".duckdb"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )


def sealed(files: str) -> str:
    """Return SQL for the rows of sealed hours (`files`: an SQL expression), also of old ones.

    A column that a file lacks, because an older program wrote it, is NULL.
    """
    rows = f"SELECT * FROM read_parquet({files}, union_by_name = true)"  # noqa: S608 - ours
    return f"(SELECT {_NONE} WHERE false UNION ALL BY NAME {rows})"


def quoted(path: Path) -> str:
    """Return a path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
