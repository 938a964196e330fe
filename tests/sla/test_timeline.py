"""Transitions and blindness become a timeline; a site is the OR of its legs."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from inventory.model import TargetId
from sla.outages import LiveOutage, live_outages
from sla.states import Blind, State, Transition
from sla.timeline import Run, any_up, raw_runs, shadows, single_leg, steps, union

LINK = TargetId("link:x")


def _at(state: State, since: int, seen_at: int | None = None, cause: str = "") -> Transition:
    reason = {State.DOWN: "far_lost", State.SHADOW: "upstream"}.get(state, "answered")
    return Transition(LINK, state, since, since + 20 if seen_at is None else seen_at, reason, cause)


def _states(*changes: Transition, blinds: tuple[Blind, ...] = ()) -> list[tuple[State, int]]:
    return [(step.state, step.start) for step in steps(changes, blinds)]


def _raw(*changes: Transition, blinds: tuple[Blind, ...] = (), until: int = 1000) -> list[Run]:
    return raw_runs(steps(changes, blinds), 0, 1000, 0, until)


def test_a_transition_with_an_equal_since_replaces_the_earlier_one() -> None:
    changes = [_at(State.UP, 0), _at(State.UNKNOWN, 100, 130), _at(State.SHADOW, 100, 140)]
    assert _states(*changes) == [(State.UP, 0), (State.SHADOW, 100)]


def test_blindness_is_unknown_until_the_targets_own_next_transition() -> None:
    changes = [_at(State.UP, 0), _at(State.UP, 250)]
    assert _raw(*changes, blinds=(Blind(100, 115, "canaries_silent", 200),)) == [
        Run("U", 0, 100),
        Run("K", 100, 250),
        Run("U", 250, 1000),
    ]


def test_blindness_takes_back_what_was_judged_since_it_began() -> None:
    changes = [_at(State.UP, 0), _at(State.DOWN, 105, 125), _at(State.UP, 250)]
    assert _raw(*changes, blinds=(Blind(100, 130, "canaries_silent", 200),)) == [
        Run("U", 0, 100),
        Run("K", 100, 250),
        Run("U", 250, 1000),
    ]


def test_after_a_restart_with_the_clock_behind_the_later_entry_holds() -> None:
    down, off = _at(State.DOWN, 5000, 5020), Blind(5020, 4100, "monitor_off", 4100)
    up, again = _at(State.UP, 5020, 4200), _at(State.DOWN, 5020, 4300)
    later = _at(State.UP, 5300, 5320)
    since = [(State.UP, 0), (State.DOWN, 5000)]
    for told, now in (
        ([down], State.UNKNOWN),
        ([down, up], State.UP),
        ([down, up, again], State.DOWN),
    ):
        found = _states(_at(State.UP, 0), *told, blinds=(off,))
        assert found == [*since, (now, 5020)]
        found = _states(_at(State.UP, 0), *told, later, blinds=(off,))
        assert found == [*since, (now, 5020), (State.UP, 5300)]


def test_what_was_seen_in_the_very_second_a_later_life_counts_from_is_unknown_since_then() -> None:
    changes = [_at(State.UP, 0), _at(State.DOWN, 5020, 5020)]
    off = Blind(5020, 4100, "monitor_off", 4100)
    assert _states(*changes, blinds=(off,)) == [(State.UP, 0), (State.UNKNOWN, 5020)]


def test_removal_from_the_inventory_ends_an_outage_and_blindness_takes_nothing_of_it_back() -> None:
    removed = Transition(LINK, State.UNKNOWN, 140, 140, "removed")
    changes = [_at(State.DOWN, 100), removed, _at(State.DOWN, 300)]
    for blinds in ((), (Blind(140, 160, "monitor_off", 160),)):
        first, second = live_outages(LINK, changes, blinds, 400)
        assert (first.start, first.end, first.down_seconds) == (100, 140, 40)
        assert (second.start, second.end) == (300, None)


def test_before_the_first_transition_nothing_is_known() -> None:
    assert _raw(_at(State.UP, 300)) == [Run("K", 0, 300), Run("U", 300, 1000)]


def test_before_the_first_heartbeat_nothing_is_known() -> None:
    runs = raw_runs(steps([_at(State.UP, 300)]), 0, 1000, 400, 1000)
    assert runs == [Run("K", 0, 400), Run("U", 400, 1000)]


def test_a_monitor_that_never_ran_knows_nothing() -> None:
    assert raw_runs(steps([_at(State.UP, 0)]), 0, 1000, None, 0) == [Run("K", 0, 1000)]


def test_after_the_last_heartbeat_nothing_is_known() -> None:
    assert _raw(_at(State.UP, 0), until=600) == [Run("U", 0, 600), Run("K", 600, 1000)]


def test_an_outage_that_began_before_the_window_is_seen_in_full_length() -> None:
    runs = raw_runs(steps([_at(State.DOWN, -500), _at(State.UP, 50)]), 0, 1000, -5000, 1000)
    assert runs == [Run("D", -500, 50), Run("U", 50, 1000)]


def test_shadow_is_down_with_an_overlay_one_slot_wider_at_both_ends() -> None:
    live = steps([_at(State.UP, 0), _at(State.SHADOW, 100, cause="link:y@95"), _at(State.UP, 200)])
    assert raw_runs(live, 0, 1000, 0, 1000)[1] == Run("D", 100, 200)
    assert shadows(live, 10, 1000) == [(90, 210)]


def test_a_shadow_that_lasts_ends_with_what_was_recorded() -> None:
    live = steps([_at(State.SHADOW, 100, cause="link:y@95")])
    assert shadows(live, 10, 300) == [(90, 310)]


def test_touching_spans_become_one() -> None:
    assert union([(5, 9), (0, 5), (20, 30), (22, 25), (40, 40)]) == [(0, 9), (20, 30)]


def test_a_site_is_up_while_any_leg_is() -> None:
    one = [Run("U", 0, 100), Run("D", 100, 300), Run("U", 300, 400)]
    two = [Run("D", 0, 150), Run("G", 150, 200), Run("D", 200, 400)]
    assert any_up([(one, None), (two, None)]) == [
        Run("U", 0, 100),
        Run("D", 100, 150),
        Run("U", 150, 200),
        Run("D", 200, 300),
        Run("U", 300, 400),
    ]


def test_a_site_with_one_leg_down_and_one_unknown_is_unknown() -> None:
    legs = [([Run("D", 0, 100)], None), ([Run("K", 0, 100)], None)]
    assert any_up(legs) == [Run("K", 0, 100)]


def test_a_leg_out_of_service_does_not_take_part() -> None:
    up, down = [Run("U", 0, 100)], [Run("D", 0, 100)]
    assert any_up([(up, [(50, 100)]), (down, None)]) == [Run("D", 0, 50), Run("U", 50, 100)]


def test_a_site_stands_on_one_leg_while_the_others_are_down() -> None:
    one = [Run("U", 0, 100), Run("D", 100, 300), Run("G", 300, 400)]
    two = [Run("U", 0, 50), Run("D", 50, 150), Run("G", 150, 200), Run("D", 200, 400)]

    assert single_leg([(one, None), (two, None)]) == [(50, 100), (150, 200), (300, 400)]


def test_of_three_legs_two_that_are_up_are_redundant() -> None:
    up, down = [Run("U", 0, 100)], [Run("D", 0, 100)]

    assert single_leg([(up, None), (up, None), (down, None)]) == []
    assert single_leg([(up, None), (down, None), (down, None)]) == [(0, 100)]


def test_beside_a_leg_nobody_knows_of_it_is_not_said_that_one_stands_alone() -> None:
    assert single_leg([([Run("U", 0, 100)], None), ([Run("K", 0, 100)], None)]) == []


def test_a_leg_that_is_alone_in_service_lost_no_redundancy() -> None:
    up, down = [Run("U", 0, 100)], [Run("D", 0, 100)]

    assert single_leg([(up, None), (down, [(50, 100)])]) == [(50, 100)]
    assert single_leg([(up, None)]) == []


_HISTORIES = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from(State), st.integers(0, 40)), max_size=12
)
_BLINDS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 60)), max_size=3)


def _history(given_: list[tuple[int, State, int]]) -> list[Transition]:
    found, since = [], 0
    for pause, state, late in given_:
        since += pause
        found.append(_at(state, since, since + late))
    return found


@given(_HISTORIES, _BLINDS, st.integers(0, 600), st.integers(0, 400))
def test_a_raw_timeline_has_no_gap_and_no_overlap(
    history: list[tuple[int, State, int]],
    blinds: list[tuple[int, int]],
    until: int,
    first: int,
) -> None:
    blind = [Blind(since, since + late, "x") for since, late in blinds]
    runs = raw_runs(steps(_history(history), blind), 100, 500, first, until)
    assert runs[0].start <= 100
    assert runs[-1].end == 500
    assert all(before.end == after.start for before, after in itertools.pairwise(runs))
    assert all(run.state == "K" for run in runs if run.end <= first or run.start >= until)


@given(_HISTORIES, _BLINDS)
def test_outages_lie_apart_and_their_seconds_add_up(
    history: list[tuple[int, State, int]], blinds: list[tuple[int, int]]
) -> None:
    blind = [Blind(since, since + late, "x") for since, late in blinds]
    found = live_outages(LINK, _history(history), blind, 1000)
    for before, after in itertools.pairwise(found):
        assert before.end is not None
        assert before.end <= after.start
    for outage in found:
        length = (1000 if outage.end is None else outage.end) - outage.start
        inside = outage.down_seconds + outage.unknown_seconds + outage.shadow_seconds
        assert inside == length


def _outages(*changes: Transition, blinds: tuple[Blind, ...] = ()) -> list[LiveOutage]:
    return live_outages(LINK, changes, blinds, 1000)


def test_an_outage_begins_with_down_and_ends_with_up() -> None:
    (outage,) = _outages(_at(State.UP, 0), _at(State.DOWN, 100), _at(State.UP, 300))
    assert outage == LiveOutage(f"{LINK}@100", LINK, 100, 300, 120, "far_lost", 200, 0, 0)


def test_degraded_ends_an_outage_too() -> None:
    (outage,) = _outages(_at(State.DOWN, 100), _at(State.DEGRADED, 300))
    assert outage.end == 300


def test_an_outage_that_lasts_is_counted_up_to_now() -> None:
    (outage,) = _outages(_at(State.DOWN, 100))
    assert (outage.end, outage.down_seconds) == (None, 900)


def test_a_restart_inside_does_not_end_an_outage() -> None:
    (outage,) = _outages(
        _at(State.DOWN, 100),
        _at(State.DOWN, 400),
        _at(State.UP, 500),
        blinds=(Blind(200, 390, "monitor_off", 390),),
    )
    assert (outage.start, outage.end) == (100, 500)
    assert (outage.down_seconds, outage.unknown_seconds) == (200, 200)


def test_shadow_after_down_does_not_end_an_outage_and_is_not_down_time_of_it() -> None:
    (outage,) = _outages(
        _at(State.DOWN, 100), _at(State.SHADOW, 200, cause="link:y@195"), _at(State.UP, 500)
    )
    assert (outage.end, outage.down_seconds, outage.shadow_seconds) == (500, 100, 300)


def test_shadow_alone_is_no_outage_of_its_own() -> None:
    assert _outages(_at(State.SHADOW, 100, cause="link:y@95"), _at(State.UP, 200)) == []


def test_a_down_that_was_replaced_at_once_never_was() -> None:
    assert _outages(_at(State.DOWN, 100), _at(State.SHADOW, 100, 140), _at(State.UP, 200)) == []
