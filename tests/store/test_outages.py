"""The list of live outages says what the transitions say, whatever order they come in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import link_target
from sla.outages import live_outages
from sla.states import Blind, State, Transition, outage_id
from store.entries import Entry
from store.ledger import open_ledger
from store.reader import OutageRow

T0 = 1_795_000_000
A, B = link_target("a"), link_target("b")
UP, DEGRADED, DOWN, UNKNOWN, SHADOW = State


def at(state: State, second: int, target: str = A, seen: int = 0) -> Transition:
    return Transition(link_target(target[5:]), state, T0 + second, T0 + second + seen, "why")


def listed(entries: Sequence[Entry], *, restart_after: int | None = None) -> list[OutageRow]:
    with TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder), T0)
        for number, entry in enumerate(entries):
            ledger.append([entry])
            if number == restart_after:
                ledger.close()
                ledger = open_ledger(Path(folder), T0)
        found = ledger.reads.outages()
        ledger.close()
    return found


def outage(start: int, end: int | None, down: int, since: int | None = None) -> OutageRow:
    return OutageRow(
        outage_id(A, T0 + start),
        A,
        T0 + start,
        None if end is None else T0 + end,
        T0 + start,
        "why",
        down,
        None if since is None else T0 + since,
    )


def test_down_opens_an_outage_and_up_closes_it() -> None:
    assert listed([at(UP, 0), at(DOWN, 60), at(UP, 100)]) == [outage(60, 100, 40)]


def test_an_outage_that_lasts_has_no_end_and_says_since_when_it_is_down() -> None:
    (lasting,) = listed([at(DOWN, 60)])

    assert lasting == outage(60, None, 0, since=60)
    assert lasting.down_until(T0 + 75) == 15


def test_unknown_and_shadow_keep_an_outage_open_and_are_not_counted() -> None:
    states = [at(DOWN, 0), at(UNKNOWN, 10), at(SHADOW, 30), at(DOWN, 70), at(DEGRADED, 75)]

    assert listed(states) == [outage(0, 75, 15)]


def test_a_blind_keeps_an_outage_open_until_the_target_is_seen() -> None:
    entries: list[Entry] = [
        at(DOWN, 0),
        Blind(T0 + 20, T0 + 50, "monitor_off", T0 + 50),
        at(UP, 60),
    ]

    assert listed(entries) == [outage(0, 60, 20)]


def test_after_a_restart_with_the_clock_behind_an_outage_ends_as_entered() -> None:
    entries: list[Entry] = [
        at(DOWN, 1000, seen=20),
        Blind(T0 + 1020, T0 + 100, "monitor_off", T0 + 100),
        at(UP, 1020, seen=-820),
    ]

    assert [row.end for row in listed(entries[:2])] == [None]
    (row,) = listed(entries)
    assert (row.start - T0, row.end, row.down_seconds) == (1000, T0 + 1020, 20)


def test_blindness_while_the_clock_is_behind_is_not_down() -> None:
    entries: list[Entry] = [
        at(DOWN, 1000, seen=20),
        Blind(T0 + 1020, T0 + 100, "monitor_off", T0 + 100),
    ]

    assert [row.down_until(T0 + 2000) for row in listed(entries)] == [20]


def test_an_outage_ends_where_its_target_leaves_the_inventory() -> None:
    entries: list[Entry] = [
        at(DOWN, 0),
        Transition(A, UNKNOWN, T0 + 20, T0 + 20, "removed"),
        Blind(T0 + 20, T0 + 50, "monitor_off", T0 + 50),
        at(DOWN, 60),
    ]

    assert listed(entries[:3]) == [outage(0, 20, 20)]
    assert listed(entries) == [outage(60, None, 0, since=60), outage(0, 20, 20)]


def test_a_restart_continues_an_outage_under_its_own_name() -> None:
    entries: list[Entry] = [
        at(DOWN, 0),
        Blind(T0 + 20, T0 + 50, "monitor_off", T0 + 50),
        at(DOWN, 60),
        at(UP, 90),
    ]

    assert listed(entries, restart_after=1) == [outage(0, 90, 50)]


def test_down_that_was_replaced_by_up_was_no_outage() -> None:
    assert listed([at(UP, 0), at(DOWN, 60), at(UP, 60)]) == []


def test_an_end_that_was_replaced_by_down_was_no_end() -> None:
    assert listed([at(DOWN, 0), at(UP, 60), at(DOWN, 60)]) == [outage(0, None, 60, since=60)]


def test_outages_are_listed_newest_first_by_target_and_time(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, T0)
    ledger.append(
        [
            at(state, start + length, target)
            for start in (0, 100, 200)
            for target in (A, B)
            for state, length in ((DOWN, 0), (UP, 50))
        ]
    )

    starts = [(row.target, row.start - T0) for row in ledger.reads.outages(limit=3)]
    assert starts == [(A, 200), (B, 200), (A, 100)]
    window = ledger.reads.outages(A, since=T0 + 50, until=T0 + 200)
    assert [row.start - T0 for row in window] == [100]
    ledger.close()


@st.composite
def _histories(draw: st.DrawFn) -> list[Entry]:
    """Changes as the judge gives them: neither `since` nor `seen_at` ever decreases."""
    since = seen = 0
    entries: list[Entry] = []
    for _ in range(draw(st.integers(0, 14))):
        since += draw(st.integers(0, 12))
        seen = max(seen, since) + draw(st.integers(0, 5))
        state = draw(st.sampled_from([*State, None]))
        if state is None:
            entries.append(Blind(T0 + since, T0 + seen, "blind"))
        else:
            gone = state is UNKNOWN and draw(st.booleans())
            reason = "removed" if gone else "why"
            entries.append(Transition(A, state, T0 + since, T0 + seen, reason))
    return entries


@settings(max_examples=60, deadline=None)
@given(_histories(), st.integers(0, 14))
def test_the_list_equals_what_the_transitions_add_up_to(
    entries: list[Entry], restart_after: int
) -> None:
    until = T0 + 1_000
    transitions = [entry for entry in entries if isinstance(entry, Transition)]
    blinds = [entry for entry in entries if isinstance(entry, Blind)]

    expected = [
        (o.id, o.start, o.end, o.seen_at, o.reason, o.down_seconds)
        for o in live_outages(A, transitions, blinds, until)
    ]
    found = [
        (row.id, row.start, row.end, row.seen_at, row.reason, row.down_until(until))
        for row in reversed(listed(entries, restart_after=restart_after))
    ]
    assert found == expected


def test_the_outages_that_last_are_known_at_a_start(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, T0)
    ledger.append([at(DOWN, 0), at(UNKNOWN, 50), at(DOWN, 0, B), at(UP, 60, B)])

    assert ledger.reads.open_outages() == {A: T0}
    ledger.close()
