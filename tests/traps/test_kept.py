"""While the disk refuses, traps wait up to a bound; the ledger's own entries wait without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inventory.model import TargetId
from runtime.record import _TRAPS_WAITING, Record
from store.entries import TrapEntry
from store.ledger import open_ledger
from tests.traps.boxes import PLAIN, inventory

NOW = 1_793_664_000


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """A record whose writer has not begun: all that is handed over waits."""
    known = inventory(tmp_path, ("r1", "192.0.2.1", PLAIN))
    with closing(open_ledger(tmp_path / "store", NOW)) as ledger:
        yield Record(ledger, tmp_path / "history", known, lambda: NOW, None)


def entry(number: int) -> TrapEntry:
    name = TargetId("device:r1")
    return TrapEntry(
        NOW * 1000 + number, name, name, "other", "1.3", "2c", informed=False,
        source="192.0.2.1", told="{}",
    )  # fmt: skip


def test_more_traps_than_may_wait_are_dropped_and_counted(record: Record) -> None:
    for number in range(_TRAPS_WAITING + 500):
        record.trap(entry(number))
    assert record.stats()["ledger_waiting"] == _TRAPS_WAITING
    assert record.stats()["traps_dropped"] == record.losses()["traps"] == 500


def test_the_ledgers_own_entries_are_never_dropped(record: Record) -> None:
    for number in range(_TRAPS_WAITING + 500):
        record.trap(entry(number))
        record.heartbeat(NOW + number, 10)
    assert record.stats()["ledger_waiting"] == 2 * _TRAPS_WAITING + 500


def test_when_the_disk_takes_them_there_is_room_again(record: Record) -> None:
    for number in range(_TRAPS_WAITING + 1):
        record.trap(entry(number))
    record.start()
    record._writer.flush().result(60)
    record.trap(entry(0))
    assert record.losses()["traps"] == 1
    record._writer.stop()
    record._slots.stop()
    assert record.stats()["ledger_written"] == _TRAPS_WAITING + 1
