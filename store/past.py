"""Read history back: sealed hours from Parquet, running ones from SQLite and the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from sla.states import State
from store import _duck, _sqlite
from store._judged import judged, steps_of_links
from store.errors import StoreError
from store.hours import HOUR, columns, hours_with, running_file, sealed_file
from store.reader import Reader

# The key begins with the slot, so that writing appends: step from slot to slot, not over all rows.
_OF_LINK: Final = """
WITH RECURSIVE step (at) AS (
    SELECT min(slot) FROM history_hour WHERE slot >= ?2
    UNION ALL
    SELECT (SELECT min(slot) FROM history_hour WHERE slot > at) FROM step WHERE at < ?3
)
SELECT {columns}
FROM step JOIN history_hour ON slot = at AND link = ?1 WHERE at < ?3
"""
_TRIES: Final = 3


class HistoryRow(msgspec.Struct, frozen=True, gc=False):
    """One link in one accounting slot. Integer UTC seconds; round trips in seconds.

    `state` at the end of the slot, `down_seconds` in it; the rest as in `history.SlotRow`.
    """

    link: str
    slot: int
    seconds: int
    sent: int
    lost: int
    rtt_median: float | None
    rtt_p95: float | None
    in_octets: int | None
    out_octets: int | None
    state: State
    down_seconds: int
    in_ms: int | None = 0
    out_ms: int | None = 0
    jitter: float | None = None


def read(folder: Path, ledger: Reader, link: str, since: int, until: int) -> list[HistoryRow]:
    """Return the slots of a link that begin in [since, until), oldest first.

    Sealed hours come from Parquet as sealed, hours that run or wait from SQLite, judged by the
    ledger as it stands. Belongs into a worker process. Raises StoreError.
    """
    # SQLite first: an hour that is sealed in between is then found in Parquet.
    found = _read_running(folder, ledger, link, since, until)
    found += _read_sealed(folder, link, since, until)
    by_slot = {row.slot: row for row in found}
    return [by_slot[slot] for slot in sorted(by_slot)]


def _read_running(
    folder: Path, ledger: Reader, link: str, since: int, until: int
) -> list[HistoryRow]:
    rows = [
        row
        for hour in _touched(folder, ".sqlite", since, until)
        for row in _read_file(running_file(folder, hour), link, since, until)
    ]
    if not rows:
        return []
    first, end = rows[0][1], rows[-1][1] + rows[-1][2]
    states = steps_of_links(ledger, [link], first, end).get(link, ())
    return [_row((*row, *judged(states, row[1], row[1] + row[2]))) for row in rows]


def _read_file(path: Path, link: str, since: int, until: int) -> list[tuple[Any, ...]]:
    try:
        with _sqlite.translated(path), closing(_sqlite.open_reader(path)) as source:
            query = _OF_LINK.format(columns=columns(source))
            return source.execute(query, (link, since, until)).fetchall()
    except StoreError:
        if path.exists():
            raise
        return []


def _read_sealed(folder: Path, link: str, since: int, until: int) -> list[HistoryRow]:
    tries = _TRIES
    while hours := _touched(folder, ".parquet", since, until):
        files = [sealed_file(folder, hour) for hour in hours]
        try:
            with closing(_duck.connect(folder)) as engine:
                rows = engine.execute(
                    f"SELECT {_duck.NAMES} FROM {_duck.sealed('?')}"  # noqa: S608 - names are ours
                    " WHERE link = ? AND slot >= ? AND slot < ? ORDER BY slot",
                    [[str(file) for file in files], link, since, until],
                ).fetchall()
            return [_row(row) for row in rows]
        except _duck.error() as error:
            tries -= 1
            # Retention may take a file away between the look and the reading.
            if not tries or all(file.exists() for file in files):
                raise StoreError("failed", folder, str(error)) from error
    return []


def _touched(folder: Path, suffix: str, since: int, until: int) -> list[int]:
    return [h for h in hours_with(folder, suffix) if since < h + HOUR and h < until]


def _row(row: Sequence[Any]) -> HistoryRow:
    (link, slot, seconds, sent, lost, median, p95, inward, outward, in_ms, out_ms, jitter, state,
     down) = row  # fmt: skip
    return HistoryRow(
        link,
        slot,
        seconds,
        sent,
        lost,
        _seconds(median),
        _seconds(p95),
        inward,
        outward,
        State(state),
        down,
        in_ms,
        out_ms,
        _seconds(jitter),
    )


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1e6
