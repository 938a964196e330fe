"""What is submitted is written once, in order; a disk that refuses costs nothing but time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from inventory.model import link_target
from sla.states import State, Transition
from store.entries import Entry
from store.errors import StoreError
from store.ledger import open_ledger
from store.writer import Writer
from tests.servers import wait_for

T0 = 1_795_000_000


class Disk:
    """Takes batches, refuses while `broken`, waits while `blocked`."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.batches: list[list[int]] = []
        self.broken = False
        self.blocked = threading.Event()
        self.blocked.set()

    def write(self, batch: Sequence[int]) -> None:
        self.blocked.wait(10)
        if self.broken:
            raise StoreError("disk_full", Path("/ledger"), temporary=True)
        self.written += batch
        self.batches.append(list(batch))


def test_entries_are_written_in_the_order_of_their_submission() -> None:
    disk = Disk()
    writer = Writer(disk.write, lambda: T0, name="test")
    writer.start()
    for number in range(1_000):
        writer.submit(number)

    assert writer.stop() == 0
    assert disk.written == list(range(1_000))


def test_what_waits_goes_in_one_batch() -> None:
    disk = Disk()
    disk.blocked.clear()
    writer = Writer(disk.write, lambda: T0, name="test")
    writer.start()
    writer.submit(0)
    wait_for(lambda: not writer._queue, what="the first entry to be taken")
    for number in range(1, 100):
        writer.submit(number)
    disk.blocked.set()

    writer.flush().result(10)
    assert disk.batches == [[0], list(range(1, 100))]
    writer.stop()


def test_entries_of_one_call_are_never_torn_apart() -> None:
    disk = Disk()
    writer = Writer(disk.write, lambda: T0, name="test")
    for start in range(0, 20_000, 4_000):
        writer.submit(*range(start, start + 4_000))
    writer.start()
    writer.stop()

    assert all(len(batch) % 4_000 == 0 for batch in disk.batches)
    assert disk.written == list(range(20_000))


def test_a_disk_that_refuses_costs_nothing_and_is_said() -> None:
    disk = Disk()
    disk.broken = True
    writer = Writer(disk.write, lambda: T0, name="test")
    writer.start()
    writer.submit(1, 2, 3)
    wait_for(lambda: writer.failures >= 2, what="two tries")
    said = (writer.waiting(), writer.failing_since, writer.failure)
    disk.broken = False
    writer.submit(4)
    writer.flush().result(10)

    assert said == (3, T0, "disk_full")
    assert disk.written == [1, 2, 3, 4]
    assert (writer.waiting(), writer.failing_since, writer.failure) == (0, None, "")
    writer.stop()


def test_a_stop_while_the_disk_refuses_says_how_many_are_lost() -> None:
    disk = Disk()
    disk.broken = True
    writer = Writer(disk.write, lambda: T0, name="test")
    writer.start()
    writer.submit(1, 2)
    flushed = writer.flush()

    assert writer.stop(0.05) == 2
    with pytest.raises(RuntimeError, match="disk_full"):
        flushed.result(0)


def test_nothing_submitted_stops_nothing() -> None:
    disk = Disk()
    writer = Writer(disk.write, lambda: T0, name="test")
    writer.start()
    writer.submit()
    writer.submit(1)

    assert writer.stop() == 0
    assert disk.written == [1]


def test_after_the_stop_nothing_is_taken() -> None:
    writer = Writer(Disk().write, lambda: T0, name="test")
    writer.start()
    writer.stop()

    with pytest.raises(RuntimeError, match="was stopped"):
        writer.submit(1)


def test_a_queue_with_a_limit_drops_its_oldest_and_counts_them() -> None:
    disk = Disk()
    writer = Writer(disk.write, lambda: T0, name="test", limit=10)
    for number in range(25):
        writer.submit(number)
    writer.start()
    writer.flush().result(10)

    assert disk.written == list(range(15, 25))
    assert (writer.dropped, writer.waiting()) == (15, 0)
    writer.stop()


def test_one_entry_that_can_never_be_written_does_not_hold_up_the_others(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, T0)
    writer: Writer[Entry] = Writer(ledger.append, lambda: T0, name="ledger")
    good = [Transition(link_target(name), State.UP, T0, T0, "") for name in "ab"]
    bad = Transition(link_target("c"), State.UP, 2**70, T0, "")
    writer.submit(good[0], bad, good[1])
    writer.start()

    assert writer.stop() == 0
    assert list(ledger.reads.last_transitions().values()) == good
    assert [entry for entry, _ in writer.refused] == [bad]
    ledger.close()


def test_a_ledger_locked_by_a_stranger_is_written_when_the_lock_goes(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, T0)
    ledger._connection.execute("PRAGMA busy_timeout = 20")
    stranger = sqlite3.connect(ledger.path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    writer: Writer[Entry] = Writer(ledger.append, lambda: T0, name="ledger")
    writer.start()
    writer.submit(Transition(link_target("a"), State.UP, T0, T0, ""))
    wait_for(lambda: writer.failure == "locked", what="the lock to be noticed")
    stranger.execute("ROLLBACK")
    stranger.close()

    writer.flush().result(20)
    assert set(ledger.reads.last_transitions()) == {link_target("a")}
    writer.stop()
    ledger.close()
