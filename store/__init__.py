"""What survives a restart: the ledger (SQLite) and history (Parquet, queried with DuckDB).

Decides nothing. Imports `inventory`, `metrics`, `sla`, `alerts`. Synchronous; the runtime calls it
from one writer thread.
"""
