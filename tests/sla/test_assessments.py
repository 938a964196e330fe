"""From what was observed to what a carrier achieved: exact, complete, traceable."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.model import PROFILES, Interval, Inventory, PlannedWork, TargetId, link_target
from sla import build
from sla._overlays import Class
from sla.assess import (
    CarrierAssessment,
    LinkAssessment,
    SiteAssessment,
    assess_site,
)
from sla.calculator import Status
from sla.documents import carrier_document, link_document, site_document
from sla.judge import Change, Judge
from sla.periods import Window
from sla.replay import replay
from sla.states import Blind, State, Transition
from tests.sla.assessing import assess, link_of, prepared
from tests.sla.network import START, World, all_probes, canary_probe, make_inventory, play

END = 7200
WINDOW = Window("test", START, START + END)
TREE = {"c": ["p"], "d": ["p"], "k": ["c"], "t": ["k"]}

By = Mapping[TargetId, Sequence[Transition]]


def _split(changes: Sequence[Change]) -> tuple[dict[TargetId, list[Transition]], list[Blind]]:
    """Keep changes as the ledger does: by target, and the last word on each blindness."""
    by_target: dict[TargetId, list[Transition]] = {}
    blinds: dict[int, Blind] = {}
    for change in changes:
        if isinstance(change, Blind):
            blinds[change.since] = change
        else:
            by_target.setdefault(change.target, []).append(change)
    return by_target, list(blinds.values())


def _observed(world: World, *, canary: bool = False) -> tuple[By, list[Blind]]:
    probes = all_probes(world.inventory)
    if canary:
        probes.append(canary_probe("gateway"))
    judge = Judge(world.inventory, probes)
    return _split(play(judge, world.runs(probes, END, lambda number: (number * 3.7) % 10)))


def _link(world: World, name: str, *, canary: bool = False) -> LinkAssessment:
    by_target, blinds = _observed(world, canary=canary)
    found = assess("telecom", world.inventory, WINDOW, by_target, blinds, START, START + END)
    return link_of(found, name)


def _carrier(inventory: Inventory, by_target: By, carrier: str = "telecom") -> CarrierAssessment:
    return assess(carrier, inventory, WINDOW, by_target, [], START, START + END)


def _site(world: World, name: str) -> SiteAssessment:
    by_target, blinds = _observed(world)
    return assess_site(name, world.inventory, WINDOW, by_target, blinds, START, START + END)


def test_seconds_per_class_sum_to_the_window() -> None:
    got = _link(World(make_inventory(TREE), [("p-c", 1000, 1600)]), "p-c").achieved
    assert sum(got.by_class.values()) == END


@settings(max_examples=25, deadline=None)
@given(st.integers(100_000, 5_000_000), st.integers(60_000, 1_500_000))
def test_down_time_differs_from_the_truth_by_at_most_one_interval_per_edge(
    cut_ms: int, length_ms: int
) -> None:
    cut, end = cut_ms / 1000, (cut_ms + length_ms) / 1000
    got = _link(World(make_inventory({"c": ["p"]}), [("p-c", cut, end)]), "p-c")
    live = [outage for assessed in got.outages for outage in assessed.outage.down]
    for start, stop in live:
        assert abs(start - START - cut) <= 10
        assert abs(stop - START - end) <= 10
    assert live or length_ms < 90_000


def test_an_outage_names_the_live_outage_it_was_made_from() -> None:
    world = World(make_inventory(TREE), [("p-c", 1000, 1600)])
    by_target, _ = _observed(world)
    down = next(t for t in by_target[link_target("p-c")] if t.state is State.DOWN)
    (outage,) = _link(world, "p-c").outages
    assert outage.live == (f"link:p-c@{down.since}",)


def test_two_live_outages_close_together_are_one_outage_that_names_both() -> None:
    world = World(make_inventory(TREE), [("p-c", 1000, 1200), ("p-c", 1240, 1500)])
    (outage,) = _link(world, "p-c").outages
    assert len(outage.live) == 2
    assert outage.outage.runs == 2


def test_what_lies_in_a_shadow_is_excused_and_costs_nothing() -> None:
    got = _link(World(make_inventory(TREE), [("p-c", 1000, 1600)]), "k-t")
    assert got.achieved.down == 0
    assert 590 <= got.achieved.by_class[Class.EXU] <= 620
    assert got.outages == ()
    assert got.achieved.a_settle == 1


def test_the_site_behind_feels_what_its_link_is_excused_for() -> None:
    got = _site(World(make_inventory(TREE), [("p-c", 1000, 1600)]), "t").achieved
    assert 590 <= got.down <= 610
    assert got.started == 1


def test_a_dual_homed_site_is_down_only_while_both_legs_are() -> None:
    inventory = make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"]})
    world = World(inventory, [("c-k", 1000, 2000), ("d-k", 1700, 2500)])
    assert 290 <= _site(world, "k").achieved.down <= 310


def test_a_dual_homed_site_says_how_long_it_stood_on_one_leg() -> None:
    inventory = make_inventory({"c": ["p"], "d": ["p"], "k": ["c", "d"]})
    world = World(inventory, [("c-k", 1000, 2000), ("d-k", 1700, 2500)])

    document = site_document(_site(world, "k"))

    assert 1180 <= document["single_leg_seconds"] <= 1220


def test_a_site_with_one_leg_says_nothing_of_redundancy() -> None:
    world = World(make_inventory(TREE), [("p-c", 1000, 1600)])

    assert site_document(_site(world, "t"))["single_leg_seconds"] is None


def test_a_site_nothing_leads_to_is_assessed_by_its_own_state() -> None:
    got = _site(World(make_inventory(TREE)), "p").achieved
    assert got.status is Status.OK
    assert got.up >= END - 10


def _work(party: Any, start: int, end: int, registered: int | None) -> PlannedWork:
    return PlannedWork("w", "w", party, ("p-c",), START + start, START + end, registered)


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        (_work("owner", 900, 1700, START - 1), Class.EXM_O),
        (_work("carrier", 900, 1700, START - 72 * 3600), Class.EXM_C),
    ],
)
def test_planned_work_takes_its_whole_interval_out(work: PlannedWork, kind: Class) -> None:
    inventory = make_inventory(TREE, planned_work=[work])
    got = _link(World(inventory, [("p-c", 1000, 1600)]), "p-c").achieved
    assert (got.by_class[kind], got.down) == (800, 0)


def test_carrier_work_announced_too_late_excuses_nothing_and_is_listed() -> None:
    inventory = make_inventory(TREE, planned_work=[_work("carrier", 900, 1700, START - 3600)])
    by_target, _ = _observed(World(inventory, [("p-c", 1000, 1600)]))
    found = prepared("telecom", inventory, WINDOW, by_target, [], START, START + END)
    (circuit,) = [one for one in found.circuits if one.link.id == "p-c"]
    document = link_document(circuit.assessed, build.exclusions(found, circuit))
    assert document["seconds"]["EXM_C"] == 0
    assert document["rejected_overlays"] == [
        {
            "overlay": "w", "kind": "M_c", "start": START + 900, "end": START + 1700,
            "seconds": 0, "reason": "notice",
        }
    ]  # fmt: skip


def test_planned_work_on_another_link_changes_nothing() -> None:
    inventory = make_inventory(TREE, planned_work=[_work("owner", 900, 1700, None)])
    got = _link(World(inventory, [("p-d", 1000, 1600)]), "p-d").achieved
    assert got.excluded == 0


def test_time_out_of_service_is_out() -> None:
    inventory = make_inventory(TREE, in_service=(Interval(START + 3600),))
    got = _link(World(inventory), "p-c").achieved
    assert (got.by_class[Class.OUT], got.evaluated) == (3600, 3600)


def test_a_link_that_was_never_in_service_has_no_figure() -> None:
    inventory = make_inventory(TREE, in_service=())
    got = _link(World(inventory), "p-c").achieved
    assert (got.status, got.a_settle) == (Status.NOT_APPLICABLE, None)


def test_blindness_is_unknown_time_and_never_down_time() -> None:
    world = World(make_inventory(TREE), [("monitor", 3000, 3600)])
    got = _link(world, "p-c", canary=True).achieved
    assert got.down == 0
    assert 590 <= got.unknown <= 640


def test_time_before_the_first_heartbeat_and_after_the_last_is_unknown() -> None:
    inventory = make_inventory(TREE)
    by_target, _ = _observed(World(inventory))
    found = assess("telecom", inventory, WINDOW, by_target, [], START + 1000, START + 6000)
    got = link_of(found, "p-c").achieved
    assert got.unknown == 1000 + END - 6000
    assert got.status is Status.INSUFFICIENT


def test_a_link_never_judged_has_no_data_and_is_listed_by_name() -> None:
    inventory = make_inventory(TREE)
    by_target, _ = _observed(World(inventory))
    by_target = {t: c for t, c in by_target.items() if t != "link:p-d"}
    got = _carrier(inventory, by_target)
    assert [link.link.id for link in got.not_scored] == ["p-d"]
    assert got.not_scored[0].achieved.status is Status.NO_DATA


def test_an_outage_that_lasts_when_the_evidence_ends_is_open() -> None:
    got = _link(World(make_inventory(TREE), [("p-c", 6000, 99_999)]), "p-c")
    assert (got.achieved.open_at_end, got.achieved.closed, got.achieved.mttr) == (1, 0, None)
    assert link_document(got)["outages"][0]["end"] is None


def test_an_outage_that_ends_after_the_window_keeps_its_full_length() -> None:
    inventory = make_inventory(TREE)
    by_target, _ = _observed(World(inventory, [("p-c", 3000, 4200)]))
    early = replace(WINDOW, end=START + 3600)
    found = assess("telecom", inventory, early, by_target, [], START, START + END)
    got = link_of(found, "p-c").achieved
    assert (got.open_at_end, got.closed) == (1, 0)
    assert 590 <= got.down <= 610
    assert 1190 <= got.outages[0].attributable <= 1210


def test_a_carrier_is_the_ratio_of_seconds_per_level_then_the_mean_of_levels() -> None:
    inventory = make_inventory(TREE)
    by_target, _ = _observed(World(inventory, [("p-c", 1000, 1720)]))
    got = _carrier(inventory, by_target)
    assert [level.level for level in got.levels] == ["city", "county", "township"]
    city = [link.achieved for link in got.links if link.level == "city"]
    evaluated = sum(link.evaluated for link in city)
    expected = Fraction(evaluated - sum(link.down for link in city), evaluated)
    assert got.levels[0].availability == expected
    assert got.availability == (expected + 1 + 1) / 3


def test_only_the_carriers_own_circuits_count() -> None:
    inventory = make_inventory(TREE, carriers={"p-d": "mobile"})
    by_target, _ = _observed(World(inventory, [("p-d", 1000, 1720)]))
    assert _carrier(inventory, by_target).availability == 1
    mobile = _carrier(inventory, by_target, "mobile").availability
    assert mobile is not None
    assert mobile < Fraction(92, 100)


def test_a_carrier_without_circuits_has_no_figure() -> None:
    got = _carrier(make_inventory(TREE), {}, "mobile")
    assert (got.status, got.availability, got.coverage) == (Status.NOT_APPLICABLE, None, None)


def test_coverage_is_pooled_over_all_circuits() -> None:
    inventory = make_inventory(TREE)
    by_target, _ = _observed(World(inventory))
    by_target = {t: c for t, c in by_target.items() if t != "link:p-d"}
    coverage = _carrier(inventory, by_target).coverage
    assert coverage is not None
    assert Fraction(74, 100) < coverage < Fraction(75, 100)


def test_a_figure_that_unknown_time_could_flip_is_ambiguous() -> None:
    inventory = make_inventory(TREE)
    by_target, _ = _observed(World(inventory))
    gap = [Blind(START + 3000, START + 3060, "monitor_off", START + 3060)]
    target = link_target("p-c")
    back = Transition(target, State.UP, START + 3060, START + 3080, "answered")
    heard = {**by_target, target: [*by_target[target], back]}
    found = assess("telecom", inventory, WINDOW, heard, gap, START, START + END)
    got = link_of(found, "p-c").achieved
    assert got.unknown >= 60
    assert got.status is Status.AMBIGUOUS


def test_documents_are_json_and_complete() -> None:
    world = World(make_inventory(TREE), [("p-c", 1000, 1600)])
    by_target, _ = _observed(world)
    document = json.loads(json.dumps(carrier_document(_carrier(world.inventory, by_target))))
    assert sum(document["seconds"].values()) == 4 * END
    assert {link["link"] for link in document["links"]} == set(world.inventory.links)
    for link in document["links"]:
        assert sum(link["seconds"].values()) == END
        assert link["A_settle"].keys() == {"num", "den", "percent"}
    assert document["availability"]["percent"] == document["availability_percent"]


def test_a_links_document_holds_the_rules_it_was_computed_by() -> None:
    world = World(make_inventory(TREE), [("p-c", 1000, 1600)])
    document = json.loads(json.dumps(link_document(_link(world, "p-c"))))
    assert document["rules"]["profile"] == "backbone"
    assert document["rules"]["d_min"] == PROFILES["backbone"].d_min
    assert document["met"] is False
    assert document["outages"][0]["live_outages"][0].startswith("link:p-c@")
    assert document["evidence"]["recorded_until"] == START + END


def test_a_sites_document_is_json() -> None:
    world = World(make_inventory(TREE), [("p-c", 1000, 1600)])
    document = json.loads(json.dumps(site_document(_site(world, "t"))))
    assert document["links"] == ["k-t"]
    assert sum(document["seconds"].values()) == END


def test_a_month_recomputed_from_the_observations_equals_the_ledger_to_the_second() -> None:
    inventory = make_inventory(TREE)
    world = World(inventory, [("p-c", 1000, 1600), ("k-t", 1500, 2500), ("monitor", 4000, 4300)])
    probes = [*all_probes(inventory), canary_probe("gateway")]
    recorded = list(world.runs(probes, END, lambda number: (number * 3.7) % 10))
    judge = Judge(inventory, probes)
    ledger, blinds = _split(play(judge, iter(recorded)))
    again, blinds_again = _split(replay(inventory, probes, recorded))
    one = assess("telecom", inventory, WINDOW, ledger, blinds, START, START + END)
    two = assess("telecom", inventory, WINDOW, again, blinds_again, START, START + END)
    assert carrier_document(one) == carrier_document(two)
    assert one.by_class[Class.DOWN] > 0
    assert one.by_class[Class.UNKNOWN] > 0
