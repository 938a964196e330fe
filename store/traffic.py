"""Octets of a link in slots of 5 minutes, added up from history: what a percentile is counted from.

Exact: history keeps integer octets per accounting slot of 10 or 60 s and the time in which they
came; nothing is averaged. A slot one part of which is not known is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sla.percentile import SLOT, Traffic
from store import _duck, _sqlite
from store.errors import StoreError
from store.hours import HOUR, columns, hours_with, running_file, sealed_file

_SUMS: Final = """
SELECT slot - slot % {seconds} AS start,
       coalesce(sum(in_octets), 0),
       CASE WHEN count(in_ms) = count(*) THEN sum(in_ms) END,
       coalesce(sum(out_octets), 0),
       CASE WHEN count(out_ms) = count(*) THEN sum(out_ms) END
FROM {rows} WHERE link = {link} AND slot >= {since} AND slot < {until}
GROUP BY start ORDER BY start
"""
_TRIES: Final = 3
_TOGETHER: Final = 24
"""Files read at once: of each DuckDB keeps what it needs to begin, some MB for a province."""


def read(folder: Path, link: str, since: int, until: int) -> list[Traffic]:
    """Return the slots of a link that begin in [since, until), oldest first.

    `since` and `until` are multiples of 300 s. Belongs into a worker process. Raises StoreError.
    """
    # SQLite first: an hour that is sealed in between is then found in Parquet.
    found = [
        row
        for hour in _touched(folder, ".sqlite", since, until)
        for row in _running(running_file(folder, hour), link, since, until)
    ]
    found += _sealed(folder, link, since, until)
    by_start = {one.start: one for one in _made(found)}
    return [by_start[start] for start in sorted(by_start)]


def _running(path: Path, link: str, since: int, until: int) -> list[Any]:
    try:
        with _sqlite.translated(path), closing(_sqlite.open_reader(path)) as source:
            rows = f"(SELECT {columns(source)} FROM history_hour)"  # noqa: S608 - names are ours
            query = _SUMS.format(seconds=SLOT, rows=rows, link="?", since="?", until="?")
            return source.execute(query, (link, since, until)).fetchall()
    except StoreError:
        if path.exists():
            raise
        return []  # sealed meanwhile


def _sealed(folder: Path, link: str, since: int, until: int) -> list[Any]:
    tries = _TRIES
    query = _SUMS.format(seconds=SLOT, rows=_duck.sealed("$1"), link="$2", since="$3", until="$4")
    while files := [sealed_file(folder, h) for h in _touched(folder, ".parquet", since, until)]:
        found: list[Any] = []
        try:
            with closing(_duck.connect(folder)) as engine:
                for at in range(0, len(files), _TOGETHER):
                    names = [str(file) for file in files[at : at + _TOGETHER]]
                    found += engine.execute(query, [names, link, since, until]).fetchall()
        except _duck.error() as error:
            tries -= 1
            # Retention may take a file away between the look and the reading.
            if not tries or all(file.exists() for file in files):
                raise StoreError("failed", folder, str(error)) from error
        else:
            return found  # no slot of 5 minutes lies in two hours
    return []


def _touched(folder: Path, suffix: str, since: int, until: int) -> list[int]:
    return [h for h in hours_with(folder, suffix) if since < h + HOUR and h < until]


def _made(rows: Iterable[Sequence[Any]]) -> Iterable[Traffic]:
    for start, inward, in_ms, outward, out_ms in rows:  # DuckDB adds up to 128 bits
        yield Traffic(int(start), int(inward), _whole(in_ms), int(outward), _whole(out_ms))


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)
