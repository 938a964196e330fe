"""One message names the cause: what is lost with a link, whose fault it is that one is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.engine import Engine
from alerts.model import DEGRADED, DOWN, SHADOW, UNKNOWN, UP, Alert, Phase
from alerts.notifiers._words import Words
from alerts.surroundings import Surroundings
from inventory.model import (
    Inventory,
    PlannedWork,
    Service,
    ServiceGroup,
    TargetId,
    service_target,
)
from metrics.families.services import PROBE_SUCCESS
from metrics.observation import Probe, Series
from tests.alerts.province import START, Story, echo_probe, make_inventory, shipped
from texts.say import say

PORTAL = "service:portal"
UNITS = [f"x{number}" for number in range(8)]


def make_services() -> dict[str, Service]:
    found = [
        Service("portal", "门户网站", "website", "county", unit="unit"),
        Service("mail", "邮件", "application", needs=((TargetId("link:l-town"),),)),
        Service("login", "统一认证", "application"),
        Service("approval", "行政审批", "application", needs=((TargetId("service:login"),),)),
        Service(
            "twin", "双路", "other",
            needs=((TargetId("link:l-city"), TargetId("link:l-city2")),),
        ),
        *(Service(name, f"{name}局", "exchange", group="exchange") for name in UNITS),
    ]  # fmt: skip
    return {service.id: service for service in found}


def province(work: Iterable[PlannedWork] = ()) -> Inventory:
    return replace(
        make_inventory(work=work),
        services=make_services(),
        service_groups={"exchange": ServiceGroup("exchange", "数据交换")},
    )


def check_probe(service: str, every_ms: int = 60_000) -> Probe:
    target = service_target(service)
    series = (Series(PROBE_SUCCESS, target, ()),)
    return Probe(f"http@{target}", "http", target, None, "", every_ms, 5.0, series, 1, (), None)


def story(inventory: Inventory | None = None) -> Story:
    inventory = inventory or province()
    probes = [*map(echo_probe, inventory.links), *map(check_probe, inventory.services)]
    return Story(Engine(shipped(), inventory, probes))


def services_of(told: Iterable[Alert]) -> list[dict[str, int]]:
    return [dict(alert.services) for alert in told]


# With a link.


def test_an_alert_counts_the_services_that_are_lost_with_a_link() -> None:
    told = story().state("link:l-county", DOWN, "far_lost").wait(60).told
    assert services_of(told) == [{PORTAL: 1, "service:mail": 1}]


def test_what_needs_a_lost_service_is_lost_with_it() -> None:
    told = story().state("service:login", DOWN, "http_status").wait(600).told
    assert services_of(told) == [{"service:approval": 1}]


def test_a_service_with_a_way_left_is_not_counted() -> None:
    told = story().state("link:l-city", DOWN, "far_lost").wait(60).told
    assert services_of(told) == [{}]


def test_when_the_last_way_goes_it_is() -> None:
    told = story().state("link:l-city", DOWN).wait(60).state("link:l-city2", DOWN).wait(120).told
    assert "service:twin" in told[-1].services


def test_a_message_names_them() -> None:
    inventory = province()
    (fired,) = story(inventory).state("link:l-county", DOWN, "far_lost").wait(60).told
    words = Words(inventory, {rule.id: rule for rule in shipped()})
    assert "；影响：1 县 2 乡镇 1 村；影响 2 个业务：邮件、门户网站；对端失联" in words.line(
        fired, START, "zh"
    )
    assert "; 2 services lost: 邮件, 门户网站;" in words.line(fired, START, "en")


def test_of_many_it_names_some_and_counts_the_rest() -> None:
    many = {f"s{n:02}": Service(f"s{n:02}", f"业务{n}", "other", "county") for n in range(30)}
    inventory = replace(province(), services=many)
    (fired,) = story(inventory).state("link:l-county", DOWN).wait(60).told
    assert sum(fired.services.values()) == 30
    assert fired.services[""] == 10
    line = Words(inventory, {rule.id: rule for rule in shipped()}).line(fired, START, "zh")
    assert "影响 30 个业务" in line
    assert "另 10 个" in line


# Of a service.


def test_a_service_that_is_down_by_itself_is_told_with_its_unit() -> None:
    inventory = province()
    (fired,) = story(inventory).state(PORTAL, DOWN, "silent").wait(600).told
    assert (fired.rule, fired.severity) == ("service-down", "major")
    assert fired.labels["service_kind"] == "website"
    line = Words(inventory, {rule.id: rule for rule in shipped()}).line(fired, START, "zh")
    assert line == (
        "【重要】业务中断：门户网站 (县信息中心) 自 09:59:40 起；无应答；"
        "责任单位：县信息中心 0712-123456"
    )


def test_what_its_check_found_is_said_in_words() -> None:
    inventory = province()
    (fired,) = story(inventory).state(PORTAL, DOWN, "http_status").wait(600).told
    words = Words(inventory, {rule.id: rule for rule in shipped()})
    assert say("wire.reason.http_status", "zh") in words.line(fired, START, "zh")


@pytest.mark.parametrize("state", [SHADOW, UNKNOWN])
def test_a_service_in_a_shadow_makes_no_alert(state: int) -> None:
    assert story().state(PORTAL, state, "upstream", "link:l-county@1").wait(900).told == []


def test_a_service_seen_down_before_its_link_makes_no_alert() -> None:
    told = story().state("service:mail", DOWN).wait(15).state("link:l-town", DOWN)
    told.wait(10).state("service:mail", SHADOW).wait(900)
    assert told.lines == ["firing link-down link:l-town"]


def test_a_service_that_stays_down_below_a_link_that_is_down_makes_no_alert() -> None:
    told = story().state("service:mail", DOWN).wait(5).state("link:l-town", DOWN).wait(900)
    assert told.lines == ["firing link-down link:l-town"]


def test_what_is_degraded_is_told_after_five_minutes() -> None:
    told = story().state(PORTAL, DEGRADED, "cert_expires").wait(240)
    assert told.lines == []
    assert told.wait(120).lines == ["firing service-degraded service:portal"]


def test_announced_work_on_a_service_makes_no_page() -> None:
    work = PlannedWork("w", "升级", "owner", (), START - 60, START + 3600, None, ("portal",))
    (fired,) = story(province([work])).state(PORTAL, DOWN).wait(600).told
    assert (fired.severity, fired.labels["planned_work"]) == ("info", "w")


# Of a group.


def fall(told: Story, units: Iterable[str], apart: int = 1) -> Story:
    for unit in units:
        told.state(f"service:{unit}", DOWN, "refused").wait(apart)
    return told


def test_when_half_of_a_group_is_down_one_alert_says_so() -> None:
    told = fall(story(), UNITS[:5], apart=10).wait(900)
    assert told.lines == ["firing group-down group:exchange"]
    assert services_of(told.told) == [{"group:exchange": 4}]


def test_fewer_are_told_one_by_one() -> None:
    told = fall(story(), UNITS[:3]).wait(900)
    assert sorted(told.lines) == [f"firing service-down service:{unit}" for unit in UNITS[:3]]


def test_when_most_of_a_group_works_again_who_does_not_is_told_by_itself() -> None:
    told = fall(story(), UNITS).wait(900)
    for unit in UNITS[1:]:
        told.state(f"service:{unit}", UP)
    told.wait(60)
    assert told.lines == [
        "firing group-down group:exchange",
        "resolved group-down group:exchange",
        f"firing service-down service:{UNITS[0]}",
    ]


@pytest.mark.parametrize("state", [SHADOW, UNKNOWN])
def test_what_nobody_knows_ends_no_alert_of_a_group(state: int) -> None:
    told = fall(story(), UNITS).wait(900)
    for unit in UNITS:
        told.state(f"service:{unit}", state)
    assert told.wait(900).lines == ["firing group-down group:exchange"]


def test_a_group_behind_one_link_is_told_with_the_link() -> None:
    services = make_services()
    for unit in UNITS:
        services[unit] = replace(services[unit], needs=((TargetId("link:l-county"),),))
    inventory = replace(province(), services=services)
    told = story(inventory).state("link:l-county", DOWN).wait(30)
    for unit in UNITS:
        told.state(f"service:{unit}", SHADOW, "upstream", "link:l-county@1")
    assert told.wait(900).lines == ["firing link-down link:l-county"]
    assert told.told[0].services["group:exchange"] == 8


def test_after_blindness_a_group_is_counted_anew() -> None:
    told = fall(story(), UNITS).wait(900)
    told.told += told.engine.blind(told.now, told.now)
    told.told += told.engine.sighted(told.now + 60)
    told.now += 60
    for unit in UNITS[:5]:
        told.state(f"service:{unit}", UP)
    assert told.wait(60).lines[-1] == "resolved group-down group:exchange"


def test_a_reload_that_makes_a_group_small_ends_its_alert() -> None:
    told = fall(story(), UNITS).wait(900)
    services = {name: one for name, one in make_services().items() if name not in UNITS[3:]}
    inventory = replace(province(), services=services)
    probes = [*map(echo_probe, inventory.links), *map(check_probe, inventory.services)]
    told.told += told.engine.reload(shipped(), inventory, probes, told.now)
    assert "resolved group-down group:exchange" in told.lines
    told.wait(900)
    assert [one for one in told.lines if one.startswith("firing service-down")] == [
        f"firing service-down service:{unit}" for unit in UNITS[:3]
    ]


def test_an_alert_of_a_group_goes_on_over_a_restart() -> None:
    before = fall(story(), UNITS).wait(900)
    after = story()
    after.now = before.now + 60
    after.told += after.engine.restore(before.told, after.now)
    assert fall(after, UNITS).wait(900).lines == []
    for unit in UNITS:
        after.state(f"service:{unit}", UP)
    assert after.lines == ["resolved group-down group:exchange"]


HISTORIES = st.lists(
    st.tuples(
        st.sampled_from([*UNITS, "login", "approval", "mail", "portal", "l-county", "l-town"]),
        st.sampled_from([UP, DEGRADED, DOWN, UNKNOWN, SHADOW]),
        st.sampled_from([0, 5, 60, 600]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_whatever_happens_all_is_resolved_once_when_all_is_well(
    history: list[tuple[str, int, int]],
) -> None:
    told = story()
    for name, state, seconds in history:
        told.state(f"{'link' if name.startswith('l-') else 'service'}:{name}", state)
        for _ in range(0, seconds, 10):
            told.now += 10
            told.told += told.engine.tick(told.now)
    inventory = province()
    for target in (*map(service_target, inventory.services), "link:l-county", "link:l-town"):
        told.state(target, UP)
    for _ in range(400):
        told.now += 10
        told.told += told.engine.tick(told.now)
    fired = {alert.id for alert in told.told if alert.phase is Phase.FIRING}
    ended = [alert.id for alert in told.told if alert.phase is Phase.RESOLVED]
    assert sorted(ended) == sorted(fired)


def test_what_many_ways_lead_to_is_worked_out_once() -> None:
    pairs = 40  # each of two services needs both below it: 2 ** 40 ways down
    layers = [(f"a{place}", f"b{place}") for place in range(pairs)]
    found = {
        name: Service(
            name, name, "other",
            needs=tuple((service_target(one),) for one in (layers[place - 1] if place else ())),
        )
        for place, pair in enumerate(layers)
        for name in pair
    }  # fmt: skip
    around = Surroundings(replace(make_inventory(), services=found), [])
    top = service_target(layers[-1][0])
    assert (around.wait(top), around.is_asked(top)) == (60 * pairs, False)
