"""What devices said is kept in order, and of too much the oldest goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inventory.model import TargetId
from store.entries import TrapEntry
from store.ledger import Ledger, open_ledger

NOW = 1_793_664_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_ledger(tmp_path, NOW)) as one:
        yield one


def entry(second: int, device: str = "device:r1") -> TrapEntry:
    name = TargetId(device)
    return TrapEntry(
        second * 1000 + 250, name, TargetId("interface:r1/GE0%2F0%2F1"), "link.down",
        "1.3.6.1.6.3.1.1.5.3", "2c", informed=True, source="192.0.2.1", told='{"values":[]}',
    )  # fmt: skip


def seconds(rows: list[TrapEntry]) -> list[int]:
    return [row.at_ms // 1000 for row in rows]


def test_what_was_written_is_read_newest_first(ledger: Ledger) -> None:
    ledger.append([entry(NOW), entry(NOW + 1)])
    found = ledger.reads.traps(None, since=NOW, until=NOW + 2, limit=10)
    assert found == [entry(NOW + 1), entry(NOW)]


def test_a_window_has_its_start_and_not_its_end(ledger: Ledger) -> None:
    ledger.append([entry(NOW + second) for second in range(5)])
    found = ledger.reads.traps(None, since=NOW + 1, until=NOW + 3, limit=10)
    assert seconds(found) == [NOW + 2, NOW + 1]


def test_those_of_some_devices_are_found(ledger: Ledger) -> None:
    ledger.append([entry(NOW), entry(NOW + 1, "device:r2"), entry(NOW + 2, "device:r3")])
    names = [TargetId("device:r1"), TargetId("device:r3")]
    found = ledger.reads.traps(names, since=0, until=NOW + 9, limit=10)
    assert seconds(found) == [NOW + 2, NOW]


def test_one_device_cannot_fill_the_disk_nor_push_out_another(ledger: Ledger) -> None:
    ledger.append([entry(NOW, "device:r2")])
    ledger.append([entry(NOW + number) for number in range(1_500)])
    mine = ledger.reads.traps([TargetId("device:r1")], since=0, until=NOW + 9_999, limit=9_999)
    assert seconds(mine) == [NOW + number for number in range(1_499, 499, -1)]
    assert len(ledger.reads.traps(None, since=0, until=NOW + 9_999, limit=9_999)) == 1_001
