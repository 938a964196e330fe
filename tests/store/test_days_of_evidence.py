"""Sums over sealed days are the sums over their slots, whatever of them is counted."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.canonical import (
    HOUR,
    UNIT_US,
    Heard,
    Latency,
    MonitorLeaf,
    RoundTrips,
    SlotRun,
    StateRun,
    encode,
)
from sla.inputs import Limits, SlotSums
from sla.slot_sums import bucket_of
from sla.timeline import Span, union
from store import days, evidence
from store.sums import sums, sums_from_hours

DAY = date(2026, 11, 25)
START, END = days.bounds(DAY)
FIRST, LAST = START - 3 * HOUR, END + 24 * HOUR + 5 * HOUR
LIMITS = Limits(5_000, 100_000, 400)
OTHERS = Limits(4_400, 0, 200, 12, "p95")
LINKS = ("a", "b", "c", "d")
STATES = ("UP", "UP", "UP", "DEGRADED", "DOWN", "UNKNOWN")


class Slot(msgspec.Struct, frozen=True):
    """A slot as it was made; round trips in units, -1 = none, None = no echoes."""

    start: int
    seconds: int
    sent: int
    lost: int
    trips: tuple[int, int, int] | None


class Made(msgspec.Struct, frozen=True):
    """What evidence was made from."""

    folder: Path
    slots: Mapping[str, Sequence[Slot]]
    available: Mapping[str, Sequence[Span]]


def hour_of(link: str, hour: int, chance: Random) -> tuple[list[Slot], list[StateRun]]:
    """Make an hour with slots missing; `d` is UP, the others are something else at times."""
    seconds = 10 if link == "c" else 60
    slots = []
    for at in range(0, HOUR, seconds):
        if chance.random() < 0.05:
            continue
        sent = chance.choice((12, 12, 12, 10, 6))
        lost = chance.choice((0, 0, 0, 0, 1, 2, sent))
        trip = chance.choice((42, 43, 44, 60))
        late = -1 if lost else trip + 3
        trips = (-1, -1, -1) if lost == sent else (trip, late, chance.choice((1, 3, 5)))
        slots.append(Slot(hour + at, seconds, sent, lost, None if link == "b" else trips))
    some = 0 if link == "d" else chance.choice((0, 0, 2))
    edges = sorted({0, HOUR, *chance.sample(range(0, HOUR, 30), some)})
    states = [
        StateRun(start, end, chance.choice(STATES) if len(edges) > 2 else "UP", "", "")
        for start, end in pairwise(edges)
    ]
    return slots, states


def lines(link: str, hour: int, slots: Sequence[Slot], states: Sequence[StateRun]) -> list[bytes]:
    """Write the lines of a circuit's hour, each slot a run of its own."""
    runs = tuple(SlotRun(x.start - hour, x.seconds, 1, x.sent, x.lost) for x in slots)
    trips = tuple(
        Latency(x.start - hour, x.seconds, (x.trips[0],), (x.trips[1],), (x.trips[2],))
        for x in slots
        if x.trips is not None
    )
    heard = [encode(Heard(link, hour, runs, tuple(states)))]
    return [*([encode(RoundTrips(link, hour, trips))] if trips else []), *heard]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two whole local days, both sealed, the second without circuit `b`, and hours around them."""
    folder, chance = tmp_path_factory.mktemp("evidence"), Random(8)
    slots: dict[str, list[Slot]] = {link: [] for link in LINKS}
    available: dict[str, list[Span]] = {link: [] for link in LINKS}
    for hour in range(FIRST, LAST, HOUR):
        found: list[bytes] = []
        for link in LINKS:
            fresh, states = hour_of(link, hour, chance)
            slots[link] += fresh
            available[link] += [
                (hour + one.start, hour + one.end)
                for one in states
                if one.state in {"UP", "DEGRADED"}
            ]
            found += lines(link, hour, fresh, states)
        evidence.write_hour(folder, {"telecom": found}, MonitorLeaf(hour, (), (), None))
    assert [day.day for day in days.pending(folder)] == [24, 25, 26]
    days.seal_day(folder, DAY, dict.fromkeys(LINKS, LIMITS))
    days.seal_day(folder, date(2026, 11, 26), dict.fromkeys("acd", LIMITS))
    return Made(folder, slots, {link: union(spans) for link, spans in available.items()})


def test_a_day_in_pieces_is_the_same_bytes(made: Made, tmp_path: Path) -> None:
    sealed = days.file_of(made.folder, DAY)
    again = tmp_path / "evidence"
    shutil.copytree(made.folder, again)
    days.file_of(again, DAY).unlink()
    pieces = days.sealing(again, DAY, dict.fromkeys(LINKS, LIMITS), piece=7)
    assert len(list(pieces)) >= 24 * len(LINKS) // 7
    assert days.file_of(again, DAY).read_bytes() == sealed.read_bytes()


def test_whoever_lets_go_of_a_day_that_is_half_sealed_leaves_nothing(tmp_path: Path) -> None:
    line = lines("a", FIRST, *hour_of("a", FIRST, Random(1)))
    evidence.write_hour(tmp_path, {"telecom": line}, MonitorLeaf(FIRST, (), (), None))
    pieces = days.sealing(tmp_path, days.days_between(FIRST, FIRST + 1)[0], {"a": LIMITS}, piece=1)
    next(pieces)
    del pieces
    assert not list((tmp_path / "days").iterdir())


def by_slot(slots: Sequence[Slot], limits: Limits, spans: Sequence[Span]) -> SlotSums:
    """Add up slot by slot, as section 1.8 says it."""
    plain: Counter[str] = Counter()
    latency: Counter[int] = Counter()
    for slot in slots:
        end = slot.start + slot.seconds
        if not any(start <= slot.start and end <= finish for start, finish in spans):
            continue
        plain["slots"] += 1
        if slot.sent < limits.min_sent:
            continue
        plain["valid"] += 1
        plain["sent"] += slot.sent
        plain["lost"] += slot.lost
        plain["within_loss"] += slot.lost * 10**6 <= limits.loss_ppm * slot.sent
        if slot.trips is None:
            continue
        trip = slot.trips[0 if limits.quantile == "median" else 1]
        plain["with_latency"] += 1
        if trip >= 0:
            latency[bucket_of(trip * UNIT_US)] += 1
            plain["within_latency"] += trip * UNIT_US <= limits.rtt_us
        if slot.trips[2] >= 0:
            plain["with_jitter"] += 1
            plain["within_jitter"] += slot.trips[2] * UNIT_US <= limits.jitter_us
    return SlotSums(limits, **plain, latency=dict(sorted(latency.items())))


def cut(spans: Sequence[Span], changes: Sequence[tuple[int, int, bool]]) -> list[Span]:
    """Count more (a flash) or less (announced work) than what was available."""
    for start, length, more in changes:
        change = (start, start + length)
        if more:
            spans = union([*spans, change])
        else:
            spans = union(
                part
                for begin, end in spans
                for part in ((begin, min(end, start)), (max(begin, start + length), end))
            )
    return list(spans)


changes = st.lists(
    st.tuples(
        st.integers(FIRST // 30, LAST // 30).map(lambda at: at * 30),
        st.sampled_from((30, 60, 90, 600, 2 * HOUR, 30 * HOUR)),
        st.booleans(),
    ),
    max_size=4,
)


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(st.sampled_from(LINKS), changes), st.sampled_from((LIMITS, OTHERS)), st.data()
)
def test_sums_are_those_of_each_slot_counted(
    made: Made,
    changed: Mapping[str, Sequence[tuple[int, int, bool]]],
    limits: Limits,
    data: st.DataObject,
) -> None:
    since, until = data.draw(st.sampled_from(((FIRST, LAST), (START, END), (START + 90, LAST))))
    counted = {
        link: cut(made.available[link], [*found, (0, since, False), (until, LAST, False)])
        for link, found in changed.items()
    }
    held_to = {"a": limits, "b": LIMITS, "c": limits, "d": limits}
    expected = {
        link: by_slot(made.slots[link], held_to[link], spans) for link, spans in counted.items()
    }

    assert sums(made.folder, "telecom", held_to, counted) == expected
    assert sums_from_hours(made.folder, "telecom", held_to, counted) == expected


def test_days_counted_as_available_need_no_hour(made: Made, tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    for day in days.days_between(START, END):
        days.file_of(tmp_path, day).write_bytes(days.file_of(made.folder, day).read_bytes())
    counted = {"a": cut(made.available["a"], [(0, START, False), (END, LAST, False)])}

    found = sums(tmp_path, "telecom", {"a": LIMITS}, counted)
    assert found["a"] == by_slot(made.slots["a"], LIMITS, counted["a"])


def test_a_circuit_without_limits_has_no_sums(made: Made) -> None:
    assert sums(made.folder, "telecom", {}, {"a": [(START, END)]}) == {}


def test_nothing_counted_is_nothing(made: Made) -> None:
    assert sums(made.folder, "telecom", {"a": LIMITS}, {"a": []}) == {"a": SlotSums(LIMITS)}


def test_a_sealed_day_is_what_its_evidence_comes_to(made: Made) -> None:
    assert days.recompute_day(made.folder, DAY) == []


def test_a_number_that_was_changed_in_a_sealed_day_is_found(made: Made, tmp_path: Path) -> None:
    for hour in range(START, END, HOUR):
        kept = evidence.read_hour(made.folder, hour, "telecom")
        evidence.write_hour(tmp_path, {"telecom": kept}, MonitorLeaf(hour, (), (), None))
    days.seal_day(tmp_path, DAY, {"a": LIMITS, "b": msgspec.structs.replace(LIMITS, rtt_us=1)})
    (tmp_path / "elsewhere").mkdir()
    altered = [
        msgspec.structs.replace(row, sums=msgspec.structs.replace(row.sums, within_loss=1_440))
        if row.link == "b"
        else row
        for row in days.read_day(tmp_path, DAY)
    ]
    days.write_day(tmp_path, DAY, altered)

    (found,) = days.recompute_day(tmp_path, DAY)
    assert (found.carrier, found.link) == ("telecom", "b")
    assert found.sealed is not None
    assert found.evidence is not None
    assert found.sealed.sums.within_loss == 1_440 != found.evidence.sums.within_loss


def test_a_day_is_sealed_when_all_its_hours_are_kept(tmp_path: Path) -> None:
    for hour in range(START, END - HOUR, HOUR):
        evidence.write_hour(tmp_path, {}, MonitorLeaf(hour, (), (), None))
    assert [*days.pending(tmp_path)] == []

    evidence.write_hour(tmp_path, {}, MonitorLeaf(END - HOUR, (), (), None))
    assert [*days.pending(tmp_path)] == [DAY]
    days.seal_day(tmp_path, DAY, {})
    assert [*days.pending(tmp_path)] == []


def test_a_day_is_that_of_the_zone_months_are_counted_in() -> None:
    assert days.bounds(date(2026, 10, 1))[0] == 1_790_784_000  # 2026-09-30 16:00 UTC
    assert days.days_between(START - 1, END + 1) == [date(2026, 11, at) for at in (24, 25, 26)]


@given(st.integers(0, 10**10))
def test_a_bucket_is_a_hundredth_wide(value: int) -> None:
    bucket = bucket_of(value)
    powers = [101**b / 100**b for b in (bucket - 1, bucket)]

    assert value <= powers[1] * (1 + 1e-9)
    assert bucket == 0 or value > powers[0] * (1 - 1e-9)


def test_where_a_bucket_ends_is_exact() -> None:
    for value in (0, 1, 2, 100, 101, 5_000):
        assert bucket_of(value) == next(b for b in range(2_000) if 101**b >= value * 100**b)
