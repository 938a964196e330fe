"""What is filed and what is sealed becomes leaves, is signed once an hour, and nothing is left out.

Ledger, evidence and log are real files; only the clock and the worker's process are not.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from runtime.cli import main
from runtime.evidence.log import LogKeeping
from runtime.evidence.log_key import LogKeyError, log_key, public_key
from runtime.record_book import RecordBook
from sla import canonical
from sla.canonical import HOUR, Heard, MonitorLeaf, RecordLeaf
from sla.inputs import Limits, SlotSums
from sla.proof import merkle
from sla.proof.note import is_signed, parse_checkpoint
from sla.records import OverlayFiled
from store import evidence
from store.days import DayRow, bounds, write_day
from store.entries import Entry
from store.evidence_check import verify
from store.evidence_leaves import HourLeaves, leaves_of_hours
from store.evidence_log import EVIDENCE, FOLDER, read_log
from store.ledger import open_ledger
from store.writer import Writer

_H0 = 1772294400
_FILED = OverlayFiled("o1", "M_c", ("l1",), _H0, _H0 + HOUR, "splice", carrier="telecom")


def awaited(test: Callable[[World], Coroutine[Any, Any, None]]) -> Callable[[World], None]:
    """Run a test in a loop of its own."""

    @wraps(test)
    def run(world: World) -> None:
        asyncio.run(test(world))

    return run


@dataclass
class World:
    """A store with its ledger, and an evidence log that is kept beside it."""

    store: Path
    book: RecordBook
    writer: Writer[Entry]
    now: int = _H0 + 600
    asked: list[list[int]] = field(default_factory=list)

    def keeping(self, origin: str = "example/extranet") -> LogKeeping:
        keeping = LogKeeping(self.store, origin, self.book, lambda: self.now)
        keeping.connect(self.ask)
        return keeping

    async def ask(self, hours: Sequence[int]) -> list[HourLeaves]:
        self.asked.append(list(hours))
        return leaves_of_hours(self.store / EVIDENCE, hours)

    def keep_hour(self, hour: int) -> None:
        lines = {
            carrier: [canonical.encode(Heard(f"{carrier}-{n}", hour, (), ())) for n in range(3)]
            for carrier in ("telecom", "unicom")
        }
        leaf = MonitorLeaf(hour, ((0, HOUR),), (), None)
        evidence.write_hour(self.store / EVIDENCE, lines, leaf)

    @property
    def leaves(self) -> list[canonical.Leaf]:
        log = read_log(self.store / FOLDER)
        return [canonical.leaf_of(log.leaf(index)) for index in range(len(log))]

    def names(self) -> list[str]:
        """Each leaf in a word."""
        return [
            f"record {leaf.number}"
            if isinstance(leaf, RecordLeaf)
            else f"{getattr(leaf, 'carrier', 'monitor')} {(leaf.hour - _H0) // HOUR}"
            for leaf in self.leaves
        ]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ledger = open_ledger(tmp_path, _H0)
    writer: Writer[Entry] = Writer(ledger.append, lambda: _H0, name="ledger")
    writer.start()
    yield World(tmp_path, RecordBook([], writer, ledger.path, lambda: _H0 + 5), writer)
    writer.stop()
    ledger.close()


async def _done(world: World, stack: AsyncExitStack) -> LogKeeping:
    keeping = world.keeping()
    await keeping.start(stack)
    await keeping.catch_up()
    return keeping


@awaited
async def test_a_record_is_a_leaf_as_soon_as_it_is_filed(world: World) -> None:
    async with AsyncExitStack() as stack:
        await _done(world, stack)
        record = await world.book.add("li", _FILED)
        async with asyncio.timeout(60):
            while not world.leaves:
                await asyncio.sleep(0.01)
    assert read_log(world.store / FOLDER).leaf(0) == canonical.record_leaf(record)


@awaited
async def test_what_was_filed_while_nobody_kept_the_log_is_caught_up_in_order(world: World) -> None:
    for person in ("li", "wang", "zhao"):
        await world.book.add(person, _FILED)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    assert world.names() == ["record 1", "record 2", "record 3"]


@awaited
async def test_an_hour_has_a_leaf_of_each_carrier_and_of_the_monitor(world: World) -> None:
    world.keep_hour(_H0)
    world.keep_hour(_H0 + HOUR)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    assert world.names() == [
        "telecom 0", "unicom 0", "monitor 0", "telecom 1", "unicom 1", "monitor 1",
    ]  # fmt: skip


@awaited
async def test_an_hours_leaf_has_the_roots_of_its_lines(world: World) -> None:
    world.keep_hour(_H0)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    lines = evidence.read_hour(world.store / EVIDENCE, _H0, "telecom")
    leaf = world.leaves[0]
    assert isinstance(leaf, canonical.HourLeaf)
    assert (leaf.lines, leaf.sha256, leaf.sm3) == (
        3, merkle.root(lines).hex(), merkle.root(lines, "sm3").hex(),
    )  # fmt: skip


@awaited
async def test_only_what_the_log_lacks_is_asked_for(world: World) -> None:
    async with AsyncExitStack() as stack:
        world.keep_hour(_H0)
        keeping = await _done(world, stack)
        world.now += 2 * HOUR
        world.keep_hour(_H0 + HOUR)
        await keeping.catch_up()
        await keeping.catch_up()
    assert world.asked == [[_H0], [_H0 + HOUR]]


@awaited
async def test_an_hour_that_cannot_be_read_is_said_and_comes_later(world: World) -> None:
    world.keep_hour(_H0)
    world.keep_hour(_H0 + HOUR)
    broken = evidence.file_of(world.store / EVIDENCE, _H0, "unicom")
    whole = broken.read_bytes()
    broken.write_bytes(b"no gzip")
    async with AsyncExitStack() as stack:
        keeping = await _done(world, stack)
        said = keeping.health()["evidence_log"]["reason"]
        before = world.names()
        broken.write_bytes(whole)
        await keeping.catch_up()
    assert (said, keeping.failure) == ("evidence_unread", "")
    assert world.names() == [*before, "telecom 0", "unicom 0", "monitor 0"]


@awaited
async def test_a_log_that_cannot_be_written_is_unhealthy_and_loses_nothing(world: World) -> None:
    (world.store / FOLDER).write_text("in the way")
    async with AsyncExitStack() as stack:
        keeping = await _done(world, stack)
        await world.book.add("li", _FILED)
        said = keeping.health()["evidence_log"]
        (world.store / FOLDER).unlink()
        await keeping.catch_up()
        assert keeping.health()["evidence_log"]["ok"]
    assert (said["ok"], said["reason"]) == (False, "disk_failed")
    assert world.names() == ["record 1"]


@awaited
async def test_what_a_crash_left_is_counted(world: World) -> None:
    world.keep_hour(_H0)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    with (world.store / FOLDER / "leaves.jsonl").open("ab") as file:
        file.write(b'{"half')
    async with AsyncExitStack() as stack:
        keeping = await _done(world, stack)
    assert keeping.losses() == {"evidence_log": (True, 6.0)}


@awaited
async def test_a_ledger_that_is_older_than_the_log_is_not_mixed_with_it(world: World) -> None:
    await world.book.add("li", _FILED)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    world.book = RecordBook([], world.writer, world.store / "ledger.sqlite", lambda: _H0)
    async with AsyncExitStack() as stack:
        keeping = await _done(world, stack)
    assert (keeping.failure, world.names()) == ("ledger_behind", ["record 1"])


def _verified(world: World) -> int:
    """Return the exit code of `extranet sla log verify --evidence`."""
    config = world.store / "monitor.yaml"
    config.write_text("store: {path: .}\n")
    with pytest.raises(SystemExit) as ended:
        main(["--language", "en", "sla", "--config", str(config), "log", "verify", "--evidence"])
    assert isinstance(ended.value.code, int)
    return ended.value.code


async def _two_hours(world: World) -> None:
    world.keep_hour(_H0)
    world.keep_hour(_H0 + HOUR)
    async with AsyncExitStack() as stack:
        await _done(world, stack)


def test_evidence_that_nobody_touched_is_what_was_logged(world: World) -> None:
    asyncio.run(_two_hours(world))
    assert _verified(world) == 0


def test_a_line_of_evidence_that_was_changed_is_found(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_two_hours(world))
    path = evidence.file_of(world.store / EVIDENCE, _H0 + HOUR, "telecom")
    lines = evidence.read_hour(world.store / EVIDENCE, _H0 + HOUR, "telecom")
    path.write_bytes(gzip.compress(b"".join(b"%s\n" % line for line in lines[:-1])))
    assert _verified(world) == 1
    assert f"begins at {_H0 + HOUR} (UTC seconds): its evidence is not" in capsys.readouterr().out


def test_an_hour_of_evidence_that_is_gone_is_missed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_two_hours(world))
    shutil.rmtree(evidence.hour_folder(world.store / EVIDENCE, _H0))
    assert _verified(world) == 1
    assert f"begins at {_H0} (UTC seconds): its evidence is gone" in capsys.readouterr().out


def test_a_carriers_hour_that_is_gone_is_missed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its leaf is there, and the other files of the hour are."""
    asyncio.run(_two_hours(world))
    evidence.file_of(world.store / EVIDENCE, _H0, "telecom").unlink()
    assert _verified(world) == 1
    assert f"begins at {_H0} (UTC seconds): its evidence is not" in capsys.readouterr().out


def test_sums_of_a_sealed_day_that_are_not_those_of_its_lines_are_found(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_two_hours(world))
    day, folder = date(2026, 3, 1), world.store / EVIDENCE
    row = DayRow("telecom", "x", *bounds(day), (), SlotSums(Limits(1, 1, 1), slots=7))
    write_day(folder, day, [row])
    assert _verified(world) == 1
    assert "x: the sums of the sealed day 2026-03-01" in capsys.readouterr().out


# Checkpoints.


def _signed(world: World) -> list[tuple[int, int]]:
    """Size and time of each checkpoint."""
    log = read_log(world.store / FOLDER)
    found: list[tuple[int, int]] = []
    while (one := log.notes.first_since(found[-1][1] + 1 if found else 0)) is not None:
        said = parse_checkpoint(one.text)
        found.append((said.size, said.at or 0))
    return found


@awaited
async def test_the_log_is_signed_once_an_hour(world: World) -> None:
    async with AsyncExitStack() as stack:
        world.keep_hour(_H0 - HOUR)
        keeping = await _done(world, stack)
        first = world.now
        for world.now in (first + 60, first + HOUR):
            world.keep_hour(world.now - world.now % HOUR - HOUR)
            await keeping.catch_up()
    assert _signed(world) == [(3, first), (6, first + HOUR)]


@awaited
async def test_an_hour_without_evidence_is_signed_late(world: World) -> None:
    async with AsyncExitStack() as stack:
        world.keep_hour(_H0 - HOUR)
        keeping = await _done(world, stack)
        for world.now in (_H0 + HOUR + 600, _H0 + HOUR + 2700):
            await keeping.catch_up()
    assert _signed(world) == [(3, _H0 + 600), (3, _H0 + HOUR + 2700)]


@awaited
async def test_a_checkpoint_is_signed_with_the_key_whose_public_half_lies_beside(
    world: World,
) -> None:
    world.keep_hour(_H0)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    known = public_key(world.store / FOLDER)
    made = read_log(world.store / FOLDER).notes.newest()
    assert known is not None
    assert made is not None
    assert is_signed(made, known)
    assert verify(world.store / FOLDER, known) == (3, 1, 3, ())


@awaited
async def test_a_log_goes_on_with_its_key(world: World) -> None:
    world.keep_hour(_H0)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    before = public_key(world.store / FOLDER)
    async with AsyncExitStack() as stack:
        world.now += HOUR
        await _done(world, stack)
    assert public_key(world.store / FOLDER) == before


@awaited
async def test_without_its_key_leaves_are_added_and_not_signed(world: World) -> None:
    world.keep_hour(_H0)
    async with AsyncExitStack() as stack:
        await _done(world, stack)
    (world.store / FOLDER / "log.key").unlink()
    async with AsyncExitStack() as stack:
        world.now += HOUR
        world.keep_hour(_H0 + HOUR)
        keeping = await _done(world, stack)
    assert keeping.failure == "key_missing"
    assert (len(world.leaves), len(_signed(world))) == (6, 1)


def _refused(folder: Path, origin: str) -> str:
    with pytest.raises(LogKeyError) as caught:
        log_key(folder, origin)
    return caught.value.code


def test_a_log_key_is_private(tmp_path: Path) -> None:
    log_key(tmp_path, "a")
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600


def test_no_other_key_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    log_key(tmp_path, "a")
    log_key(tmp_path / "other", "a")
    (tmp_path / "other" / "log.key").rename(tmp_path / "log.key")
    assert _refused(tmp_path, "a") == "key_changed"


def test_a_log_keeps_its_name(tmp_path: Path) -> None:
    log_key(tmp_path, "a")
    assert _refused(tmp_path, "b") == "origin_changed"


def test_a_damaged_public_key_is_said(tmp_path: Path) -> None:
    log_key(tmp_path, "a")
    (tmp_path / "log.pub").write_text("a+00000000+AAAA")
    assert _refused(tmp_path, "a") == "key_unreadable"
