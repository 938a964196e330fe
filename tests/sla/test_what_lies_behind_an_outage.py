"""Many targets at once: one root cause, everything behind it in its shadow, whatever the phases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.observation import Observation, Outcome
from sla.judge import Change, Judge
from sla.states import Blind, State, Transition
from tests.sla.network import (
    START,
    World,
    all_probes,
    canary_probe,
    make_inventory,
    of,
    play,
    run,
    silent,
    state_of,
)

TREE = {"c": ["p"], "d": ["p"], "k": ["c"], "t": ["k"], "u": ["k"], "v": ["t"]}
"""p - c - k - t - v, with d beside c and u beside t."""
BEHIND = ["link:c-k", "link:k-t", "link:k-u", "link:t-v"]

Phases = Callable[[int], float]


@st.composite
def phases(draw: st.DrawFn) -> Phases:
    """Draw the phase of each probe within its interval, in seconds."""
    chosen = draw(st.lists(st.integers(0, 9_999), min_size=40, max_size=40))
    return lambda number: chosen[number] / 1000


def spread(number: int) -> float:
    """Spread probes as a hash of their names would."""
    return (number * 3.7) % 10


def _changes(
    world: World, phase: Phases, *, until: float = 400, snmp: int = 10_000
) -> list[Change]:
    probes = all_probes(world.inventory, snmp_every=snmp)
    return play(Judge(world.inventory, probes), world.runs(probes, until, phase))


def _down(changes: list[Change]) -> dict[str, list[tuple[int, int]]]:
    """Return seconds during which each target was DOWN, as the ledger would keep it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for target in {c.target for c in changes if isinstance(c, Transition)}:
        steps = of(changes, target)
        ends = [since for _, since, _ in steps[1:]] + [10_000]
        for (state, since, _), end in zip(steps, ends, strict=True):
            if state is State.DOWN:
                found.setdefault(target, []).append((since, end))
    return found


def _causes(changes: list[Change], target: str) -> set[str]:
    return {
        c.cause
        for c in changes
        if isinstance(c, Transition) and c.target == target and c.state is State.SHADOW
    }


@settings(max_examples=150, deadline=None)
@given(phases(), st.integers(100_000, 130_000), st.booleans(), st.sampled_from([10_000, 60_000]))
def test_a_carrier_cut_is_one_link_down_and_the_rest_in_its_shadow(
    phase: Phases,
    cut_ms: int,
    port: bool,  # noqa: FBT001 - drawn
    snmp: int,
) -> None:
    cut = cut_ms / 1000
    inventory = make_inventory(TREE)
    world = World(inventory, [("p-c", cut, 250)], port_follows=port)
    changes = _changes(world, phase, snmp=snmp, until=700)
    down = _down(changes)
    assert {target for target in down if target.startswith("link:")} == {"link:p-c"}
    ((start, end),) = down["link:p-c"]
    assert abs(start - cut) <= 10
    assert abs(end - 250) <= 10
    for target in BEHIND:
        assert _causes(changes, target) == {f"link:p-c@{START + start}"}
        assert of(changes, target)[-1][0] is State.UP
    assert not any(target.startswith("device:") for target in down)


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_power_loss_at_a_site_is_its_circuit_down_and_nothing_else(
    phase: Phases, lost_ms: int
) -> None:
    world = World(make_inventory(TREE), [("k-r", lost_ms / 1000, 250)])
    down = _down(_changes(world, phase))
    assert set(down) == {"link:c-k", "site:k"}


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_a_single_lost_run_just_before_does_not_make_a_child_the_culprit(
    phase: Phases, cut_ms: int
) -> None:
    """A random loss may precede the parent's cut by less than an interval."""
    cut = cut_ms / 1000
    inventory = make_inventory(TREE)
    world = World(inventory, [("p-c", cut, 250), ("c-k", cut - 5.5, cut)])
    down = _down(_changes(world, phase))
    assert "link:c-k" not in down


@settings(max_examples=100, deadline=None)
@given(phases())
def test_the_same_observations_give_the_same_changes(phase: Phases) -> None:
    world = World(make_inventory(TREE), [("p-c", 100, 250), ("k-t", 180, 300), ("k-r", 320, 390)])
    assert _changes(world, phase) == _changes(world, phase)


@settings(max_examples=200, deadline=None)
@given(
    phases(),
    st.lists(
        st.tuples(
            st.sampled_from(
                [*TREE, "p-c", "p-d", "c-k", "k-t", "k-u", "t-v", "monitor", "runner", "snmp"]
            ),
            st.integers(0, 500),
            st.integers(1, 200),
        ),
        max_size=8,
    ),
    st.booleans(),
    st.booleans(),
)
def test_since_never_decreases_and_down_needs_three_runs_of_its_own(
    phase: Phases,
    broken: list[tuple[str, int, int]],
    port: bool,  # noqa: FBT001 - drawn
    canary: bool,  # noqa: FBT001 - drawn
) -> None:
    inventory = make_inventory({**TREE, "u": ["k", "d"]})
    names = {site: f"{site}-r" for site in TREE} | {"snmp": "snmp:c-r"}
    world = World(
        inventory,
        [(names.get(name, name), start, start + length) for name, start, length in broken],
        port_follows=port,
    )
    probes = all_probes(inventory)
    if canary:
        probes += [canary_probe("gateway"), canary_probe("anchor")]
    judge = Judge(inventory, probes)
    against: dict[str, dict[str, int]] = {}
    last: dict[str, int] = {}
    for seen in world.runs(probes, 700, phase):
        _count(against, seen)
        for change in judge.observe(seen)[1]:
            if isinstance(change, Transition):
                assert change.since >= last.get(change.target, 0)
                last[change.target] = change.since
                assert change.since <= change.seen_at
                if change.state is State.DOWN and not change.target.startswith("site:"):
                    assert max(against.get(change.target, {}).values()) >= 3


def _count(against: dict[str, dict[str, int]], seen: Observation) -> None:
    """Count silent runs and port-down readings in a row, per target."""
    target = str(seen.probe.target)
    counts = against.setdefault(target, {"silent": 0, "port": 0})
    if seen.outcome is Outcome.SILENT:
        counts["silent"] += 1
        return
    if seen.outcome is Outcome.SKIPPED:
        return
    counts["silent"] = 0
    if seen.probe.kind == "echo":
        counts["port"] = 0
        return
    for series, status in zip(seen.probe.series[1:], seen.values[1:], strict=True):
        device, port = target.removeprefix("device:"), str(series.target).rsplit("to-", 1)[1]
        link = f"link:{device.removesuffix('-r')}-{port}"
        ports = against.setdefault(link, {"silent": 0, "port": 0})
        ports["port"] = ports["port"] + 1 if status == 2 else 0


def test_one_dead_leg_degrades_a_dual_homed_site_and_shadows_nothing() -> None:
    inventory = make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"], "t": ["k"]})
    changes = _changes(World(inventory, [("c-k", 100, 250)]), spread)
    assert _down(changes).keys() == {"link:c-k"}
    steps = of(changes, "site:k")
    assert [(state, reason) for state, _, reason in steps] == [
        (State.UP, "answered"),
        (State.DEGRADED, "no_redundancy"),
        (State.UP, "answered"),
    ]
    assert [state for state, _, _ in of(changes, "link:k-t")] == [State.UP]


def test_a_site_with_both_legs_cut_is_down_since_the_second() -> None:
    inventory = make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"], "t": ["k"]})
    changes = _changes(World(inventory, [("c-k", 100, 300), ("d-k", 200, 290)]), spread)
    ((start, end),) = _down(changes)["site:k"]
    assert 200 <= start <= 210
    assert 285 <= end <= 300
    assert len(_causes(changes, "link:k-t")) == 1
    assert next(iter(_causes(changes, "link:k-t"))).startswith("link:d-k@")


def test_a_near_device_whose_snmp_dies_while_its_links_live_is_no_outage() -> None:
    world = World(make_inventory(TREE), [("snmp:c-r", 100, 250)])
    changes = _changes(world, spread)
    assert _down(changes) == {}
    assert [state for state, _, _ in of(changes, "device:c-r")] == [
        State.UP,
        State.DEGRADED,
        State.UP,
    ]
    assert [state for state, _, _ in of(changes, "link:c-k")] == [State.UP]


def test_a_link_that_was_down_itself_passes_into_the_shadow_of_its_parents_outage() -> None:
    world = World(make_inventory(TREE), [("c-k", 60, 300), ("p-c", 150, 220)])
    states = [state for state, _, _ in of(_changes(world, spread), "link:c-k")]
    assert states == [State.UP, State.DOWN, State.SHADOW, State.DOWN, State.UP]


def test_a_child_that_breaks_in_the_shadow_is_down_once_its_parent_is_back() -> None:
    world = World(make_inventory(TREE), [("p-c", 100, 200), ("c-k", 150, 300)])
    steps = of(_changes(world, spread), "link:c-k")
    assert [state for state, _, _ in steps] == [State.UP, State.SHADOW, State.DOWN, State.UP]
    assert 195 <= steps[2][1] <= 210


def test_when_the_parent_recovers_children_recover_by_their_own_runs() -> None:
    world = World(make_inventory(TREE), [("p-c", 100, 200)])
    changes = _changes(world, spread)
    for target in BEHIND:
        assert 195 <= of(changes, target)[-1][1] <= 210


def test_a_far_end_lost_with_a_near_device_nobody_reaches_is_unknown() -> None:
    """The parent's circuit is not asked, so nothing above is known to be down."""
    inventory = make_inventory({"c": ["p"], "k": ["c"]})
    probes = [probe for probe in all_probes(inventory) if probe.target != "link:p-c"]
    world = World(inventory, [("p-c", 100, 300)])
    judge = Judge(inventory, [p for p in probes if p.target != "device:p-r"])
    changes = play(judge, world.runs(probes, 250, spread))
    assert of(changes, "link:c-k")[-1][0] in (State.UNKNOWN, State.SHADOW)
    assert "link:c-k" not in _down(changes)


def test_a_monitor_without_canaries_is_never_blind() -> None:
    world = World(make_inventory(TREE), [("monitor", 100, 200)])
    assert not any(isinstance(change, Blind) for change in _changes(world, spread))


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_a_monitor_that_loses_its_own_line_calls_nobody_down(phase: Phases, lost_ms: int) -> None:
    inventory = make_inventory(TREE)
    probes = [*all_probes(inventory), canary_probe("gateway"), canary_probe("anchor")]
    world = World(inventory, [("monitor", lost_ms / 1000, 250)])
    judge = Judge(inventory, probes)
    changes = play(judge, world.runs(probes, 400, phase))
    assert _down(changes) == {}
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
    start = _down(before)["link:p-c"][0][0]
    second = Judge(world.inventory, probes)
    gap = second.restore(first.states(), START + 300, START + 400)
    assert gap == Blind(START + 300, START + 400, "monitor_off", START + 400)
    assert state_of(second, "link:p-c") is State.UNKNOWN
    after = play(second, world.runs(probes, 500, spread, since=400))
    assert 400 <= of(after, "link:p-c")[0][1] <= 410
    assert _causes(after, "link:c-k") == {f"link:p-c@{START + start}"}


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
    assert judge.observe(silent(probes[0], 80))[0] is State.DOWN


def test_a_reload_forgets_what_is_gone_and_judges_sites_again() -> None:
    inventory = make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"]})
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory, [("c-k", 60, 500)]).runs(probes, 150, spread))
    assert state_of(judge, "site:k") is State.DEGRADED
    smaller = make_inventory({"c": ["p"], "d": ["p"], "k": ["d"]})
    changes = judge.reload(smaller, all_probes(smaller))
    assert [c.target for c in changes if isinstance(c, Transition)] == ["site:k"]
    assert state_of(judge, "site:k") is State.UP
    assert state_of(judge, "link:c-k") is None


@pytest.mark.parametrize("target", ["site:p", "site:c", "site:v"])
def test_every_connected_site_has_a_state_after_three_runs(target: str) -> None:
    inventory = make_inventory(TREE)
    probes = all_probes(inventory)
    judge = Judge(inventory, probes)
    play(judge, World(inventory).runs(probes, 40, spread))
    assert state_of(judge, target) is State.UP
