"""What a contract promises is watched while it can still be kept: bandwidth, and the month.

The story: the strictest promise that the profile can check; one leg carries a quarter more than was
bought, and a trunk is down until four fifths of the month's allowance are used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.program import edit, running
from tests.e2e.province import province
from tests.servers import wait_for

PROMISED = 99.996
"""Percent of the month: a little more than ten slots of 10 s may be down."""


@dataclass
class Told:
    """What was seen."""

    leg: str
    trunk: str
    bandwidth: list[dict[str, Any]] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=dict)
    at_risk: list[dict[str, Any]] = field(default_factory=list)
    met: bool | None = None
    ended: list[str] = field(default_factory=list)


def story(folder: Path) -> Told:
    with province(folder, 30) as served:
        leg, trunk = served.plan.legs[0], served.plan.trunks[-1]
        assert leg.carrier == "telecom"
        told = Told(leg.id, trunk.id)
        file = folder / "inventory.yaml"
        for carrier in {leg.carrier, trunk.carrier}:
            (line,) = [
                one for one in file.read_text("utf-8").splitlines()
                if one.startswith(f"  {carrier}-backbone: ")
            ]  # fmt: skip
            edit(file, (line, line.replace("99.95", str(PROMISED))))
        with running(folder) as monitor:

            def about(rule: str, phase: str = "firing") -> list[dict[str, Any]]:
                return [alert for alert in monitor.alerts(phase) if alert["rule"] == rule]

            wait_for(monitor.all_known, 180, what="every site and link known")
            served.control.begin("cut", f"link:{trunk.id}")
            served.control.begin("overload", f"link:{leg.id}", 1.25)
            wait_for(lambda: about("bandwidth-out"), 100, what="the alert about bandwidth")
            told.bandwidth = about("bandwidth-out")
            told.row = monitor.get(f"/api/v1/links/{leg.id}")
            served.control.end("overload", f"link:{leg.id}")
            wait_for(lambda: about("sla-at-risk"), 160, what="the alert about the month")
            told.at_risk = about("sla-at-risk")
            document = monitor.get(f"/api/v1/links/{trunk.id}/availability")
            told.met = document["met"]
            wait_for(lambda: about("bandwidth-out", "resolved"), 60, what="the end of the load")
            told.ended = [alert["target"] for alert in about("bandwidth-out", "resolved")]
    return told


def test_more_than_was_bought_is_an_alert_with_value_and_limit(told: Told) -> None:
    (alert,) = told.bandwidth
    assert alert["target"] == f"link:{told.leg}"
    assert alert["limit"] == 0.9
    assert 1.1 < alert["value"] < 1.4


def test_the_load_is_shown_against_the_contract(told: Told) -> None:
    assert 1.1 < told.row["out_utilization"] < 1.4
    assert told.row["out_bps"] > told.row["bandwidth_bps"]


def test_the_alert_ends_with_the_load(told: Told) -> None:
    assert told.ended == [f"link:{told.leg}"]


def test_a_month_at_risk_is_an_alert_about_the_link(told: Told) -> None:
    (alert,) = told.at_risk
    assert alert["target"] == f"link:{told.trunk}"
    assert alert["severity"] == "major"
    assert alert["value"] >= 0.8


def test_the_month_is_not_called_kept_when_it_is_not(told: Told) -> None:
    assert told.met is not True
