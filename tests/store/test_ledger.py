"""What was entered is there, in order, also after a restart, and nobody else writes."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.model import Alert, Delivery, Phase
from inventory.model import Interval, TargetId, link_target
from sla.states import Blind, State, Transition
from store._migrate import migrate, migrations, newest
from store.entries import ClockChecked, Heartbeat
from store.errors import EntryError, StoreError
from store.ledger import FILE, Ledger, open_ledger, open_reader

T0 = 1_795_000_000
A, B, C = link_target("a"), link_target("b"), link_target("c")


def at(target: TargetId, state: State, since: int, reason: str = "") -> Transition:
    return Transition(target, state, since, since + 30, reason)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(tmp_path / "store", T0)
    yield opened
    opened.close()


def test_the_transition_in_force_of_each_target_is_the_last_one(ledger: Ledger) -> None:
    ledger.append([at(A, State.UP, T0), at(B, State.UP, T0), at(A, State.DOWN, T0 + 60)])

    assert ledger.reads.last_transitions() == {
        A: at(A, State.DOWN, T0 + 60),
        B: at(B, State.UP, T0),
    }


def test_a_later_transition_with_an_equal_since_replaces_the_earlier(ledger: Ledger) -> None:
    ledger.append([at(A, State.DOWN, T0, "far_lost"), at(A, State.SHADOW, T0, "parent")])

    assert ledger.reads.last_transitions()[A].state is State.SHADOW
    assert ledger.reads.transitions([A], T0, T0 + 1) == {A: [at(A, State.SHADOW, T0, "parent")]}


def test_a_window_begins_with_what_was_in_force_at_its_start(ledger: Ledger) -> None:
    changes = [at(A, State(number % 3), T0 + 60 * number) for number in range(10)]
    ledger.append([*changes, at(B, State.UP, T0 + 10_000)])

    assert ledger.reads.transitions([A, B], T0 + 130, T0 + 240) == {A: changes[2:4]}


def test_a_window_over_all_targets_leaves_out_those_without_a_past(ledger: Ledger) -> None:
    ledger.append([at(A, State.UP, T0), at(B, State.UP, T0 + 100), at(C, State.UP, T0 + 200)])

    assert set(ledger.reads.transitions(None, T0 + 50, T0 + 150)) == {A, B}


def test_no_targets_gives_no_transitions(ledger: Ledger) -> None:
    ledger.append([at(A, State.UP, T0)])

    assert ledger.reads.transitions([], 0, T0 + 1) == {}


def test_transitions_can_neither_be_changed_nor_deleted(ledger: Ledger) -> None:
    ledger.append([at(A, State.UP, T0)])

    with sqlite3.connect(ledger.path) as intruder:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            intruder.execute("UPDATE transition SET state = 0")
        with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
            intruder.execute("DELETE FROM transition")
    intruder.close()


def test_heartbeats_without_a_hole_are_one_run(ledger: Ledger) -> None:
    for second in (0, 10, 20, 40, 100, 110):
        ledger.heartbeat(T0 + second)

    assert ledger.reads.heartbeats() == [Interval(T0, T0 + 40), Interval(T0 + 100, T0 + 110)]
    assert ledger.reads.first_heartbeat() == T0
    assert ledger.reads.last_heartbeat() == T0 + 110


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 60), max_size=20), st.sampled_from([10, 60]))
def test_runs_of_heartbeats_hold_every_beat_and_no_hole_longer_than_two_slots(
    gaps: list[int], slot: int
) -> None:
    beats = [T0, *(T0 + total for total in accumulate(gaps))]
    with TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder), T0)
        ledger.append([Heartbeat(beat, slot) for beat in beats])
        runs = ledger.reads.heartbeats()
        ledger.close()

    edges = {second for run in runs for second in (run.start, run.end)}
    holes = [(one.end or 0, other.start) for one, other in pairwise(runs)]
    assert edges <= set(beats)
    assert holes == [(a, b) for a, b in pairwise(beats) if b - a > 2 * slot]


def test_a_heartbeat_of_a_clock_that_was_set_back_moves_nothing_back(ledger: Ledger) -> None:
    ledger.append([Heartbeat(T0), Heartbeat(T0 + 10), Heartbeat(T0 + 5)])

    assert ledger.reads.heartbeats() == [Interval(T0, T0 + 10)]


def test_before_the_first_heartbeat_there_is_none(ledger: Ledger) -> None:
    assert ledger.reads.first_heartbeat() is None
    assert ledger.reads.last_heartbeat() is None


def test_a_blind_that_ended_replaces_the_one_that_lasted(ledger: Ledger) -> None:
    ledger.append(
        [
            Blind(T0, T0 + 30, "canaries_silent"),
            Blind(T0, T0 + 30, "canaries_silent", T0 + 100),
            Blind(T0 + 500, T0 + 510, "monitor_off"),
        ]
    )

    assert ledger.reads.blinds(T0 + 50, T0 + 1000) == [
        Blind(T0, T0 + 30, "canaries_silent", T0 + 100),
        Blind(T0 + 500, T0 + 510, "monitor_off"),
    ]


def test_a_blind_that_was_over_before_is_told_while_no_other_came(ledger: Ledger) -> None:
    first = Blind(T0, T0 + 30, "canaries_silent", T0 + 100)
    second = Blind(T0 + 200, T0 + 210, "monitor_off", T0 + 210)
    ledger.append([first, second])

    assert ledger.reads.blinds(T0 + 150, T0 + 180) == [first]
    assert ledger.reads.blinds(T0 + 300, T0 + 400) == [second]


def alert(name: str, phase: Phase, resolved_at: int | None = None) -> Alert:
    return Alert(
        f"link-down/{A}@{name}",
        "link-down",
        A,
        "major",
        phase,
        T0,
        resolved_at=resolved_at,
        affected={"village": 12},
        labels={"team": "网管"},
    )


def test_an_alert_is_kept_as_it_stood_last(ledger: Ledger) -> None:
    ledger.save_alerts([alert("1", Phase.PENDING), alert("2", Phase.PENDING)])
    ledger.save_alerts([alert("1", Phase.FIRING), alert("2", Phase.RESOLVED, T0 + 90)])

    assert ledger.reads.open_alerts() == [alert("1", Phase.FIRING)]
    assert ledger.reads.resolved_alerts(T0 + 60) == [alert("2", Phase.RESOLVED, T0 + 90)]
    assert ledger.reads.resolved_alerts(T0 + 91) == []


def test_deliveries_are_listed_newest_first(ledger: Ledger) -> None:
    tries = [
        Delivery("x", Phase.FIRING, "noc", "webhook", T0, ok=False, error="timeout"),
        Delivery(
            "x", Phase.FIRING, "noc", "webhook", T0 + 5, ok=True, severity="info", news="flapping"
        ),
        Delivery("y", Phase.FIRING, "noc", "mail", T0 + 6, ok=False, permanent=True),
    ]
    ledger.append(tries)

    assert ledger.reads.deliveries() == tries[::-1]
    assert ledger.reads.deliveries(alert="x", limit=1) == [tries[1]]


def test_a_second_writer_is_told_who_writes(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match=f"process {os.getpid()} writes it") as refused:
        open_ledger(ledger.path.parent, T0)

    assert refused.value.code == "held"


def test_the_right_to_write_comes_back_when_the_ledger_is_closed(tmp_path: Path) -> None:
    open_ledger(tmp_path, T0).close()

    open_ledger(tmp_path, T0).close()


def test_files_are_for_their_owner_only(ledger: Ledger) -> None:
    ledger.heartbeat(T0)

    folder = ledger.path.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {FILE, f"{FILE}-wal", "ledger.lock"} <= set(modes)


def test_a_reader_sees_what_is_written_while_it_is_open(ledger: Ledger) -> None:
    reader = open_reader(ledger.path)
    ledger.append([at(A, State.UP, T0)])

    assert set(reader.last_transitions()) == {A}
    reader.close()


def test_a_reader_cannot_write(ledger: Ledger) -> None:
    reader = open_reader(ledger.path)

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("INSERT INTO heartbeat VALUES (1, 1)")
    reader.close()


def test_a_ledger_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unopened") as refused:
        open_reader(tmp_path / FILE)

    assert refused.value.path == tmp_path / FILE


def test_one_entry_that_cannot_be_written_is_named_and_nothing_is_half_written(
    ledger: Ledger,
) -> None:
    bad = at(B, State.UP, 2**70)

    with pytest.raises(EntryError) as refused:
        ledger.append([at(A, State.UP, T0), bad])

    assert refused.value.entry is bad
    assert not refused.value.temporary
    assert ledger.reads.last_transitions() == {}
    ledger.append([at(B, State.UP, T0)])
    assert set(ledger.reads.last_transitions()) == {B}


def test_text_that_utf8_cannot_carry_is_written_escaped(ledger: Ledger) -> None:
    ledger.append([at(A, State.DOWN, T0, "bad \udcff")])

    assert ledger.reads.last_transitions()[A].reason == "bad \\udcff"


@pytest.mark.parametrize("version", [number for number, _ in migrations()][:-1])
def test_a_ledger_of_each_earlier_version_is_brought_forward(tmp_path: Path, version: int) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o700)
    old = sqlite3.connect(folder / FILE, isolation_level=None)
    migrate(old, folder / FILE, to=version)
    old.execute("INSERT INTO target VALUES (1, ?)", (A,))
    old.execute("INSERT INTO transition VALUES (1, 1, 0, ?, ?, 'recovered', '')", (T0, T0 + 30))
    old.execute("INSERT INTO current VALUES (1, 1, ?)", (T0,))
    old.close()

    ledger = open_ledger(folder, T0)
    ledger.save_alerts([alert("1", Phase.FIRING)])

    assert ledger.reads.last_transitions() == {A: at(A, State.UP, T0, "recovered")}
    assert ledger.reads.accounts() == []
    ledger.close()


def test_a_delivery_of_before_its_version_was_kept_has_none(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    migrate(old, tmp_path / FILE, to=3)
    old.execute(
        "INSERT INTO delivery VALUES (1, 'x', 'firing', 'noc', 'webhook', ?, 1, '', 0)", (T0,)
    )
    old.close()

    ledger = open_ledger(tmp_path, T0)

    assert ledger.reads.deliveries_of(["x"]) == [
        Delivery("x", Phase.FIRING, "noc", "webhook", T0, ok=True)
    ]
    ledger.close()


def test_migrations_are_numbered_without_a_hole() -> None:
    assert [number for number, _ in migrations()] == list(range(1, newest() + 1))


def test_a_ledger_of_a_later_version_is_refused_untouched(tmp_path: Path) -> None:
    open_ledger(tmp_path, T0).close()
    later = sqlite3.connect(tmp_path / FILE)
    later.execute("PRAGMA user_version = 9999")
    later.close()

    with pytest.raises(StoreError, match="version 9999") as refused:
        open_ledger(tmp_path, T0)

    assert refused.value.code == "newer"
    assert (tmp_path / FILE).exists()


@pytest.mark.parametrize("damage", ["head", "middle"])
def test_a_corrupt_ledger_is_set_aside_and_never_replaced_silently(
    tmp_path: Path, damage: str
) -> None:
    ledger = open_ledger(tmp_path, T0)
    ledger.append([at(link_target(f"l{n}"), State.UP, T0 + n) for n in range(2_000)])
    ledger.close()
    content = bytearray((tmp_path / FILE).read_bytes())
    position = 0 if damage == "head" else len(content) // 2 // 4096 * 4096
    content[position : position + 4096] = b"\xff" * 4096
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(StoreError, match="ledger-corrupt-1795000007") as first:
        open_ledger(tmp_path, T0 + 7)
    with pytest.raises(StoreError) as second:
        open_ledger(tmp_path, T0 + 8)

    assert (first.value.code, second.value.code) == ("corrupt", "set_aside")
    assert (tmp_path / "ledger-corrupt-1795000007.sqlite").read_bytes() == content
    afresh = open_ledger(tmp_path, T0 + 9, start_afresh=True)
    assert afresh.reads.last_transitions() == {}
    afresh.close()


@pytest.mark.parametrize(
    ("offsets", "worst"),
    [
        ((), None),
        ((30, -400, 200), -400),
        ((0,), 0),
        ((30, None), None),
        ((None, 30), None),
    ],
)
def test_the_worst_offset_of_the_clock_in_an_hour_is_known_when_each_look_found_a_source(
    ledger: Ledger, offsets: tuple[int | None, ...], worst: int | None
) -> None:
    hour = T0 - T0 % 3_600
    ledger.append([ClockChecked(hour + 60 * n, offset) for n, offset in enumerate(offsets)])
    ledger.append([ClockChecked(hour - 1, 9_000_000), ClockChecked(hour + 3_600, None)])

    assert ledger.reads.clock(hour) == worst
