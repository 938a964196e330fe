"""What the runtime reports of a device is told at once, and ends only when that is reported too."""

from __future__ import annotations

from alerts.engine import Engine
from alerts.model import Alert, OnReport, Phase, Rule
from inventory.model import TargetId, device_target
from tests.alerts.province import START, make_inventory

CITY, VILLAGE = device_target("city-r1"), device_target("village-r1")
RULE = Rule("changed", OnReport("configuration"), "warning", by_level={"city": "major"})


def engine(*rules: Rule) -> Engine:
    return Engine(rules or (RULE,), make_inventory(), ())


def report(
    one: Engine, at: int, *, bad: bool, target: TargetId = CITY, reason: str = "config_changed"
) -> tuple[Alert, ...]:
    return one.report("configuration", target, at, at, bad=bad, reason=reason)


def test_it_fires_at_once_with_its_reason() -> None:
    (alert,) = report(engine(), START, bad=True)

    assert (alert.phase, alert.reason, alert.since) == (Phase.FIRING, "config_changed", START)
    assert alert.labels["device"] == "city-r1"


def test_how_urgent_it_is_depends_on_the_level() -> None:
    one = engine()

    (city,), (village,) = report(one, START, bad=True), report(one, START, bad=True, target=VILLAGE)

    assert (city.severity, village.severity) == ("major", "warning")


def test_the_same_again_is_no_news() -> None:
    one = engine()
    report(one, START, bad=True)

    assert report(one, START + 60, bad=True) == ()


def test_it_ends_with_the_reason_of_its_end() -> None:
    one = engine()
    report(one, START, bad=True)

    (ended,) = report(one, START + 60, bad=False, reason="config_noted")

    assert (ended.phase, ended.reason) == (Phase.RESOLVED, "config_noted")


def test_what_never_began_does_not_end() -> None:
    assert report(engine(), START, bad=False) == ()


def test_several_within_minutes_are_several_and_no_flapping() -> None:
    one = engine()
    told = [
        alert.phase
        for number in range(10)
        for alert in report(one, START + 60 * number, bad=number % 2 == 0)
    ]

    assert told == [Phase.FIRING, Phase.RESOLVED] * 5


def test_another_condition_does_not_concern_the_rule() -> None:
    one = engine()

    assert one.report("host_key", CITY, START, START, bad=True, reason="x") == ()


def test_it_outlives_a_restart() -> None:
    before = engine()
    fired = report(before, START, bad=True)
    after = engine()

    assert after.restore(fired, START + 60) == ()
    assert report(after, START + 90, bad=True) == ()
    assert len(report(after, START + 120, bad=False)) == 1


def test_it_ends_with_its_rule() -> None:
    one = engine()
    report(one, START, bad=True)

    (ended,) = one.reload((), make_inventory(), (), START + 60)

    assert (ended.phase, ended.reason) == (Phase.RESOLVED, "rule_removed")
