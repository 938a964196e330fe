"""Octets in slots of 5 minutes: exact sums of what history holds, running or sealed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from sla.percentile import Traffic
from store import past, traffic
from store.history import Cell, ClosedSlot
from store.hours import HOUR, HourFiles, running_file, sealed_file
from store.ledger import Ledger, open_ledger
from store.seal import seal

H0 = 1_795_525_200  # 2026-11-24 13:00 UTC


def slot(start: int, seconds: int, octets: int, ms: int | None) -> ClosedSlot:
    cell = Cell()
    cell.in_octets, cell.in_ms = octets, ms
    cell.out_octets, cell.out_ms = 2 * octets, seconds * 1000
    return ClosedSlot(start, seconds, {"l0": cell, "l1": Cell()})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path, H0)
    yield opened
    opened.close()


@pytest.fixture
def files(folder: Path) -> Iterator[HourFiles]:
    opened = HourFiles(folder)
    yield opened
    opened.close()


def sealed(folder: Path, files: HourFiles, ledger: Ledger) -> None:
    for hour in files.close_hours(H0 + 4 * HOUR):
        seal(folder, hour, ledger.reads)


def test_more_hours_than_are_read_at_once_are_whole(
    folder: Path, files: HourFiles, ledger: Ledger
) -> None:
    hours = range(H0, H0 + 30 * HOUR, HOUR)
    files.write([slot(hour, 60, 7, 60_000) for hour in hours])
    for hour in files.close_hours(H0 + 40 * HOUR):
        seal(folder, hour, ledger.reads)

    found = traffic.read(folder, "l0", H0, H0 + 30 * HOUR)
    assert [(one.start, one.in_octets) for one in found] == [(hour, 7) for hour in hours]


@pytest.mark.parametrize("seconds", [10, 60])
@pytest.mark.parametrize("is_sealed", [False, True], ids=["running", "sealed"])
def test_accounting_slots_are_added_up_to_five_minutes(
    folder: Path,
    files: HourFiles,
    ledger: Ledger,
    seconds: int,
    is_sealed: bool,  # noqa: FBT001 - a case
) -> None:
    starts = range(H0, H0 + 600, seconds)
    files.write([slot(start, seconds, 10**12 + start, seconds * 1000) for start in starts])
    if is_sealed:
        sealed(folder, files, ledger)

    def octets(begin: int) -> int:
        return sum(10**12 + start for start in range(begin, begin + 300, seconds))

    assert traffic.read(folder, "l0", H0, H0 + HOUR) == [
        Traffic(begin, octets(begin), 300_000, 2 * octets(begin), 300_000)
        for begin in (H0, H0 + 300)
    ]


def test_one_part_that_is_not_known_makes_the_slot_unknown_in_its_direction(
    folder: Path, files: HourFiles
) -> None:
    files.write([slot(H0 + 60 * n, 60, 5, None if n == 3 else 60_000) for n in range(5)])

    assert traffic.read(folder, "l0", H0, H0 + 300) == [Traffic(H0, 25, None, 50, 300_000)]


def test_a_slot_that_a_restart_tore_in_two_covers_both_parts(
    folder: Path, files: HourFiles
) -> None:
    files.write([slot(H0, 60, 7, 20_000)])
    files.write([slot(H0, 60, 5, 30_000)])

    (found,) = traffic.read(folder, "l0", H0, H0 + 300)
    assert (found.in_octets, found.in_ms) == (12, 50_000)


def test_only_slots_of_the_window_are_read(folder: Path, files: HourFiles, ledger: Ledger) -> None:
    files.write([slot(H0 + 300 * n, 60, 1, 60_000) for n in range(36)])
    sealed(folder, files, ledger)
    files.write([slot(H0 + 4 * HOUR, 60, 1, 60_000)])

    found = traffic.read(folder, "l0", H0 + 600, H0 + HOUR + 300)
    assert [one.start for one in found] == list(range(H0 + 600, H0 + HOUR + 300, 300))
    assert len(traffic.read(folder, "l0", H0, H0 + 5 * HOUR)) == 37


def old_hour(folder: Path) -> None:
    """Take the columns away that an older program did not write."""
    with closing(sqlite3.connect(running_file(folder, H0))) as connection:
        for name in ("in_ms", "out_ms", "jitter"):
            connection.execute(f"ALTER TABLE history_hour DROP COLUMN {name}")
        connection.commit()


def test_an_hour_of_an_older_program_is_read_sealed_and_has_no_samples(
    folder: Path, files: HourFiles, ledger: Ledger
) -> None:
    files.write([slot(H0 + 60 * n, 60, 5, 60_000) for n in range(5)])
    files.close()
    old_hour(folder)
    unknown = [Traffic(H0, 25, None, 50, None)]

    assert traffic.read(folder, "l0", H0, H0 + 300) == unknown
    sealed(folder, files, ledger)
    assert traffic.read(folder, "l0", H0, H0 + 300) == unknown
    assert [row.in_ms for row in past.read(folder, ledger.reads, "l0", H0, H0 + 60)] == [None]


def test_an_hour_of_an_older_program_is_written_on(folder: Path, files: HourFiles) -> None:
    files.write([slot(H0 + 60 * n, 60, 5, 60_000) for n in range(2)])
    files.close()
    old_hour(folder)
    files.write([slot(H0 + 300, 60, 5, 60_000)])

    assert [one.in_ms for one in traffic.read(folder, "l0", H0, H0 + 600)] == [None, 60_000]


def test_a_sealed_hour_of_an_older_program_is_read(
    folder: Path, files: HourFiles, ledger: Ledger
) -> None:
    files.write([slot(H0 + 60 * n, 60, 5, 60_000) for n in range(5)])
    files.write([slot(H0 + HOUR + 60 * n, 60, 5, 60_000) for n in range(5)])
    sealed(folder, files, ledger)
    first = sealed_file(folder, H0)
    with closing(duckdb.connect()) as engine:
        old = f"SELECT * EXCLUDE (in_ms, out_ms, jitter) FROM read_parquet('{first}')"  # noqa: S608 - a file of ours
        engine.execute(f"CREATE TABLE old AS {old}; COPY old TO '{first}' (FORMAT parquet)")

    found = traffic.read(folder, "l0", H0, H0 + 2 * HOUR)
    assert [(one.in_octets, one.in_ms) for one in found] == [(25, None), (25, 300_000)]
    assert len(past.read(folder, ledger.reads, "l0", H0, H0 + HOUR)) == 5
