"""Many targets at once: one root cause, everything behind it in its shadow, whatever the phases."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.observation import Observation, Outcome
from sla.judge import Change, Judge
from sla.states import State, Transition
from tests.sla.network import (
    START,
    Phases,
    World,
    all_probes,
    canary_probe,
    causes,
    down_seconds,
    echo_probe,
    heard,
    make_inventory,
    of,
    phases,
    play,
    silent,
    snmp_probe,
    spread,
    state_of,
)

TREE = {"c": ["p"], "d": ["p"], "k": ["c"], "t": ["k"], "u": ["k"], "v": ["t"]}
"""p - c - k - t - v, with d beside c and u beside t."""
BEHIND = ["link:c-k", "link:k-t", "link:k-u", "link:t-v"]


def _changes(
    world: World, phase: Phases, *, until: float = 400, snmp: int = 10_000
) -> list[Change]:
    probes = all_probes(world.inventory, snmp_every=snmp)
    return play(Judge(world.inventory, probes), world.runs(probes, until, phase))


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
    down = down_seconds(changes)
    assert {target for target in down if target.startswith("link:")} == {"link:p-c"}
    ((start, end),) = down["link:p-c"]
    assert abs(start - cut) <= 10
    assert abs(end - 250) <= 10
    for target in BEHIND:
        assert causes(changes, target) == {f"link:p-c@{START + start}"}
        assert of(changes, target)[-1][0] is State.UP
    assert not any(target.startswith("device:") for target in down)


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_power_loss_at_a_site_is_its_circuit_down_and_nothing_else(
    phase: Phases, lost_ms: int
) -> None:
    world = World(make_inventory(TREE), [("k-r", lost_ms / 1000, 250)])
    down = down_seconds(_changes(world, phase))
    assert set(down) == {"link:c-k", "site:k"}


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000), st.sampled_from([10_000, 60_000]))
def test_when_our_own_core_router_dies_no_carriers_link_is_down_but_in_its_shadow(
    phase: Phases, lost_ms: int, snmp: int
) -> None:
    world = World(make_inventory(TREE), [("p-r", lost_ms / 1000, 450)])
    changes = _changes(world, phase, until=700, snmp=snmp)
    down = down_seconds(changes)
    assert set(down) == {"device:p-r", "site:p"}
    ((start, _),) = down["device:p-r"]
    for target in ["link:p-c", "link:p-d", *BEHIND]:
        assert causes(changes, target) == {f"device:p-r@{START + start}"}
        assert of(changes, target)[-1][0] is State.UP


@settings(max_examples=50, deadline=None)
@given(phases())
def test_a_core_router_whose_snmp_is_silent_is_proven_by_another_links_echo(phase: Phases) -> None:
    world = World(make_inventory(TREE), [("snmp:p-r", 50, 400), ("p-c", 150, 250)])
    down = down_seconds(_changes(world, phase))
    assert [target for target in down if target.startswith("link:")] == ["link:p-c"]
    assert "device:p-r" not in down


def test_a_core_router_that_nothing_proves_counts_as_reached() -> None:
    inventory = make_inventory(TREE)
    probes = [probe for probe in all_probes(inventory) if probe.target != "device:p-r"]
    world = World(inventory, [("p-c", 100, 250)])
    down = down_seconds(play(Judge(inventory, probes), world.runs(probes, 400, spread)))
    assert "link:p-c" in down


@settings(max_examples=100, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_a_single_lost_run_just_before_does_not_make_a_child_the_culprit(
    phase: Phases, cut_ms: int
) -> None:
    """A random loss may precede the parent's cut by less than an interval."""
    cut = cut_ms / 1000
    inventory = make_inventory(TREE)
    world = World(inventory, [("p-c", cut, 250), ("c-k", cut - 5.5, cut)])
    down = down_seconds(_changes(world, phase))
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
    assert down_seconds(changes).keys() == {"link:c-k"}
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
    ((start, end),) = down_seconds(changes)["site:k"]
    assert 200 <= start <= 210
    assert 285 <= end <= 300
    assert len(causes(changes, "link:k-t")) == 1
    assert next(iter(causes(changes, "link:k-t"))).startswith("link:d-k@")


def test_a_near_device_whose_snmp_dies_while_its_links_live_is_no_outage() -> None:
    world = World(make_inventory(TREE), [("snmp:c-r", 100, 250)])
    changes = _changes(world, spread)
    assert down_seconds(changes) == {}
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


def test_a_child_still_unreached_after_its_parents_recovery_is_unknown_since_then() -> None:
    """It hangs on a second router, which answers nobody although the site's circuit is whole."""
    plain = make_inventory({"c": ["p"], "k": ["c"]})
    link = plain.links["c-k"]
    inventory = replace(
        plain,
        devices={**plain.devices, "c-r2": replace(plain.devices["c-r"], id="c-r2")},
        links={**plain.links, "c-k": replace(link, a=replace(link.a, device="c-r2"))},
    )
    echo, child = echo_probe("p-c"), echo_probe("c-k")
    near = snmp_probe(inventory, "c-r2", 60_000)
    judge = Judge(inventory, [echo, child, near])
    changes: list[Change] = []
    for second in range(0, 150, 10):
        cut = 30 <= second < 60
        changes += judge.observe((silent if cut else heard)(echo, second))[1]
        changes += judge.observe((silent if second >= 30 else heard)(child, second + 1))[1]
        if second % 60 == 0:
            changes += judge.observe((silent if second else heard)(near, second + 2))[1]
    assert of(changes, "link:c-k")[1:] == [
        (State.SHADOW, 31, "upstream"),
        (State.UNKNOWN, 60, "near_lost"),
    ]


def test_an_outage_replaced_by_a_shadow_at_once_leaves_no_outage_open() -> None:
    """A later DOWN of the same link is another outage, with an id of its own."""
    inventory = make_inventory({"c": ["p"], "k": ["c"]})
    rules = Judge(inventory, all_probes(inventory))._rules
    node = rules.network.links["c-k"]
    rules.settle(node, State.DOWN, (START + 30) * 1000, "far_lost")
    rules.settle(node, State.SHADOW, (START + 30) * 1000, "upstream", "link:p-c@1")
    assert node.outage is None


def test_while_all_canaries_are_silent_once_nobody_is_called_down() -> None:
    inventory = make_inventory({"c": ["p"]})
    canary, echo = canary_probe("gateway"), echo_probe("p-c")
    judge = Judge(inventory, [echo, canary])
    for n in range(3):
        judge.observe(silent(echo, 10 * n))
        if n == 1:
            judge.observe(silent(canary, 15))
    assert state_of(judge, "link:p-c") is None
    judge.observe(heard(canary, 25))
    assert judge.observe(silent(echo, 30))[0] is State.DOWN


def test_a_near_device_asked_once_a_minute_is_waited_for() -> None:
    """Its SNMP is the only proof, and its next run is due after the child's third lost one."""
    inventory = make_inventory({"c": ["p"], "k": ["c"]})
    near, child = snmp_probe(inventory, "c-r", 60_000), echo_probe("c-k")
    judge = Judge(inventory, [near, child])
    changes: list[Change] = []
    for second in range(0, 200, 10):
        seen = silent(child, second) if second >= 70 else heard(child, second)
        changes += judge.observe(seen)[1]
        if second % 60 == 0:
            changes += judge.observe(heard(near, second + 1))[1]
    assert of(changes, "link:c-k") == [(State.UP, 0, "answered"), (State.DOWN, 70, "far_lost")]
    assert not any(isinstance(c, Transition) and c.state is State.UNKNOWN for c in changes)


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
    assert "link:c-k" not in down_seconds(changes)


@settings(max_examples=150, deadline=None)
@given(phases(), st.integers(100_000, 130_000))
def test_a_circuit_that_loses_most_is_down_and_what_lies_behind_is_in_its_shadow(
    phase: Phases, lost_ms: int
) -> None:
    """Although polls get through now and then: a county is not to blame for the city's circuit."""
    begun = lost_ms / 1000
    world = World(make_inventory(TREE), lossy=[("p-c", begun, 400)])
    changes = _changes(world, phase, until=700)
    down = down_seconds(changes)
    ((start, end),) = down["link:p-c"]
    assert abs(start - begun) <= 10
    assert abs(end - 400) <= 10
    for target in BEHIND:
        # Its own first lost run may have been due a little before.
        assert sum(b - a for a, b in down.get(target, ())) <= 10
        hidden = [
            c for c in changes if isinstance(c, Transition) and c.target == target and c.cause
        ]
        assert hidden[-1].cause == f"link:p-c@{START + start}"
        assert of(changes, target)[-1][0] is State.UP
