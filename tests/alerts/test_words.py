"""What people read: the cause, since when, how long, who is affected, whose it is."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alerts.model import DOWN, UP, Alert, OnMetric, Phase, Rule
from alerts.notifiers._words import Words
from inventory.model import Inventory, TargetId
from tests.alerts.province import START, Story, make_engine, make_inventory, shipped
from tests.alerts.receivers import make_alert
from texts.say import Language

INVENTORY = make_inventory()


def words(inventory: Inventory = INVENTORY) -> Words:
    return Words(inventory, {rule.id: rule for rule in shipped()}, "http://127.0.0.1:8080/")


def cut() -> tuple[Alert, Alert]:
    """The alert of a cut county, and its end 100 s later."""
    story = Story(make_engine()).state("link:l-county", DOWN, "far_lost").wait(80)
    fired, ended = story.state("link:l-county", UP).told
    return fired, ended


def test_a_cut_is_told_in_chinese_in_one_line() -> None:
    assert words().line(cut()[0], START + 30, "zh") == (
        "【严重】链路中断：city-county 电信专线 (中国电信) 自 09:59:40 起；影响：1 县 2 乡镇 1 村；"
        "对端失联；责任单位：县信息中心 0712-123456"
    )


def test_and_in_english() -> None:
    assert words().line(cut()[0], START + 30, "en") == (
        "[CRITICAL] Link down: city-county 电信专线 (中国电信) since 09:59:40;"
        " affects 1 county, 2 townships, 1 village; far end lost;"
        " responsible: 县信息中心 0712-123456"
    )


def test_its_end_says_how_long_it_lasted() -> None:
    assert words().line(cut()[1], START + 90, "zh") == (
        "【恢复】链路中断：city-county 电信专线 (中国电信) 09:59:40 至 10:01:20，历时 1 分 40 秒；"
        "责任单位：县信息中心 0712-123456"
    )


def test_a_loss_that_cuts_nobody_off_says_so() -> None:
    (fired,) = Story(make_engine()).state("link:l-city2", DOWN).wait(60).told
    assert "未造成断网" in words().line(fired, START, "zh")


@pytest.mark.parametrize(
    ("rule", "value", "limit", "text"),
    [
        ("bandwidth-in", 0.934, 0.9, "当前 93.4 %，限值 90 %"),
        ("link-loss", 0.12, 0.05, "当前 12 %，限值 5 %"),
        ("link-slow", 0.0613, 0.05, "当前 61.3 ms，限值 50 ms"),
        ("device-hot", 78.0, 75.0, "当前 78 °C，限值 75 °C"),
        ("light-weak", -25.31, -24.0, "当前 -25.31 dBm，限值 -24 dBm"),
        ("sla-at-risk", 0.81, 0.8, "当前 81 %，限值 80 %"),
        ("host-clock", 3.25, 2.0, "当前 3250 ms，限值 2000 ms"),
        ("host-restarted", 75.0, 600.0, "当前 75 s，限值 10 min"),
        ("host-backup-old", 280_000.0, 93_600.0, "当前 3.24 d，限值 26 h"),
        ("host-load", 2.5, 2.0, "当前 2.5，限值 2"),
    ],
)
def test_values_are_written_as_people_read_them(
    rule: str, value: float, limit: float, text: str
) -> None:
    alert = make_alert(rule=rule, value=value, limit=limit)
    assert text in words().line(alert, START, "zh")


@pytest.mark.parametrize(
    ("rule", "language", "text"),
    [
        ("report-ready", "zh", "考核报告已生成，可提出异议：中国电信 2026-10"),
        ("report-ready", "en", "Assessment report made, open for objections: 中国电信 2026-10"),
        ("report-failed", "zh", "考核报告生成失败：中国电信 2026-10"),
        ("report-failed", "en", "Assessment report could not be made: 中国电信 2026-10"),
    ],
)
def test_a_report_is_named_by_its_carrier_and_its_period(
    rule: str, language: Language, text: str
) -> None:
    alert = replace(make_alert(rule=rule), target=TargetId("monitor:telecom/2026-10"))
    assert text in words().line(alert, START, language)


def test_yesterday_is_written_with_its_date() -> None:
    line = words().line(make_alert(), START + 86_400, "zh")
    assert "自 2026-03-10 10:00:00 起" in line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(59, "59 s"), (61, "1 min 1 s"), (3_700, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_durations_have_two_units_at_most(seconds: int, text: str) -> None:
    alert = replace(make_alert(phase=Phase.RESOLVED), resolved_at=START + seconds)
    assert f", {text};" in words().line(alert, START, "en")


def test_a_rule_of_ones_own_has_its_own_title_or_its_name() -> None:
    when = OnMetric("extranet_link_echo_lost", is_above=True, limit=1)
    rules = {"mine": Rule("mine", when, "info", titles={"zh": "自定义"})}
    said = Words(INVENTORY, rules)
    assert "自定义" in said.line(make_alert(rule="mine"), START, "en")
    assert "other-rule" in said.line(make_alert(rule="other-rule"), START, "en")


def test_the_most_urgent_comes_first_and_what_is_over_last() -> None:
    alerts = [
        make_alert(1, severity="info"),
        make_alert(2, phase=Phase.RESOLVED),
        make_alert(3, severity="critical"),
    ]
    message = words().message(alerts, START, "en", 5)
    assert [alert.id for alert in message.alerts] == [alerts[2].id, alerts[0].id, alerts[1].id]
    assert message.subject == "3 alerts: Link down 2, over 1"


def test_the_same_alerts_are_the_same_message_whenever_it_is_sent() -> None:
    alerts = [make_alert(1), make_alert(2)]
    first = words().message(alerts, START, "en", 5)
    later = words().message(alerts[::-1], START + 99, "en", 5)
    ended = words().message([alerts[0], make_alert(2, phase=Phase.RESOLVED)], START, "en", 5)
    assert first.id == later.id != ended.id


def test_what_is_told_again_because_of_news_is_no_repetition() -> None:
    alerts = [make_alert(reason=reason) for reason in ("far_lost", "flapping", "lasting")]
    assert len({words().message([alert], START, "en", 5).id for alert in alerts}) == 3


@given(st.text(max_size=30))
def test_a_title_is_never_interpreted(title: str) -> None:
    link = dataclasses.replace(INVENTORY.links["l-county"], title=title)
    inventory = dataclasses.replace(INVENTORY, links={**INVENTORY.links, "l-county": link})
    assert title in words(inventory).line(make_alert(), START, "zh")


@given(st.sampled_from(["link:", "site:", "device:", "interface:", "monitor:", ""]), st.text())
def test_whatever_the_target_there_is_a_line(kind: str, name: str) -> None:
    alert = replace(make_alert(), target=TargetId(f"{kind}{name}"), reason=name, rule=name)
    assert words().line(alert, START, "zh")
