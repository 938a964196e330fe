"""A reload goes on with other rules, another inventory, other probes, as if it had had them."""

from __future__ import annotations

import dataclasses

import pytest

from alerts.model import DOWN, UNKNOWN, Phase
from inventory.model import LinkEnd, TargetId, device_target, interface_target
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
