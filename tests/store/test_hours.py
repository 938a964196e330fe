"""An hour of history is sealed once, loses nothing on the way, and is read back as it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from inventory.model import ProbeSpec, link_target
from runtime import worker
from sla.states import Blind, State, Transition
from store.entries import Entry
from store.errors import StoreError
from store.history import Cell, ClosedSlot
from store.hours import (
    HOUR,
    SETTLE,
    HourFiles,
    hours_with,
    running_file,
    sealed_file,
    settle_seconds,
)
from store.ledger import Ledger, open_ledger, open_reader
from store.past import HistoryRow, read
from store.seal import seal
from tests.store.network import inventory

H0 = 1_795_525_200  # 2026-11-24 13:00 UTC
LINK = link_target("l0")


def slot(start: int, links: int = 1, sent: int = 12, octets: int | None = 1_000) -> ClosedSlot:
    cells = {}
    for number in range(links):
        cell = cells[f"l{number}"] = Cell()
        heard = [0.010, 0.011] * (sent // 2)
        cell.sent, cell.lost, cell.rtts = sent, 1, [*heard[: sent - 1], None]
        cell.in_octets, cell.out_octets = octets, None
    return ClosedSlot(start, 60, cells)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path, H0)
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[HourFiles]:
    opened = HourFiles(tmp_path / "history")
    yield opened
    opened.close()


def seal_only_hour(folder: Path, files: HourFiles, ledger: Ledger) -> None:
    (hour,) = files.close_hours(H0 + 2 * HOUR)
    seal(folder, hour, ledger.reads)


def row(start: int, state: State, down: int, sent: int = 12) -> HistoryRow:
    heard = (0.01, None, 1_000, None)
    return HistoryRow("l0", start, 60, sent, 1, *heard, state, down, jitter=0.001)


def test_a_running_hour_is_read_with_the_states_of_the_ledger(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    files.write([slot(H0 + 60 * number, links=3) for number in range(4)])
    ledger.append(
        [
            Transition(LINK, State.UP, H0 - 500, H0, ""),
            Transition(LINK, State.DOWN, H0 + 90, H0 + 120, "far_lost"),
            Transition(LINK, State.UP, H0 + 130, H0 + 160, "recovered"),
        ]
    )

    assert read(tmp_path / "history", ledger.reads, "l0", H0, H0 + HOUR) == [
        row(H0, State.UP, 0),
        row(H0 + 60, State.DOWN, 30),
        row(H0 + 120, State.UP, 10),
        row(H0 + 180, State.UP, 0),
    ]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], (State.UNKNOWN, 0)),
        ([Transition(LINK, State.DOWN, H0 - 900, H0, "")], (State.DOWN, 60)),
        ([Transition(LINK, State.SHADOW, H0, H0, "")], (State.SHADOW, 0)),
        (
            [
                Transition(LINK, State.DOWN, H0 - 900, H0, ""),
                Blind(H0 + 20, H0 + 30, "canaries_silent"),
            ],
            (State.UNKNOWN, 20),
        ),
        (
            [
                Transition(LINK, State.DOWN, H0 - 900, H0 - 900, ""),
                Blind(H0 - 600, H0 - 500, "monitor_off", H0 - 500),
            ],
            (State.UNKNOWN, 0),
        ),
        ([Transition(LINK, State.UP, H0 + 60, H0 + 90, "")], (State.UNKNOWN, 0)),
    ],
)
def test_the_state_of_a_slot_is_what_the_ledger_says_at_its_end(
    tmp_path: Path,
    ledger: Ledger,
    files: HourFiles,
    entries: list[Entry],
    expected: tuple[State, int],
) -> None:
    files.write([slot(H0)])
    ledger.append(entries)

    (found,) = read(tmp_path / "history", ledger.reads, "l0", H0, H0 + 60)
    assert (found.state, found.down_seconds) == expected


def test_a_slot_torn_by_a_restart_is_added_up(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    files.write([slot(H0, sent=4)])
    files.write([slot(H0, sent=8, octets=None)])

    (found,) = read(tmp_path / "history", ledger.reads, "l0", H0, H0 + HOUR)
    assert (found.sent, found.lost, found.in_octets, found.out_octets) == (12, 2, 1_000, None)


def test_an_hour_is_sealed_only_when_no_state_can_be_back_dated_into_it(files: HourFiles) -> None:
    files.write([slot(H0), slot(H0 + HOUR)])

    assert files.close_hours(H0 + HOUR + SETTLE - 1) == []
    assert files.close_hours(H0 + HOUR + SETTLE) == [H0]


def test_an_hour_settles_later_where_its_targets_are_asked_seldom(files: HourFiles) -> None:
    files.write([slot(H0)])

    assert files.close_hours(H0 + HOUR + SETTLE, settle=1_500) == []
    files.write([slot(H0 + HOUR - 60)])
    assert files.late == 0
    assert files.close_hours(H0 + HOUR + 1_500, settle=1_500) == [H0]


@pytest.mark.parametrize(
    ("every", "settle"),
    [(10.0, 30 + SETTLE), (60.0, 180 + SETTLE), (300.0, 5 * 300)],
)
def test_the_slowest_link_says_when_an_hour_has_settled(every: float, settle: int) -> None:
    where = inventory(2)
    slow = replace(where.links["l1"], probes=(ProbeSpec("echo", every),))
    where = replace(where, links={**where.links, "l1": slow})

    assert settle_seconds(where) == settle


def test_a_slow_question_that_judges_nothing_delays_no_sealing() -> None:
    where = inventory()
    asked = (ProbeSpec("interfaces", 10), ProbeSpec("interface_settings", 3_600))
    devices = {name: replace(device, probes=asked) for name, device in where.devices.items()}
    where = replace(where, devices=devices)

    assert settle_seconds(where) == 30 + SETTLE
    assert settle_seconds(replace(where, devices={}, links={})) == SETTLE


@pytest.mark.parametrize(("told_until", "sealed"), [(1_499, False), (1_500, True)])
def test_an_hour_is_sealed_when_the_ledger_has_said_all_about_it(
    tmp_path: Path,
    ledger: Ledger,
    files: HourFiles,
    told_until: int,
    sealed: bool,  # noqa: FBT001 - a case
) -> None:
    """A heartbeat is entered after what was decided before it: what waits is not known yet."""
    where = inventory()
    slow = replace(where.links["l0"], probes=(ProbeSpec("echo", 300),))
    worker._here = worker._Here(tmp_path, replace(where, links={"l0": slow}))
    files.write([slot(H0)])
    ledger.heartbeat(H0 + HOUR + told_until)

    assert worker.seal_hours(files.close_hours(H0 + 2 * HOUR)) == []
    assert sealed_file(tmp_path / "history", H0).exists() is sealed
    assert running_file(tmp_path / "history", H0).exists() is not sealed


def test_a_sealed_hour_reads_as_the_running_one_did(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    folder = tmp_path / "history"
    files.write([slot(H0 + 60 * number, links=5) for number in range(60)])
    ledger.append([Transition(LINK, State.DOWN, H0 + 630, H0 + 660, "far_lost")])
    before = read(folder, ledger.reads, "l0", H0 + 120, H0 + 1_200)
    (hour,) = files.close_hours(H0 + 2 * HOUR)

    assert seal(folder, hour, ledger.reads) == 300
    assert read(folder, ledger.reads, "l0", H0 + 120, H0 + 1_200) == before
    assert len(before) == 18
    assert sorted(file.name for file in running_file(folder, H0).parent.iterdir()) == ["13.parquet"]


def test_a_sealed_hour_lies_under_its_utc_date_for_its_owner_only(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    files.write([slot(H0)])
    seal_only_hour(tmp_path / "history", files, ledger)

    sealed = tmp_path / "history/2026/11/24/13.parquet"
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert hours_with(tmp_path / "history", ".parquet") == [H0]


def test_anybody_can_query_a_sealed_hour(tmp_path: Path, ledger: Ledger, files: HourFiles) -> None:
    files.write([slot(H0 + 60 * number, links=2) for number in range(10)])
    seal_only_hour(tmp_path / "history", files, ledger)

    engine = duckdb.connect()
    answer = engine.execute(
        "SELECT link, sum(sent), sum(lost) FROM read_parquet(?) GROUP BY link ORDER BY link",
        [str(tmp_path / "history/*/*/*/*.parquet")],
    ).fetchall()
    engine.close()
    assert answer == [("l0", 120, 10), ("l1", 120, 10)]


def test_sealing_that_died_before_the_rows_went_is_repeated_without_harm(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    folder = tmp_path / "history"
    files.write([slot(H0 + 60 * number) for number in range(60)])
    (hour,) = files.close_hours(H0 + 2 * HOUR)
    left_over = running_file(folder, hour).read_bytes()
    seal(folder, hour, ledger.reads)
    before = read(folder, ledger.reads, "l0", H0, H0 + HOUR)
    running_file(folder, hour).write_bytes(left_over)
    sealed_file(folder, hour).with_suffix(".parquet.tmp").write_bytes(b"torn")

    assert files.close_hours(H0 + 2 * HOUR) == [H0]
    assert seal(folder, hour, ledger.reads) == 60
    assert read(folder, ledger.reads, "l0", H0, H0 + HOUR) == before
    assert files.close_hours(H0 + 2 * HOUR) == []


def test_slots_that_come_back_to_a_sealed_hour_only_fill_its_holes(
    tmp_path: Path, ledger: Ledger
) -> None:
    folder = tmp_path / "history"
    for slots in ([slot(H0), slot(H0 + 60)], [slot(H0 + 60, sent=3), slot(H0 + 120)]):
        files = HourFiles(folder)
        files.write(slots)
        seal_only_hour(folder, files, ledger)

    found = read(folder, ledger.reads, "l0", H0, H0 + HOUR)
    assert [(row.slot - H0, row.sent) for row in found] == [(0, 12), (60, 12), (120, 12)]


def test_a_slot_of_a_settled_hour_is_counted_and_not_kept(files: HourFiles) -> None:
    files.close_hours(H0 + 2 * HOUR)
    files.write([slot(H0)])

    assert (files.late, files.rows) == (1, 0)


def test_a_batch_over_two_hours_that_failed_in_the_second_is_written_once(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    batch = [slot(H0 + HOUR - 60), slot(H0 + HOUR)]
    obstacle = running_file(tmp_path / "history", H0 + HOUR)
    obstacle.mkdir(parents=True)
    with pytest.raises(StoreError) as refused:
        files.write(batch)
    assert refused.value.temporary
    obstacle.rmdir()
    files.write(batch)

    found = read(tmp_path / "history", ledger.reads, "l0", H0, H0 + 2 * HOUR)
    assert [(row.slot, row.sent) for row in found] == [(H0 + HOUR - 60, 12), (H0 + HOUR, 12)]


def test_a_reader_sees_every_slot_at_any_moment_of_sealing(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    folder = tmp_path / "history"
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        reader = open_reader(ledger.path)
        while not done.is_set():
            seen.append(len(read(folder, reader, "l0", H0, H0 + 20 * HOUR)))
        reader.close()

    files.write([slot(H0 + 600 * number) for number in range(120)])
    looking = threading.Thread(target=look)
    looking.start()
    for hour in files.close_hours(H0 + 20 * HOUR + SETTLE):
        seal(folder, hour, ledger.reads)
    done.set()
    looking.join()

    assert hours_with(folder, ".sqlite") == []
    assert set(seen) == {120}


def test_a_row_that_cannot_be_written_keeps_no_other_from_it(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    """Its own link loses it, and it is counted."""
    sick = slot(H0, links=2)
    sick.cells["l1"].lost = 2**63
    files.write([sick])

    assert (files.rows, files.refused) == (1, 1)
    assert len(read(tmp_path / "history", ledger.reads, "l0", H0, H0 + HOUR)) == 1


def test_a_corrupt_running_hour_is_set_aside_and_the_next_try_goes_on(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    broken = running_file(tmp_path / "history", H0)
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no database " * 1_000)

    with pytest.raises(StoreError, match=r"set aside as 13\.corrupt-1") as refused:
        files.write([slot(H0)])
    files.write([slot(H0)])

    assert refused.value.temporary
    assert len(read(tmp_path / "history", ledger.reads, "l0", H0, H0 + HOUR)) == 1
    assert broken.with_suffix(".corrupt-1").read_bytes().startswith(b"no database")


def test_a_corrupt_hour_that_waits_is_set_aside_and_not_tried_again(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    broken = running_file(tmp_path / "history", H0)
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no database " * 1_000)
    (hour,) = files.close_hours(H0 + 2 * HOUR)

    with pytest.raises(StoreError, match="set aside") as refused:
        seal(tmp_path / "history", hour, ledger.reads)

    assert refused.value.code == "corrupt"
    assert files.close_hours(H0 + 2 * HOUR) == []
    assert broken.with_suffix(".corrupt-1").exists()


def test_a_window_over_sealed_and_running_hours_is_whole(
    tmp_path: Path, ledger: Ledger, files: HourFiles
) -> None:
    folder = tmp_path / "history"
    files.write([slot(H0 + 60 * number) for number in range(180)])
    for hour in files.close_hours(H0 + 2 * HOUR + SETTLE):
        seal(folder, hour, ledger.reads)

    found = read(folder, ledger.reads, "l0", H0, H0 + 3 * HOUR)
    assert hours_with(folder, ".parquet") == [H0, H0 + HOUR]
    assert [row.slot for row in found] == [H0 + 60 * number for number in range(180)]


def test_a_link_without_history_has_none(tmp_path: Path, ledger: Ledger) -> None:
    assert read(tmp_path / "history", ledger.reads, "nobody", H0, H0 + HOUR) == []
