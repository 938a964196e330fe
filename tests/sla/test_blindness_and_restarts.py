"""What the monitor could not see is unknown: its own line lost, switched off, or reloaded."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import link_target
from metrics.observation import Outcome
from sla._network import Mark, Node, SiteNode
from sla.judge import Judge
from sla.outages import live_outages
from sla.states import CLOCK_OFF, Blind, State, Transition
from tests.sla.network import (
    START,
    Phases,
    World,
    all_probes,
    canary_probe,
    causes,
    down_seconds,
    heard,
    make_inventory,
    of,
    phases,
    play,
    run,
    silent,
    snmp_probe,
    spread,
    state_of,
)

TREE = {"c": ["p"], "d": ["p"], "k": ["c"], "t": ["k"], "u": ["k"], "v": ["t"]}


def test_a_monitor_without_canaries_is_never_blind() -> None:
    world = World(make_inventory(TREE), [("monitor", 100, 200)])
    probes = all_probes(world.inventory)
    changes = play(Judge(world.inventory, probes), world.runs(probes, 300, spread))
    assert not any(isinstance(change, Blind) for change in changes)


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_a_monitor_that_loses_its_own_line_calls_nobody_down(phase: Phases, lost_ms: int) -> None:
    inventory = make_inventory(TREE)
    probes = [*all_probes(inventory), canary_probe("gateway"), canary_probe("anchor")]
    world = World(inventory, [("monitor", lost_ms / 1000, 250)])
    judge = Judge(inventory, probes)
    changes = play(judge, world.runs(probes, 400, phase))
    assert down_seconds(changes) == {}
    begun, ended = [change for change in changes if isinstance(change, Blind)]
    assert (begun.reason, begun.until) == ("canaries_silent", None)
    assert abs(begun.since - START - lost_ms / 1000) <= 10
    assert ended.since == begun.since
    assert ended.until is not None
    assert abs(ended.until - START - 250) <= 10
    assert state_of(judge, "link:t-v") is State.UP


def test_while_blind_everything_is_unknown_and_confirming_starts_anew() -> None:
    inventory = make_inventory({"c": ["p"]})
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory).runs(probes, 60, spread))
    judge.observe(silent(probes[0], 60))
    judge.observe(silent(probes[0], 70))
    blind = judge.blind(START + 65, START + 75, "canaries_silent")
    assert judge.is_blind
    assert {t.state for t in judge.states().values()} == {State.UNKNOWN}
    assert {t.since for t in judge.states().values()} == {blind.since}
    judge.sighted(START + 90)
    assert not judge.is_blind
    assert judge.observe(silent(probes[0], 90)) == (State.UNKNOWN, ())
    assert judge.observe(silent(probes[0], 100)) == (State.UNKNOWN, ())
    judge.observe(heard(probes[1], 105))
    assert judge.observe(silent(probes[0], 110))[0] is State.DOWN


def test_blindness_never_reaches_back_over_a_change_that_was_told() -> None:
    inventory = make_inventory({"c": ["p"]})
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    changes = play(judge, World(inventory).runs(probes, 60, spread))
    told = max(change.since for change in changes)
    assert judge.blind(START, START + 75, "canaries_silent").since == told


def test_skipped_canaries_are_as_good_as_silent_ones() -> None:
    inventory = make_inventory({"c": ["p"]})
    canary = canary_probe("gateway")
    judge = Judge(inventory, [*all_probes(inventory), canary])
    judge.observe(run(canary, 0, Outcome.SKIPPED))
    _, changes = judge.observe(silent(canary, 10))
    assert isinstance(changes[0], Blind)
    assert changes[0].since == START


def test_a_canary_that_answers_makes_no_clock_right() -> None:
    inventory = make_inventory({"c": ["p"]})
    canary = canary_probe("gateway")
    judge = Judge(inventory, [*all_probes(inventory), canary])
    judge.blind(START, START, CLOCK_OFF)
    _, changes = judge.observe(heard(canary, 10))
    assert changes == ()
    assert judge.blind_reason == CLOCK_OFF


def test_one_canary_that_answers_keeps_the_monitor_sighted() -> None:
    inventory = make_inventory({"c": ["p"]})
    canaries = [canary_probe("gateway"), canary_probe("anchor")]
    judge = Judge(inventory, canaries)
    for n in range(5):
        judge.observe(silent(canaries[0], 10 * n))
        judge.observe(run(canaries[1], 10 * n + 1, Outcome.ANSWERED, 2, 0, 0.01))
    assert not judge.is_blind


def test_a_restart_in_the_middle_of_an_outage_continues_it() -> None:
    world = World(make_inventory(TREE), [("p-c", 100, 600)])
    probes = all_probes(world.inventory)
    first = Judge(world.inventory, probes)
    before = play(first, world.runs(probes, 300, spread))
    start = down_seconds(before)["link:p-c"][0][0]
    second = Judge(world.inventory, probes)
    gap = second.restore(first.states(), START + 300, START + 400)
    assert gap == Blind(START + 300, START + 400, "monitor_off", START + 400)
    assert state_of(second, "link:p-c") is State.UNKNOWN
    after = play(second, world.runs(probes, 500, spread, since=400))
    assert 400 <= of(after, "link:p-c")[0][1] <= 410
    assert causes(after, "link:c-k") == {f"link:p-c@{START + start}"}


def test_a_restart_after_an_outage_finds_the_link_up_again() -> None:
    world = World(make_inventory(TREE), [("p-c", 100, 350)])
    probes = all_probes(world.inventory)
    first = Judge(world.inventory, probes)
    play(first, world.runs(probes, 300, spread))
    second = Judge(world.inventory, probes)
    second.restore(first.states(), START + 300, START + 400)
    after = play(second, world.runs(probes, 500, spread, since=400))
    assert [step[0] for step in of(after, "link:p-c")] == [State.UP]
    assert 400 <= of(after, "link:p-c")[0][1] <= 410


def test_a_restart_with_the_clock_behind_reaches_back_over_nothing_that_was_told() -> None:
    """Neither the gap nor a blindness before the clock has caught up."""
    world = World(make_inventory({"c": ["p"]}), [("p-c", 600, 900)])
    probes = all_probes(world.inventory)
    first = Judge(world.inventory, probes)
    before = play(first, world.runs(probes, 700, spread))
    second = Judge(world.inventory, [*probes, canary_probe("gateway")])
    gap = second.restore(first.states(), START + 705, START + 100)
    assert gap == Blind(START + 705, START + 100, "monitor_off", START + 100)
    blind = second.blind(START + 110, START + 130, "canaries_silent")
    assert blind.since == gap.since
    ended = second.sighted(START + 140)
    assert ended is not None
    after = play(second, world.runs(probes, 400, spread, since=150))
    assert min(change.since for change in after) >= gap.since
    transitions = [
        change
        for change in (*before, *after)
        if isinstance(change, Transition) and change.target == "link:p-c"
    ]
    (outage,) = live_outages(link_target("p-c"), transitions, (gap, ended), START + 2000)
    assert outage.start - START in range(600, 610)
    assert outage.end == gap.since


def test_a_second_restart_with_the_clock_behind_keeps_the_order() -> None:
    inventory = make_inventory({"c": ["p"]})
    judge = Judge(inventory, all_probes(inventory))
    told = Transition(link_target("p-c"), State.UP, START + 700, START + 200, "answered")
    gap = judge.restore({told.target: told}, START + 250, START + 300)
    assert gap is not None
    assert gap.since == START + 700


def test_a_first_start_leaves_no_gap() -> None:
    inventory = make_inventory({"c": ["p"]})
    assert Judge(inventory, all_probes(inventory)).restore({}, None, START) is None


def test_a_gap_never_reaches_back_over_what_was_seen() -> None:
    inventory = make_inventory({"c": ["p"]})
    judge = Judge(inventory, all_probes(inventory))
    seen = Transition(all_probes(inventory)[0].target, State.UP, START, START + 20, "answered")
    gap = judge.restore({seen.target: seen}, START + 10, START + 100)
    assert gap is not None
    assert gap.since == START + 20


def test_a_reload_keeps_states_and_confirming_runs() -> None:
    inventory = make_inventory({"c": ["p"]})
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory).runs(probes, 60, spread))
    judge.observe(silent(probes[0], 60))
    judge.observe(silent(probes[0], 70))
    larger = make_inventory({"c": ["p"], "d": ["p"]})
    assert judge.reload(larger, all_probes(larger)) == ()
    assert state_of(judge, "link:p-c") is State.UP
    judge.observe(heard(snmp_probe(larger, "p-r"), 75))
    assert judge.observe(silent(probes[0], 80))[0] is State.DOWN


def test_what_is_heard_while_another_network_is_drawn_is_judged_and_carried_over() -> None:
    inventory, larger = make_inventory({"c": ["p"]}), make_inventory({"c": ["p"], "d": ["p"]})
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory).runs(probes, 60, spread))
    drawn = judge.drawn(larger, all_probes(larger))
    for at in (60, 70):
        judge.observe(silent(probes[0], at))
    assert judge.take(drawn) == ()
    judge.observe(heard(snmp_probe(larger, "p-r"), 75))
    assert judge.observe(silent(probes[0], 80))[0] is State.DOWN


def test_a_network_that_was_drawn_and_not_taken_changes_nothing() -> None:
    inventory = make_inventory({"c": ["p"]})
    probes = all_probes(inventory)
    drew, other = Judge(inventory, probes), Judge(inventory, probes)
    runs = list(World(inventory, [("p-c", 60, 120)]).runs(probes, 180, spread))
    drew.drawn(make_inventory({"d": ["p"]}), ())
    assert play(drew, iter(runs)) == play(other, iter(runs)) != []


def test_a_network_that_was_replaced_goes_without_the_collector_of_garbage() -> None:
    inventory = make_inventory(TREE)
    judge = Judge(inventory, all_probes(inventory))
    gc.collect()
    gc.disable()
    try:
        before = _nodes()
        judge.reload(inventory, all_probes(inventory))
        assert _nodes() == before
    finally:
        gc.enable()


def _nodes() -> int:
    return sum(isinstance(one, Mark | Node | SiteNode) for one in gc.get_objects())


def test_a_reload_forgets_what_is_gone_and_judges_sites_again() -> None:
    inventory = make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"]})
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory, [("c-k", 60, 500)]).runs(probes, 150, spread))
    assert state_of(judge, "site:k") is State.DEGRADED
    smaller = make_inventory({"c": ["p"], "d": ["p"], "k": ["d"]})
    changes = judge.reload(smaller, all_probes(smaller))
    gone, site = (change for change in changes if isinstance(change, Transition))
    assert (gone.target, gone.state, gone.reason) == ("link:c-k", State.UNKNOWN, "removed")
    assert gone.since >= START + 140
    assert site.target == "site:k"
    assert state_of(judge, "site:k") is State.UP
    assert state_of(judge, "link:c-k") is None


def _shadow_and_ledger(*, hidden: bool) -> tuple[str, str]:
    """Take `c-k` out while it is down and put it back: what its shadow is of, what is recorded."""
    inventory = make_inventory({"c": ["p"], "k": ["c"], "t": ["k"]})
    probes = all_probes(inventory)
    broken = [("c-k", 60.0, 900.0)] + [("p-c", 100.0, 170.0)] * hidden
    world, judge = World(inventory, broken), Judge(inventory, probes)
    changes = play(judge, world.runs(probes, 150, spread))
    smaller = make_inventory({"c": ["p"]})
    changes += judge.reload(smaller, all_probes(smaller))
    changes += play(judge, world.runs(all_probes(smaller), 250, spread, since=150))
    changes += judge.reload(inventory, probes)
    changes += play(judge, world.runs(probes, 400, spread, since=250))
    of_link = [c for c in changes if isinstance(c, Transition) and c.target == "link:c-k"]
    first, second = live_outages(link_target("c-k"), of_link, (), START + 400)
    assert first.end is not None
    assert 140 <= first.end - START <= 150
    assert second.end is None
    behind = [c for c in changes if isinstance(c, Transition) and c.target == "link:k-t"]
    return behind[-1].cause, second.id


@pytest.mark.parametrize("hidden", [False, True])
def test_what_is_removed_while_down_and_put_back_is_another_outage_to_judge_and_ledger(
    hidden: bool,  # noqa: FBT001 - a case
) -> None:
    in_force, recorded = _shadow_and_ledger(hidden=hidden)
    assert in_force == recorded


def test_a_link_that_nobody_asks_after_a_reload_is_unknown_from_then_on() -> None:
    inventory = make_inventory({"c": ["p"]})
    echo, *boxes = all_probes(inventory)
    judge = Judge(inventory, [echo, *boxes])
    play(judge, World(inventory).runs([echo, *boxes], 60, spread))
    near_only = [probe for probe in boxes if probe.target == "device:p-r"]
    silent_ports = [replace(probe, series=probe.series[:1], raw=1) for probe in near_only]
    changes = list(judge.reload(inventory, silent_ports))
    (state, since, reason), *more = of(changes, "link:p-c")
    assert (state, reason, more) == (State.UNKNOWN, "not_asked", [])
    assert 50 <= since < 60
    assert of(changes, "device:p-r") == []
    assert state_of(judge, "site:c") is State.UNKNOWN


@pytest.mark.parametrize("target", ["site:p", "site:c", "site:v"])
def test_every_connected_site_has_a_state_after_three_runs(target: str) -> None:
    inventory = make_inventory(TREE)
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory).runs(probes, 40, spread))
    assert state_of(judge, target) is State.UP
