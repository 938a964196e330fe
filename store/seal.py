"""Seal an hour of history: SQLite in, Parquet out.

Belongs into a worker process: an hour of 30,000 links at 60 s is 1.8 million rows. DuckDB reads no
SQLite without an extension that would have to be downloaded, so the rows go by a CSV file.

Sealing may die at any point: the Parquet file appears whole, by rename, before the SQLite file
goes, and an hour that has both is sealed again; rows that were sealed already stay as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sla.timeline import Step
from store import _duck, _sqlite
from store._duck import COLUMNS, NAMES, quoted
from store._judged import judged, steps_of_links
from store.errors import StoreError, from_os
from store.hours import HOUR, columns, running_file, sealed_file, set_aside
from store.reader import Reader


def seal(folder: Path, hour: int, ledger: Reader) -> int:
    """Turn the SQLite file of an hour into its Parquet file; return the rows it holds.

    The hour must be one that `HourFiles.close_hours` named, and the ledger must know of the time
    the monitor was off: a state is sealed as the ledger has it. Raises StoreError; what was not
    sealed is as before, but a corrupt file, which is set aside (`corrupt`).
    """
    running, sealed = running_file(folder, hour), sealed_file(folder, hour)
    table = running.with_suffix(".csv")
    try:
        with _sqlite.translated(running), closing(_sqlite.open_reader(running)) as source:
            states = steps_of_links(ledger, None, hour, hour + HOUR)
            rows = source.execute(f"SELECT {columns(source)} FROM history_hour")  # noqa: S608 - names are ours
            _write_csv(table, rows, states)
        count = _write_parquet(table, sealed)
    except OSError as error:
        raise from_os(error, sealed) from error
    except StoreError as error:
        if error.code == "corrupt" and error.path == running:
            aside = set_aside(running)
            raise StoreError("corrupt", running, f"set aside as {aside.name}") from error
        raise
    finally:
        table.unlink(missing_ok=True)
    # The database last: a log without one would be replayed into the next of that name.
    for suffix in ("-shm", "-wal", ""):
        running.with_name(running.name + suffix).unlink(missing_ok=True)
    return count


def _write_csv(
    path: Path, rows: Iterable[tuple[Any, ...]], states: Mapping[str, Sequence[Step]]
) -> None:
    path.unlink(missing_ok=True)
    path.touch(_sqlite.PRIVATE)
    with path.open("w", encoding="utf-8", newline="") as lines:
        write = csv.writer(lines).writerow
        for row in rows:
            link, start, seconds = row[:3]
            state, down = judged(states.get(link, ()), start, start + seconds)
            write((*row, int(state), down))


def _write_parquet(table: Path, sealed: Path) -> int:
    """Sort, write under a temporary name, sync, rename, sync the folder."""
    fresh = f"SELECT {NAMES} FROM read_csv({quoted(table)}, header = false, columns = {COLUMNS!r})"  # noqa: S608 - names are ours
    source = fresh
    if sealed.exists():
        old = f"SELECT {NAMES} FROM {_duck.sealed(quoted(sealed))}"  # noqa: S608 - as above
        source = f"{old} UNION ALL SELECT * FROM ({fresh}) ANTI JOIN ({old}) USING (link, slot)"  # noqa: S608 - as above
    return _duck.write(f"SELECT * FROM ({source}) ORDER BY link, slot", sealed)  # noqa: S608 - as above
