"""A reload goes on with other rules, another inventory, other probes, as if it had had them."""

from __future__ import annotations

import dataclasses

import pytest

from alerts.drawing import draw
from alerts.model import DEGRADED, DOWN, UNKNOWN, UP, OnState, Phase, Rule
from inventory.model import LinkEnd, PlannedWork, TargetId, device_target, interface_target
from metrics import catalogue
from metrics.observation import Probe, Series
from tests.alerts.province import (
    LINKS,
    START,
    Story,
    echo_probe,
    make_engine,
    make_inventory,
    port_probe,
    shipped,
)

ALL = [make(link) for link in LINKS for make in (echo_probe, port_probe)]


def status_probe(link: str) -> Probe:
    """A probe that reads ifOperStatus of the near port of a link."""
    target = device_target(f"{LINKS[link][0]}-r1")
    series = (Series(catalogue.OPER_STATUS, interface_target("county-r1", "GE0/1"), ()),)
    return Probe(f"ports@{target}", "snmp", target, None, "city", 10_000, 5.0, series, 1, (), None)


def without_probes_of(*targets: str) -> list[Probe]:
    return [probe for probe in ALL if probe.target not in targets]


@pytest.mark.parametrize(
    ("target", "state", "gone"),
    [
        ("link:l-town", DOWN, ["link:l-town", "device:town-r1"]),
        ("device:county-r1", DOWN, ["device:county-r1"]),
        ("site:city", DOWN, ["link:l-city", "link:l-city2"]),
    ],
)
def test_an_alert_about_a_target_that_nothing_asks_any_more_is_over(
    target: str, state: int, gone: list[str]
) -> None:
    story = Story(make_engine()).state(target, state).wait(300)
    (fired,) = story.told
    probes = without_probes_of(*gone)
    told = story.engine.reload(shipped(), make_inventory(), probes, story.now)
    assert [(one.id, one.phase, one.reason) for one in told] == [
        (fired.id, Phase.RESOLVED, "probe_removed")
    ]
    story.state(target, UNKNOWN, "not_asked").wait(3600)
    assert story.lines[1:] == []


def test_what_fired_while_other_rules_were_drawn_goes_on() -> None:
    story = Story(make_engine())
    drawn = draw(shipped(), make_inventory(), ALL)
    story.state("link:l-town", DOWN).wait(300)
    (fired,) = story.told
    assert story.engine.take(drawn, story.now) == ()
    story.state("link:l-town", UP).wait(600)
    assert [(one.id, one.phase) for one in story.told[1:]] == [(fired.id, Phase.RESOLVED)]


def test_a_link_without_an_echo_is_asked_about_at_the_only_device_it_leads_to() -> None:
    story = Story(make_engine()).state("link:l-town", DOWN).wait(60)
    probes = without_probes_of("link:l-town")
    assert story.engine.reload(shipped(), make_inventory(), probes, story.now) == ()


def test_a_link_without_an_echo_is_asked_about_at_its_near_port() -> None:
    inventory = make_inventory()
    link = inventory.links["l-town"]
    end = LinkEnd(link.a.site, link.a.device, "GE0/1")
    links = {**inventory.links, "l-town": dataclasses.replace(link, a=end)}
    inventory = dataclasses.replace(inventory, links=links)
    story = Story(make_engine(inventory)).state("link:l-town", DOWN).wait(60)
    probes = without_probes_of("link:l-town", "device:town-r1")
    reloaded = story.engine.reload(
        shipped(), inventory, [*probes, status_probe("l-town")], story.now
    )
    assert reloaded == ()


def narrow(reason: str = "port_down") -> list[Rule]:
    """The shipped rules, of which the one on links watches for one reason only."""
    when = OnState("link", frozenset({DOWN}), frozenset({reason}))
    return [dataclasses.replace(r, when=when) if r.id == "link-down" else r for r in shipped()]


@pytest.mark.parametrize("before", [[], narrow()])
def test_a_rule_that_is_added_or_widened_meets_what_is_down_already(before: list[Rule]) -> None:
    story = Story(make_engine(rules=before)).state("link:l-town", DOWN, "far_lost").wait(600)
    since = story.now - 620
    story.told += story.engine.reload(shipped(), make_inventory(), ALL, story.now)
    assert story.wait(60).lines == ["firing link-down link:l-town"]
    (alert,) = story.told
    assert (alert.since, alert.reason) == (since, "far_lost")
    story.state("link:l-town", UP)
    assert story.lines[1:] == ["resolved link-down link:l-town"]


def test_a_rule_that_is_narrowed_lets_go_of_what_it_no_longer_watches_for() -> None:
    story = Story(make_engine()).state("link:l-town", DOWN, "far_lost").wait(60)
    (ended,) = story.engine.reload(narrow(), make_inventory(), ALL, story.now)
    assert (ended.phase, ended.reason) == (Phase.RESOLVED, "rule_changed")


def test_a_reload_that_changes_nothing_tells_nothing() -> None:
    story = Story(make_engine()).state("link:l-town", DOWN).state("device:city-r1", DEGRADED)
    for _ in range(2):
        story.state("link:l-city", DOWN).wait(30).state("link:l-city", DEGRADED).wait(30)
    told = len(story.wait(300).told)
    story.told += story.engine.reload(shipped(), make_inventory(), ALL, story.now)
    assert len(story.wait(300).told) == told


def test_what_was_down_before_the_monitor_was_blind_is_judged_when_it_is_seen_again() -> None:
    story = Story(make_engine(rules=[])).state("link:l-town", DOWN).wait(60)
    story.engine.blind(story.now, story.now)
    story.told += story.engine.reload(shipped(), make_inventory(), ALL, story.now)
    story.engine.sighted(story.now)
    story.told += story.engine.reload(shipped(), make_inventory(), ALL, story.now)
    assert story.wait(600).lines == []
    assert story.state("link:l-town", DOWN).wait(60).lines == ["firing link-down link:l-town"]


WORK = PlannedWork("w1", "割接", "carrier", ("l-town",), START - 600, START + 3_600)


def under_work() -> Story:
    """A link that went down during announced work."""
    story = Story(make_engine(make_inventory(work=[WORK]))).state("link:l-town", DOWN).wait(60)
    assert [alert.severity for alert in story.told] == ["info"]
    return story


@pytest.mark.parametrize(
    "work",
    [
        [],
        [dataclasses.replace(WORK, links=("l-city",))],
        [dataclasses.replace(WORK, start=START + 1_800)],
    ],
)
def test_an_outage_whose_work_was_cancelled_is_told_with_its_severity(
    work: list[PlannedWork],
) -> None:
    story = under_work()
    story.told += story.engine.reload(shipped(), make_inventory(work=work), ALL, story.now)
    assert [alert.severity for alert in story.wait(5).told] == ["info", "major"]


def test_work_that_was_prolonged_makes_no_page() -> None:
    story = under_work()
    work = dataclasses.replace(WORK, end=START + 7_200)
    story.told += story.engine.reload(shipped(), make_inventory(work=[work]), ALL, story.now)
    assert [alert.severity for alert in story.wait(7_000).told] == ["info"]


def test_a_reload_shortly_after_the_end_of_work_leaves_its_time_to_recover() -> None:
    story = under_work().wait(3_550)
    assert story.now > WORK.end
    story.told += story.engine.reload(shipped(), make_inventory(work=[WORK]), ALL, story.now)
    story.wait(15).state("link:l-town", UP).wait(60)
    assert [alert.severity for alert in story.told] == ["info", "info"]


def test_downtime_that_was_used_stays_used_when_the_link_is_not_asked_any_more() -> None:
    engine = make_engine()
    engine.availability("l-town", 0.9, START)
    probes = without_probes_of("link:l-town", "device:town-r1")
    assert engine.reload(shipped(), make_inventory(), probes, START + 60) == ()


def test_a_restart_ends_what_nothing_asks_about_any_more() -> None:
    (fired,) = Story(make_engine()).state("link:l-town", DOWN).wait(60).told
    engine = make_engine()
    engine.reload(
        shipped(), make_inventory(), without_probes_of("link:l-town", "device:town-r1"), START
    )
    (ended,) = engine.restore([fired], START + 60)
    assert (ended.target, ended.reason) == (TargetId("link:l-town"), "probe_removed")
