"""The demonstration shows everything in five minutes; a script that cannot be acted is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.province import Plan, Settings, build
from simulator.script import Incident, announcements, demo, read


@pytest.fixture(scope="module", params=[30, 300, 3000])
def plan(request: pytest.FixtureRequest) -> Plan:
    return build(Settings(request.param, 1, 1_000_000))


def test_five_kinds_begin_within_five_minutes(plan: Plan) -> None:
    begun = {incident.kind for incident in demo(plan, 0) if incident.at < 300}
    assert begun == {"carrier_cut", "power_loss", "planned_work", "flap", "overload"}


def test_a_newcomer_sees_everything_up_first(plan: Plan) -> None:
    assert 60 <= min(incident.at for incident in demo(plan, 0)) <= 75


def test_each_incident_lasts_at_least_ninety_seconds(plan: Plan) -> None:
    assert min(incident.until - incident.at for incident in demo(plan, 0)) >= 90


def test_every_victim_has_the_backbone_profile(plan: Plan) -> None:
    profile = {f"link:{link.id}": link.profile for link in plan.links}
    uplink = {f"site:{link.b.site}": link.profile for link in plan.links}
    for cycle in range(50):
        for incident in demo(plan, cycle):
            assert (profile | uplink)[incident.target] == "backbone"


def test_a_cut_shadows_ten_sites_or_more() -> None:
    plan = build(Settings(300, 1, 1_000_000))
    for cycle in range(20):
        cut = demo(plan, cycle)[0]
        site = next(link.b.site for link in plan.links if f"link:{link.id}" == cut.target)
        assert sum(link.a.site == site for link in plan.links) >= 10


def test_the_legs_of_one_cycle_belong_to_different_counties(plan: Plan) -> None:
    county = {f"link:{link.id}": link.b.site for link in plan.legs}
    for cycle in range(50):
        hit = [county[one.target] for one in demo(plan, cycle) if one.target in county]
        assert len(set(hit)) == len(hit)


def test_the_next_cycle_has_other_victims() -> None:
    plan = build(Settings(300, 1, 1_000_000))
    first, second = ({one.target for one in demo(plan, cycle)} for cycle in (0, 1))
    assert not first & second


def test_work_lies_within_its_announcement(plan: Plan) -> None:
    announced = {(f"link:{one.link.id}", one.start, one.end) for one in announcements(plan)}
    for cycle in range(3):
        work = next(one for one in demo(plan, cycle) if one.kind == "planned_work")
        assert any(
            link == work.target
            and start <= plan.settings.start + work.at
            and plan.settings.start + work.until <= end
            for link, start, end in announced
        )


def test_a_flapping_link_is_down_half_of_the_time_in_pieces_of_20_to_30_seconds() -> None:
    phases = list(Incident(100, 240, "flap", "link:x").phases())
    assert all(20 <= until - at <= 30 for at, until in phases)
    assert phases[-1][1] <= 240
    assert len(phases) == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- {at: 1, until: 2, kind: cutt, target: 'link:x'}", "no incident 'cutt'"),
        ("- {at: 1, until: 2, kind: cut, target: 'site:x'}", "cut befalls a link"),
        ("- {at: 2, until: 2, kind: cut, target: 'link:x'}", "ends before it begins"),
        ("- {at: 2, till: 2}", "till"),
        ("at: 2", "script.yaml"),
        ("- [", "script.yaml"),
    ],
)
def test_a_script_that_cannot_be_acted_is_refused(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        read(path)


def test_a_script_is_read(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("- {at: 1, until: 2.5, kind: slow, target: 'device:x', value: 0.3}")
    assert read(path) == [Incident(1, 2.5, "slow", "device:x", 0.3)]
