"""What holds for services whatever breaks, and whatever the phases of their checks are."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import Inventory
from metrics.observation import Probe
from sla.judge import Change, Judge
from sla.replay import replay
from sla.states import State, Transition, outage_id
from sla.timeline import steps
from tests.sla.network import (
    START,
    Phases,
    World,
    all_probes,
    canary_probe,
    check_probe,
    down_seconds,
    make_inventory,
    make_service,
    of,
    phases,
    play,
)

TREE = {"c": ["p"], "d": ["p"], "k": ["c", "d"], "t": ["c"], "v": ["t"]}
EVERY = st.sampled_from([10_000, 30_000, 60_000])


def province() -> Inventory:
    """Services at the end of one way and of two, one on another, and one that is only combined."""
    return make_inventory(
        TREE,
        services=[
            make_service("all", "service:town", ("link:c-k", "link:d-k")),
            make_service("town", "site:t", site="t"),
            make_service("village", "link:t-v", site="v"),
            make_service("county", ("link:c-k", "link:d-k"), site="k"),
            make_service("centre", site="p"),
        ],
    )


def probes_of(inventory: Inventory, every: int) -> list[Probe]:
    checks = [check_probe(name, every=every) for name in inventory.services if name != "all"]
    return [*all_probes(inventory), *checks]


def blamed(changes: Sequence[Change], target: str) -> set[str]:
    """The outages in whose shadow a target lay, as the ledger keeps it."""
    mine = [c for c in changes if isinstance(c, Transition) and c.target == target]
    return {step.cause for step in steps(mine) if step.cause}


@settings(max_examples=40, deadline=None)
@given(phases(), st.integers(100_000, 160_000), EVERY)
def test_a_cut_is_never_a_services_own_fault(phase: Phases, cut_ms: int, every: int) -> None:
    inventory = province()
    world = World(inventory, [("p-c", cut_ms / 1000, 500)])
    probes = probes_of(inventory, every)
    changes = play(Judge(inventory, probes), world.runs(probes, 1000, phase))
    down = down_seconds(changes)
    assert not [target for target in down if target.startswith("service:")]
    ((start, _),) = down["link:p-c"]
    for name in ("town", "village", "all"):
        assert blamed(changes, f"service:{name}") == {f"link:p-c@{START + start}"}
        assert of(changes, f"service:{name}")[-1][0] is State.UP
    for name in ("county", "centre"):
        assert {state for state, _, _ in of(changes, f"service:{name}")} == {State.UP}


@settings(max_examples=40, deadline=None)
@given(phases(), st.integers(100_000, 160_000), EVERY)
def test_what_breaks_by_itself_is_down_as_long_as_it_was(
    phase: Phases, from_ms: int, every: int
) -> None:
    inventory = province()
    world = World(inventory, [("service:town", from_ms / 1000, 500)])
    probes = probes_of(inventory, every)
    down = down_seconds(play(Judge(inventory, probes), world.runs(probes, 1000, phase)))
    assert set(down) == {"service:town"}
    ((start, end),) = down["service:town"]
    assert 0 <= start - from_ms // 1000 <= every / 1000
    assert 0 <= end - 500 <= every / 1000


BREAKABLE = [
    "p-c", "p-d", "c-k", "d-k", "c-t", "t-v", "p-r", "c-r", "t-r", "snmp:c-r", "monitor", "runner",
    "service:town", "service:village", "service:county", "service:centre",
]  # fmt: skip
WEATHER = st.lists(
    st.tuples(st.sampled_from(BREAKABLE), st.integers(50, 900), st.integers(1, 400)).map(
        lambda drawn: (drawn[0], float(drawn[1]), float(drawn[1] + drawn[2]))
    ),
    max_size=6,
)


def storm(
    broken: Sequence[tuple[str, float, float]], phase: Phases, every: int
) -> tuple[Inventory, list[Probe], list[Change]]:
    inventory = province()
    probes = [*probes_of(inventory, every), canary_probe("gateway")]
    world = World(inventory, list(broken))
    return (
        inventory, probes, play(Judge(inventory, probes), world.runs(probes, 1900, phase))
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(WEATHER, phases(), EVERY)
def test_a_shadow_names_an_outage_that_was_told_before_it(
    broken: list[tuple[str, float, float]], phase: Phases, every: int
) -> None:
    _, _, changes = storm(broken, phase, every)
    told: set[str] = set()
    for change in changes:
        if not isinstance(change, Transition):
            continue
        if change.state is State.DOWN:
            told.add(outage_id(change.target, change.since))
        if change.target.startswith("service:"):
            assert (change.state is State.SHADOW) == bool(change.cause), change
            assert not change.cause or change.cause in told, change


@settings(max_examples=40, deadline=None)
@given(WEATHER, phases(), EVERY)
def test_when_the_weather_is_over_every_service_is_up_and_time_never_went_back(
    broken: list[tuple[str, float, float]], phase: Phases, every: int
) -> None:
    inventory, _, changes = storm(broken, phase, every)
    for name in inventory.services:
        mine = [
            change
            for change in changes
            if isinstance(change, Transition) and change.target == f"service:{name}"
        ]
        assert mine[-1].state is State.UP, name
        assert [change.since for change in mine] == sorted(change.since for change in mine)


@settings(max_examples=10, deadline=None)
@given(WEATHER, phases())
def test_judged_again_it_is_the_same(broken: list[tuple[str, float, float]], phase: Phases) -> None:
    inventory, probes, changes = storm(broken, phase, 30_000)
    runs = World(inventory, broken).runs(probes, 1900, phase)
    assert replay(inventory, probes, runs) == changes


@settings(max_examples=15, deadline=None)
@given(WEATHER, phases(), st.integers(100, 1800))
def test_a_reload_in_the_middle_changes_nothing(
    broken: list[tuple[str, float, float]], phase: Phases, when: int
) -> None:
    inventory, probes, changes = storm(broken, phase, 30_000)
    judge, found = Judge(inventory, probes), list[Change]()
    reloaded = False
    for run in World(inventory, broken).runs(probes, 1900, phase):
        if run.slot >= START + when and not reloaded:
            reloaded = True
            found += judge.reload(province(), probes)
        found += judge.observe(run)[1]
    assert found == changes
