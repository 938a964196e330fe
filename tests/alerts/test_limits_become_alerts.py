"""Readings beyond a limit become alerts: after their time, with hysteresis, only by evidence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from alerts.engine import Engine
from alerts.model import DOWN, NOTHING, SHADOW, UP, Alert, OnMetric, Phase, Rule
from inventory.model import PlannedWork, TargetId, device_target, interface_target
from metrics import catalogue
from metrics.observation import Probe, Series, Value
from tests.alerts.province import (
    START,
    echo_probe,
    make_inventory,
    port_probe,
    reading,
    shipped,
)

PORT = port_probe("l-county")
ECHO = echo_probe("l-county")
LINK = TargetId("link:l-county")


def one_link(rules: Sequence[Rule] | None = None, work: Sequence[PlannedWork] = ()) -> Engine:
    """An engine that watches one port and one echo."""
    return Engine(shipped() if rules is None else rules, make_inventory(work=work), [PORT, ECHO])


def use(engine: Engine, values: Sequence[Value], start: int = START) -> list[tuple[str, int]]:
    """Tell inbound utilisations, one each 10 s; return (phase, seconds after `start`)."""
    told: list[tuple[str, int]] = []
    for step, value in enumerate(values):
        new = engine.observe(reading(PORT, start + 10 * step, value, 0.1))
        told += [(alert.phase.value, 10 * step) for alert in new]
    return told


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.5] * 20, []),
        ([0.9] * 20, []),  # the limit itself is not beyond it
        ([0.91] * 6, []),
        ([0.91] * 7, [("firing", 60)]),
        ([0.91] * 20, [("firing", 60)]),
        ([0.91, 0.91, 0.91, 0.5, 0.91, 0.91, 0.91, 0.91], []),
        ([0.91] * 7 + [0.87] * 9, [("firing", 60)]),  # 0.87 is not yet clear
        ([0.91] * 7 + [0.85], [("firing", 60), ("resolved", 70)]),
        ([0.91] * 7 + [0.5] * 9, [("firing", 60), ("resolved", 70)]),
        ([0.91, None, None, None, None, None, 0.91], [("firing", 60)]),
        ([0.91, *[None] * 30], []),  # silence fires nothing
        ([0.91] * 7 + [None] * 99, [("firing", 60)]),  # and resolves nothing
        ([0.91] * 7 + [None, 0.2], [("firing", 60), ("resolved", 80)]),
    ],
)
def test_bandwidth_over_contract(values: list[Value], told: list[tuple[str, int]]) -> None:
    assert use(one_link(), values) == told


def test_an_alert_names_value_limit_link_and_since() -> None:
    engine = one_link()
    told: list[Alert] = []
    for step in range(7):
        told += engine.observe(reading(PORT, START + 10 * step, 0.91 + step / 100, 0.1))
    (alert,) = told
    assert (alert.rule, alert.target) == ("bandwidth-in", LINK)
    assert (alert.value, alert.limit) == (0.97, 0.9)
    assert (alert.since, alert.fired_at) == (START, START + 60)
    assert alert.labels["carrier"] == "telecom"


def test_a_limit_below_works_the_other_way_round() -> None:
    rule = Rule("low", OnMetric("extranet_link_in_utilization_ratio", False, 0.2, 0.3), "info")
    engine = one_link([rule])
    assert use(engine, [0.2, 0.19, 0.25, 0.3]) == [("firing", 10), ("resolved", 30)]


def light(*powers: float) -> list[tuple[str, str, int]]:
    """Tell received powers of a port of the county's router, one each 5 minutes, in dBm."""
    port = interface_target("county-r1", "ge1")
    series = (Series(catalogue.OPTICAL_RX, port, (("device", "county-r1"),)),)
    target = device_target("county-r1")
    probe = Probe(
        f"optics@{target}",
        "optics",
        target,
        "county-r1",
        "city",
        300_000,
        60.0,
        series,
        1,
        (),
        None,
    )
    engine = Engine(shipped(), make_inventory(), [probe])
    told = []
    for step, power in enumerate(powers):
        new = engine.observe(reading(probe, START + 300 * step, power))
        told += [(alert.rule, alert.phase.value, 300 * step) for alert in new]
    return told


def test_weak_light_is_told_after_ten_minutes() -> None:
    assert light(-20, -25, -25, -25, -21) == [
        ("light-weak", "firing", 900),
        ("light-weak", "resolved", 1200),
    ]


def test_darkness_is_an_outage_and_no_weak_light() -> None:
    assert light(-20, -40, -40, -40, -40) == []


def test_darkness_resolves_no_weak_light() -> None:
    assert light(-25, -25, -25, -40, -40) == [("light-weak", "firing", 600)]


def test_what_changes_nothing_returns_the_shared_empty_tuple() -> None:
    engine = one_link()
    assert engine.observe(reading(PORT, START, 0.5, 0.5)) is NOTHING
    assert engine.observe(reading(PORT, START, None, None)) is NOTHING


def lose(engine: Engine, lost: Sequence[Value], start: int = START) -> list[str]:
    """Tell how many of 10 echoes were lost, one run each 10 s; return what was told of loss."""
    told: list[str] = []
    for step, value in enumerate(lost):
        new = engine.observe(reading(ECHO, start + 10 * step, 10, value, 0.01))
        told += [f"{alert.phase.value} {alert.rule} +{10 * step}" for alert in new]
    return told


def test_loss_is_judged_over_minutes_not_by_one_echo() -> None:
    assert lose(one_link(), [0] * 12 + [3] + [0] * 12) == []


def test_lasting_loss_fires_and_ends() -> None:
    (fired, ended) = lose(one_link(), [2] * 30 + [0] * 60)
    assert fired.startswith("firing link-loss")
    assert ended.startswith("resolved link-loss")


@pytest.mark.parametrize("state", [DOWN, SHADOW])
def test_an_outage_is_not_told_again_as_loss(state: int) -> None:
    engine = one_link()
    told = lose(engine, [0] * 30 + [10, 10, 10])
    engine.state(LINK, state, START + 300, START + 320, "far_lost")
    told += lose(engine, [10] * 60, START + 330)
    engine.state(LINK, UP, START + 930, START + 950, "recovered")
    told += lose(engine, [0] * 60, START + 960)
    assert told == []


def test_a_limit_may_be_what_the_contract_promises() -> None:
    engine = one_link()
    told: list[Alert] = []
    for step in range(60):
        told += engine.observe(reading(ECHO, START + 10 * step, 10, 0, 0.051))
    assert [(alert.rule, alert.limit) for alert in told] == [("link-slow", 0.05)]


def test_a_value_beyond_its_limit_during_planned_work_makes_no_page() -> None:
    work = PlannedWork("w1", "割接", "owner", ("l-county",), START, START + 600)
    engine = one_link(work=[work])
    told: list[Alert] = []
    for step in range(7):
        told += engine.observe(reading(PORT, START + 10 * step, 0.95, 0.1))
    assert [alert.severity for alert in told] == ["info"]


def test_a_reading_of_a_blind_monitor_changes_nothing() -> None:
    engine = one_link()
    engine.blind(START, START)
    assert use(engine, [0.95] * 20) == []
    engine.sighted(START + 200)
    assert use(engine, [0.95] * 7, START + 200) == [("firing", 60)]


def test_a_probe_that_nobody_watches_costs_nothing() -> None:
    assert one_link().observe(reading(port_probe("l-town"), START, 0.99, 0.99)) is NOTHING


def test_after_a_restart_an_alert_goes_on_and_ends_by_evidence() -> None:
    first = one_link()
    use(first, [0.95] * 7)
    second = one_link()
    assert second.restore(first.alerts(), START + 100) == ()
    assert use(second, [0.95] * 7, START + 100) == []
    (ended,) = second.observe(reading(PORT, START + 200, 0.5, 0.1))
    assert (ended.phase, ended.since) == (Phase.RESOLVED, START)


def test_a_reload_keeps_what_remains() -> None:
    engine = one_link()
    use(engine, [0.95] * 7)
    assert engine.reload(shipped(), make_inventory(), [PORT, ECHO], START + 100) == ()
    assert use(engine, [0.95, 0.5], START + 100) == [("resolved", 10)]


@pytest.mark.parametrize(
    ("rules", "links", "probes", "reason"),
    [
        (False, True, True, "rule_removed"),
        (True, False, True, "target_removed"),
        (True, True, False, "probe_removed"),
    ],
)
def test_a_reload_resolves_what_vanished_and_says_why(
    *, rules: bool, links: bool, probes: bool, reason: str
) -> None:
    engine = one_link()
    use(engine, [0.95] * 7)
    inventory = make_inventory() if links else make_inventory({"l-city": ("prov", "city")})
    told = engine.reload(
        shipped() if rules else (), inventory, [PORT] if probes else [], START + 100
    )
    assert [(alert.phase, alert.reason) for alert in told] == [(Phase.RESOLVED, reason)]
    assert engine.alerts() == told
