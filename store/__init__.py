"""What survives a restart: the ledger (SQLite) and history (Parquet, queried with DuckDB).

Decides nothing. Imports `inventory`, `metrics`, `sla`, `alerts`. Synchronous; the runtime calls it
from writer threads, and from worker processes what needs DuckDB (`seal`, `past`).

A new kind of entry is a struct in `entries.py`, a function in `_rows.py`, a question in `reader.py`
and, where it needs a table, the next number in `migrations/`; a migration that was shipped is never
edited.
"""
