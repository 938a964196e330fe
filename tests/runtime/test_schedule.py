"""The grid: every probe once per interval, at a phase of its own, in any order of looking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inventory.model import device_target
from metrics.observation import Probe
from runtime.schedule import Schedule, phase_ms

START = 1_764_000_000_000


def probe(name: str, every_ms: int) -> Probe:
    return Probe(
        id=name,
        kind="echo",
        target=device_target(name),
        device=None,
        area="xg",
        every_ms=every_ms,
        deadline=1.0,
        series=(),
        raw=0,
        rates=(),
        question=None,
    )


def test_the_phase_of_a_probe_comes_from_its_name_and_survives_a_restart() -> None:
    assert phase_ms("echo@link:a", 10_000) == phase_ms("echo@link:a", 10_000)
    assert phase_ms("echo@link:a", 10_000) != phase_ms("echo@link:b", 10_000)


def test_nothing_is_due_at_the_moment_of_the_start() -> None:
    schedule = Schedule([probe(f"p{number}", 10_000) for number in range(100)], START)

    assert list(schedule.due(START)) == []


def test_ten_thousand_probes_are_spread_over_the_interval() -> None:
    schedule = Schedule([probe(f"p{number}", 10_000) for number in range(10_000)], START)

    per_second = [len(list(schedule.due(START + 1000 * second))) for second in range(1, 11)]

    assert sum(per_second) == 10_000
    assert max(per_second) < 1_200


@given(
    st.lists(st.sampled_from([1_000, 5_000, 10_000, 60_000]), min_size=1, max_size=30),
    st.lists(st.integers(1, 30_000), min_size=1, max_size=30),
    st.integers(0, 100_000),
)
def test_each_instant_of_the_grid_is_given_exactly_once(
    intervals: list[int], steps: list[int], offset: int
) -> None:
    probes = [probe(f"p{number}", every) for number, every in enumerate(intervals)]
    now = start = START + offset
    schedule = Schedule(probes, start)
    given_out: list[tuple[str, int]] = []

    for step in steps:
        now += step
        given_out += [(due.id, slot_ms) for due, slot_ms in schedule.due(now)]

    expected = [
        (each.id, slot_ms)
        for each in probes
        for slot_ms in range(
            start // each.every_ms * each.every_ms + phase_ms(each.id, each.every_ms),
            now + 1,
            each.every_ms,
        )
        if slot_ms > start
    ]
    assert sorted(given_out) == sorted(expected)


@given(
    st.lists(st.sampled_from([1_000, 5_000, 60_000]), max_size=8),
    st.integers(0, 200_000),
    st.integers(0, 200_000),
)
def test_what_is_behind_is_what_would_be_given(every: list[int], first: int, then: int) -> None:
    schedule = Schedule([probe(f"p{n}", ms) for n, ms in enumerate(every)], START)
    list(schedule.due(START + first))

    behind = schedule.behind(START + first + then)

    assert behind == len(list(schedule.due(START + first + then)))


@given(
    st.lists(st.sampled_from([1_000, 5_000, 10_000, 60_000]), min_size=1, max_size=30),
    st.integers(0, 30_000),
    st.integers(0, 30_000),
)
def test_a_grid_that_was_made_earlier_goes_on_where_the_one_before_it_ended(
    intervals: list[int], drawn_at: int, taken_after: int
) -> None:
    probes = [probe(f"p{number}", every) for number, every in enumerate(intervals)]
    taken, end = START + drawn_at + taken_after, START + 120_000
    before, whole = Schedule(probes, START), list(Schedule(probes, START).due(end))
    after = Schedule(probes, START + drawn_at)

    given_out = list(before.due(taken))
    after.go_on_from(taken)
    given_out += after.due(end)

    def names(given: list[tuple[Probe, int]]) -> list[tuple[str, int]]:
        return sorted((due.id, slot_ms) for due, slot_ms in given)

    assert names(given_out) == names(whole)
