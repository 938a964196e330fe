"""Changes of state become one alert that names the cause."""

from __future__ import annotations

import dataclasses

import pytest

from alerts.model import DEGRADED, DOWN, SHADOW, UNKNOWN, UP, OnState, Phase
from inventory.model import PlannedWork, TargetId
from sla.states import State
from tests.alerts.province import LINKS, START, Story, make_engine, make_inventory, shipped

DOWN_L_COUNTY = "link:l-county"


def test_states_mean_here_what_they_mean_in_sla() -> None:
    assert [State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN, State.SHADOW] == [
        UP, DEGRADED, DOWN, UNKNOWN, SHADOW,
    ]  # fmt: skip


def test_a_link_down_fires_once_after_its_wait_and_resolves_once() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN, "far_lost")
    assert story.wait(19).lines == []
    assert story.wait(1).lines == ["firing link-down link:l-county"]
    story.wait(600).state("link:l-county", UP, "recovered").wait(600)
    assert story.lines == ["firing link-down link:l-county", "resolved link-down link:l-county"]


def test_a_fired_alert_says_since_when_why_whose_and_who_is_affected() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN, "far_lost").wait(60)
    (alert,) = story.told
    assert alert.id == f"link-down/link:l-county@{START - 20}"
    assert (alert.since, alert.fired_at) == (START - 20, START + 20)
    assert alert.reason == "far_lost"
    assert alert.severity == "critical"
    assert alert.outage == f"link:l-county@{START - 20}"
    assert alert.affected == {"county": 1, "township": 2, "village": 1}
    assert alert.labels == {
        "site": "county", "level": "county", "area": "city", "link": "l-county",
        "carrier": "telecom", "contract": "c1",
    }  # fmt: skip


def test_severity_follows_the_level_of_the_far_end() -> None:
    story = Story(make_engine()).state("link:l-village", DOWN).wait(60)
    assert [alert.severity for alert in story.told] == ["warning"]


def test_children_in_shadow_make_no_alert() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN)
    for child in ("link:l-town", "link:l-town2", "link:l-village", "device:county-r1"):
        story.state(child, SHADOW, "", f"link:l-county@{START - 20}")
    assert story.wait(3600).lines == ["firing link-down link:l-county"]


def test_a_child_seen_down_before_its_parent_makes_no_alert() -> None:
    story = Story(make_engine()).state("link:l-town", DOWN).wait(15).state("link:l-county", DOWN)
    story.wait(10).state("link:l-town", SHADOW).wait(3600)
    assert story.lines == ["firing link-down link:l-county"]


def test_a_child_that_stays_down_below_a_parent_that_is_down_makes_no_alert() -> None:
    story = Story(make_engine()).state("link:l-town", DOWN).wait(5).state("link:l-county", DOWN)
    assert story.wait(3600).lines == ["firing link-down link:l-county"]
    story.state("link:l-county", UP).wait(60)
    assert story.lines[1:] == [
        "resolved link-down link:l-county",
        "firing link-down link:l-town",
    ]


@pytest.mark.parametrize("state", [UNKNOWN, SHADOW])
def test_unknown_and_shadow_neither_fire_nor_resolve(state: int) -> None:
    story = Story(make_engine()).state("link:l-county", state).wait(600)
    assert story.lines == []
    story.state("link:l-county", DOWN).wait(5).state("link:l-county", state).wait(600)
    assert story.lines == []
    story.state("link:l-county", DOWN).wait(60).state("link:l-county", state).wait(3600)
    assert story.lines == ["firing link-down link:l-county"]
    assert story.state("link:l-county", UP).lines[1:] == ["resolved link-down link:l-county"]


def test_a_degraded_link_answers_so_its_alert_ends() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN).wait(60)
    assert story.state("link:l-county", DEGRADED, "loss").lines[1:] == [
        "resolved link-down link:l-county"
    ]


def test_a_short_loss_that_ends_before_its_wait_is_not_told() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN).wait(10)
    assert story.state("link:l-county", UP).wait(600).lines == []


def test_a_leg_of_two_affects_nobody() -> None:
    story = Story(make_engine()).state("link:l-city2", DOWN).wait(60)
    assert [(alert.target, alert.affected) for alert in story.told] == [("link:l-city2", {})]


def test_both_legs_at_once_are_one_alert_of_the_site() -> None:
    story = Story(make_engine()).state("link:l-city", DOWN).wait(7)
    story.state("link:l-city2", DOWN).state("site:city", DOWN).wait(600)
    assert story.lines == ["firing site-down site:city"]
    assert story.told[0].affected == {"city": 1, "county": 1, "township": 2, "village": 1}


LEGS = ["firing link-down link:l-city", "firing link-down link:l-city2"]


@pytest.mark.parametrize(
    ("watched", "told"),
    [
        (OnState("site", frozenset({DEGRADED})), LEGS),
        (OnState("site", frozenset({DOWN}), frozenset({"port_down"})), LEGS),
        (
            OnState("site", frozenset({DOWN}), frozenset({"far_lost"})),
            ["firing site-down site:city"],
        ),
        (OnState("site", frozenset({DEGRADED, DOWN})), ["firing site-down site:city"]),
        (None, LEGS),
    ],
)
def test_the_legs_of_a_site_are_told_where_no_rule_tells_of_the_site(
    watched: OnState | None, told: list[str]
) -> None:
    rules = [
        rule if rule.id != "site-down" else dataclasses.replace(rule, when=watched or rule.when)
        for rule in shipped()
        if rule.id != "site-down" or watched
    ]
    story = Story(make_engine(rules=rules)).state("link:l-city", DOWN, "far_lost")
    story.state("link:l-city2", DOWN, "far_lost").state("site:city", DOWN, "far_lost").wait(600)
    assert sorted(story.lines) == told


def test_a_leg_is_told_beside_a_place_that_lost_its_redundancy() -> None:
    watched = OnState("site", frozenset({DEGRADED, DOWN}))
    rules = [
        dataclasses.replace(rule, when=watched) if rule.id == "site-down" else rule
        for rule in shipped()
    ]
    story = Story(make_engine(rules=rules)).state("link:l-city", DOWN)
    story.state("site:city", DEGRADED, "no_redundancy").wait(600)
    assert sorted(story.lines) == ["firing link-down link:l-city", "firing site-down site:city"]


def test_the_leg_that_stays_down_is_told_when_the_site_is_back() -> None:
    story = Story(make_engine()).state("link:l-city", DOWN)
    story.state("link:l-city2", DOWN).state("site:city", DOWN).wait(60)
    story.state("link:l-city", UP).state("site:city", UP).wait(60)
    assert story.lines == [
        "firing site-down site:city",
        "resolved site-down site:city",
        "firing link-down link:l-city2",
    ]


def test_a_site_with_one_link_has_no_alert_of_its_own() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN).state("site:county", DOWN).wait(60)
    assert story.lines == ["firing link-down link:l-county"]


def test_the_affected_are_those_whom_no_other_link_reaches() -> None:
    inventory = make_inventory({**LINKS, "l-spare": ("city", "town")})
    story = Story(make_engine(inventory)).state("link:l-county", DOWN).wait(60)
    assert story.told[0].affected == {"county": 1, "township": 1}


def test_a_silent_device_is_a_warning_after_its_time() -> None:
    story = Story(make_engine()).state("device:county-r1", DEGRADED, "snmp_silent")
    assert story.wait(99).lines == []
    assert story.wait(1).lines == ["firing device-silent device:county-r1"]


WORK = PlannedWork("w1", "割接", "carrier", ("l-county",), START - 600, START + 900)


def test_planned_work_is_told_as_information_only() -> None:
    story = Story(make_engine(make_inventory(work=[WORK]))).state("link:l-county", DOWN).wait(600)
    (alert,) = story.told
    assert (alert.severity, alert.labels["planned_work"]) == ("info", "w1")
    assert story.state("link:l-county", UP).told[-1].phase is Phase.RESOLVED


def test_a_recovery_at_the_end_of_planned_work_makes_no_page() -> None:
    story = Story(make_engine(make_inventory(work=[WORK]))).state("link:l-county", DOWN).wait(930)
    story.state("link:l-county", UP).wait(600)
    assert [alert.severity for alert in story.told] == ["info", "info"]


def test_an_outage_that_outlasts_planned_work_is_told_with_its_severity() -> None:
    story = Story(make_engine(make_inventory(work=[WORK]))).state("link:l-county", DOWN).wait(1200)
    assert [(alert.severity, alert.fired_at) for alert in story.told] == [
        ("info", START + 20),
        ("critical", START + 20),
    ]
    assert "planned_work" not in story.told[1].labels
    assert story.told[0].id == story.told[1].id


def test_a_blind_monitor_tells_one_thing_only() -> None:
    engine = make_engine()
    story = Story(engine).state("link:l-county", DOWN).wait(5)
    story.told += engine.blind(START - 30, story.now)
    for link in LINKS:
        story.state(f"link:{link}", DOWN)
    story.wait(600)
    assert story.lines == ["firing monitor-blind monitor:canaries"]
    assert story.told[0].since == START - 30


def test_what_was_told_while_blind_is_judged_when_the_monitor_sees_again() -> None:
    engine = make_engine()
    story = Story(engine).state("link:l-town", DOWN).wait(60)
    story.told += engine.blind(story.now - 20, story.now)
    story.wait(60).state("link:l-town", UP).state("link:l-town2", DOWN).wait(60)
    story.told += engine.sighted(story.now)
    story.wait(120)
    assert story.lines == [
        "firing link-down link:l-town",
        "firing monitor-blind monitor:canaries",
        "resolved monitor-blind monitor:canaries",
        "resolved link-down link:l-town",
        "firing link-down link:l-town2",
    ]


def test_blindness_before_a_restart_is_over_when_something_answers() -> None:
    first, second = make_engine(), make_engine()
    first.blind(START, START)
    second.restore(first.alerts(), START + 60)
    story = Story(second).state("link:l-town", UNKNOWN).wait(60)
    assert story.lines == []
    assert story.state("link:l-county", UP).lines == ["resolved monitor-blind monitor:canaries"]


def test_sla_at_risk_fires_at_its_share_and_ends_with_the_month() -> None:
    engine = make_engine()
    assert engine.availability("l-county", 0.79, START) == ()
    (alert,) = engine.availability("l-county", 0.8, START + 60)
    assert (alert.rule, alert.value, alert.limit) == ("sla-at-risk", 0.8, 0.8)
    assert engine.availability("l-county", 0.95, START + 120) == ()
    (ended,) = engine.availability("l-county", 0.0, START + 180)
    assert ended.phase is Phase.RESOLVED


def test_a_part_of_the_monitor_that_fails_is_told_after_its_time() -> None:
    engine = make_engine()
    story = Story(engine)
    assert engine.own("outbox", "influxdb", START, bad=True, value=900) == ()
    assert engine.own("outbox", "influxdb", START + 10, bad=True, value=910) == ()
    assert story.wait(300).lines == ["firing outbox-backlog monitor:influxdb"]
    (ended,) = engine.own("outbox", "influxdb", START + 400, bad=False)
    assert ended.resolved_at == START + 400


@pytest.mark.parametrize(
    ("condition", "rule", "severity"),
    [("report", "report-ready", "info"), ("report_failed", "report-failed", "major")],
)
def test_news_of_a_report_are_told_once_however_often_they_are_looked_at(
    condition: str, rule: str, severity: str
) -> None:
    engine = make_engine()
    told = [engine.own(condition, "telecom/2026-10", START + at, bad=True) for at in range(3)]
    assert [(one.rule, one.severity, one.target) for alerts in told for one in alerts] == [
        (rule, severity, "monitor:telecom/2026-10")
    ]


def test_what_is_told_of_a_part_that_is_no_more_is_resolved() -> None:
    engine = make_engine()
    for sink in ("influxdb", "old"):
        engine.own("loss", sink, START, bad=True)
    engine.own("outbox", "old", START, bad=True)  # pending
    engine.own("reload", "reload", START, bad=True)
    engine.own("ledger", "ledger", START, bad=True)
    present = {"loss": {"influxdb"}, "outbox": {"influxdb"}, "reload": ()}
    told = engine.keep_subjects(present, START + 60)
    assert [(one.rule, one.target, one.phase, one.reason) for one in told] == [
        ("samples-lost", "monitor:old", Phase.RESOLVED, "subject_gone"),
        ("reload-refused", "monitor:reload", Phase.RESOLVED, "subject_gone"),
    ]
    assert [(one.rule, one.target) for one in engine.alerts() if one.phase is Phase.FIRING] == [
        ("samples-lost", "monitor:influxdb"), ("ledger-failing", "monitor:ledger"),
    ]  # fmt: skip
    assert Story(engine).wait(600).lines == []
    assert engine.keep_subjects(present, START + 600) == ()


def test_a_part_that_was_resolved_as_gone_is_told_again_when_it_fails_again() -> None:
    engine = make_engine()
    engine.own("reload", "reload", START, bad=True)
    engine.keep_subjects({"reload": ()}, START + 60)
    (alert,) = engine.own("reload", "reload", START + 90, bad=True)
    assert alert.phase is Phase.FIRING


def test_a_failing_ledger_is_told_at_once_even_while_blind() -> None:
    engine = make_engine()
    engine.blind(START, START)
    (alert,) = engine.own("ledger", "ledger", START, bad=True)
    assert (alert.rule, alert.severity) == ("ledger-failing", "critical")


def test_a_person_acknowledges_a_firing_alert() -> None:
    engine = make_engine()
    (alert,) = Story(engine).state("link:l-county", DOWN).wait(60).told
    taken = engine.acknowledge(alert.id, "李工", START + 90)
    assert taken is not None
    assert (taken.acknowledged_by, taken.acknowledged_at) == ("李工", START + 90)
    assert engine.acknowledge("no/such@1", "李工", START) is None
    assert engine.alerts() == (taken,)


def test_resolved_alerts_are_shown_for_an_hour() -> None:
    story = Story(make_engine()).state("link:l-county", DOWN).wait(60)
    story.state("link:l-county", UP).wait(3600)
    assert [alert.phase for alert in story.engine.alerts()] == [Phase.RESOLVED]
    assert story.wait(2).engine.alerts() == ()


def test_the_target_of_an_alert_needs_no_rule() -> None:
    assert make_engine(rules=()).state(TargetId("link:l-county"), DOWN, START, START, "") == ()
