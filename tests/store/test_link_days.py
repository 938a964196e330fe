"""Latency and load of a circuit by local day, out of sealed hours."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sla.link_days import LinkDay
from store import link_days
from store.history import Cell, ClosedSlot
from store.hours import HOUR, HourFiles
from store.ledger import open_ledger
from store.seal import seal

MIDNIGHT = 1_795_449_600
"""2026-11-24 00:00 in Shanghai."""
DAY = 86_400


def slot(start: int, milliseconds: float, mbits: int, *, lost: int = 0) -> ClosedSlot:
    cell = Cell()
    cell.sent, cell.lost = 2, lost
    cell.rtts = [milliseconds / 1000] * (2 - lost) + [None] * lost
    cell.in_octets, cell.in_ms = mbits * 7_500_000, 60_000
    cell.out_octets, cell.out_ms = mbits * 3_750_000, 60_000
    return ClosedSlot(start, 60, {"l0": cell, "l1": Cell()})


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """An hour on either side of a local midnight."""
    folder = tmp_path / "history"
    with closing(open_ledger(tmp_path, MIDNIGHT)) as ledger:
        with closing(HourFiles(folder)) as files:
            files.write([slot(MIDNIGHT - 60 * n, n, n) for n in range(1, 21)])
            files.write([slot(MIDNIGHT, 7, 9, lost=1), slot(MIDNIGHT + 60, 7, 9, lost=2)])
            waiting = files.close_hours(MIDNIGHT + 3 * HOUR)
        for hour in waiting:
            seal(folder, hour, ledger.reads)
    return folder


def test_a_day_is_a_local_one_and_counts_by_rank(history: Path) -> None:
    before, after = link_days.read(history, "l0", MIDNIGHT - DAY, MIDNIGHT + DAY, "Asia/Shanghai")

    assert (before.start, after.start) == (MIDNIGHT - DAY, MIDNIGHT)
    assert (before.sent, before.latency, before.latency_p95) == (40, 10_000, 19_000)
    assert (before.load_in, before.peak_in, before.load_out) == (19_000_000, 20_000_000, 9_500_000)


def test_a_slot_without_an_answer_has_no_latency_and_is_lost(history: Path) -> None:
    (after,) = link_days.read(history, "l0", MIDNIGHT, MIDNIGHT + DAY, "Asia/Shanghai")

    assert (after.sent, after.lost) == (4, 3)
    assert after.latency == 7_000


def test_a_circuit_of_which_nothing_was_heard_has_nothing(history: Path) -> None:
    found = link_days.read(history, "l1", MIDNIGHT, MIDNIGHT + DAY, "Asia/Shanghai")

    assert found == [LinkDay(MIDNIGHT, 0, 0, None, None, None, None, None, None)]


def test_nothing_is_known_where_there_is_no_history(tmp_path: Path) -> None:
    assert link_days.read(tmp_path, "l0", MIDNIGHT, MIDNIGHT + DAY, "Asia/Shanghai") == []
