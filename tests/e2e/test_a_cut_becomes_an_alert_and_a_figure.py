"""The main job: a link is cut, one alert says so, and the carrier's month says how long.

The story: 60 sites, all known; a trunk with villages behind it is cut, and so are two legs on which
work was announced; all is mended after a minute; then the monitor's own canary is silent for a
while; then the month is asked for over the api and added up again from the recording.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.truth import intervals
from tests.e2e.listeners import alertmanager
from tests.e2e.program import Document, Monitor, assessed, edit, extranet, running, second
from tests.e2e.province import ECHO_SECONDS, POLL_SECONDS, behind, planned, province
from tests.servers import wait_for

pytestmark = pytest.mark.server("prometheus-alertmanager")

RECEIVER = """
receivers:
  noc: {{channels: [{{kind: alertmanager, members: ["{url}"]}}]}}
routes:
  - {{match: {{severity: [critical, major, warning]}}, receiver: noc}}
"""
CUT_SECONDS = 66
"""Longer than the shortest outage of the `backbone` profile, 60 s."""
CARRIERS = ("telecom", "mobile", "cable")


@dataclass
class Told:
    """What was seen."""

    trunk: str
    carrier_leg: str
    owner_leg: str
    works: dict[str, tuple[int, int]]
    sites_behind: set[str]
    links_behind: set[str]
    cut: dict[str, str] = field(default_factory=dict)
    """States while the trunk is cut."""
    cut_alerts: list[dict[str, Any]] = field(default_factory=list)
    """Alerts that fire in the monitor at that time."""
    held: list[dict[str, Any]] = field(default_factory=list)
    """Alerts that Alertmanager holds at that time."""
    blind: dict[str, str] = field(default_factory=dict)
    blind_held: list[dict[str, Any]] = field(default_factory=list)
    blind_health: int = 0
    after: dict[str, str] = field(default_factory=dict)
    history: list[tuple[str, str, str]] = field(default_factory=list)
    """What Alertmanager told."""
    outages: list[dict[str, Any]] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    replayed: dict[str, Document] = field(default_factory=dict)
    truth: list[str] = field(default_factory=list)
    exit_code: int = -1
    log: list[dict[str, Any]] = field(default_factory=list)


def story(folder: Path) -> Told:
    with (
        alertmanager(folder) as manager,
        province(folder, 60, RECEIVER.format(url=manager.url)) as served,
    ):
        trunk = served.plan.trunks[0].id
        legs = served.plan.legs[0].id, served.plan.legs[2].id
        sites, links = behind(served, trunk)
        work = (second() + 20, second() + 900)  # longer than the story, however slow
        edit(
            folder / "inventory.yaml",
            (
                "planned_work: {}\n",
                "planned_work:\n"
                + planned("theirs", "carrier", legs[0], *work)
                + planned("ours", "owner", legs[1], *work),
            ),
        )
        told = Told(trunk, *legs, dict.fromkeys(legs, work), sites, links)
        with running(folder, "--record", folder / "recording") as monitor:
            wait_for(monitor.all_known, 180, what="every site and link known")
            wait_for(lambda: second() > work[0] + 1, 60, what="the announced work begins")
            for link in (trunk, *legs):
                served.control.begin("cut", f"link:{link}")
            mended_at = time.monotonic() + CUT_SECONDS

            def one_alert_and_shadows() -> bool:
                states = monitor.states()
                return (
                    all(states[f"link:{link}"] == "down" for link in (trunk, *legs))
                    and all(states[f"link:{link}"] == "shadow" for link in links)
                    and bool(manager.firing())
                )

            wait_for(one_alert_and_shadows, 60, what="the cut judged and told")
            wait_for(lambda: time.monotonic() > mended_at - 3, 70, what="a minute of outage")
            told.cut = monitor.states()
            told.cut_alerts = monitor.alerts()
            told.held = manager.firing()
            wait_for(lambda: time.monotonic() > mended_at, 30, what="the mending")
            for link in (trunk, *legs):
                served.control.end("cut", f"link:{link}")
            wait_for(lambda: not manager.firing(), 60, what="the end in Alertmanager")
            wait_for(lambda: set(monitor.states().values()) == {"up"}, 60, what="all up")
            _go_blind(told, monitor, manager, served.control)
            told.documents = dict(zip(CARRIERS, assessed(monitor, *CARRIERS), strict=True))
            told.outages = monitor.items("/api/v1/outages")
            told.truth = (folder / "truth.jsonl").read_text("utf-8").splitlines()
            told.history = manager.history()
            told.exit_code = monitor.end()
            told.log = monitor.logged()
        for carrier, document in told.documents.items():
            done = extranet(
                "replay", folder / "recording", "--carrier", carrier,
                "--period", document["period"], "--until", document["window"]["end"],
                "--inventory", folder / "inventory.yaml", "--config", folder / "monitor.yaml",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            told.replayed[carrier] = json.loads(done.stdout)
    return told


def _go_blind(told: Told, monitor: Monitor, manager: Any, control: Any) -> None:
    control.begin("blind", "canary:127.255.0.1")
    wait_for(
        lambda: [a for a in manager.firing() if a["labels"]["alertname"] == "monitor-blind"],
        60, what="Alertmanager knows that the monitor is blind",
    )  # fmt: skip
    told.blind = monitor.states()
    told.blind_held = manager.firing()
    told.blind_health = monitor.ask("/healthz")[0]
    control.end("blind", "canary:127.255.0.1")
    wait_for(lambda: set(monitor.states().values()) == {"up"}, 60, what="sight again")
    wait_for(lambda: not manager.firing(), 60, what="the end of blindness in Alertmanager")
    told.after = monitor.states()


def rows(told: Told) -> dict[str, Document]:
    """Return what the api says of each link."""
    return {row["link"]: row for document in told.documents.values() for row in document["links"]}


def true_outages(told: Told) -> dict[str, list[tuple[int, int]]]:
    """Return from when to when each link was really down itself, in whole seconds."""
    return {
        target.removeprefix("link:"): [(int(a), int(b)) for a, b, state in spans if state == "down"]
        for target, spans in intervals(told.truth, "link", time.time()).items()
        if any(state == "down" for _, _, state in spans)
    }


def test_everything_behind_the_cut_is_in_its_shadow_and_nothing_else(told: Told) -> None:
    expected = {f"link:{link}" for link in told.links_behind}
    expected |= {f"site:{site}" for site in told.sites_behind}
    assert {target for target, state in told.cut.items() if state == "shadow"} == expected


def test_only_what_was_cut_is_down(told: Told) -> None:
    down = {target for target, state in told.cut.items() if state == "down"}
    links = {f"link:{link}" for link in (told.trunk, told.carrier_leg, told.owner_leg)}
    assert {target for target in down if target.startswith("link:")} == links
    assert len([target for target in down if target.startswith("site:")]) == 1


def test_the_cut_is_exactly_one_alert_in_alertmanager(told: Told) -> None:
    names = [(alert["labels"]["alertname"], alert["labels"]["target"]) for alert in told.held]
    assert names == [("link-down", f"link:{told.trunk}")]


def test_the_alert_counts_who_is_cut_off(told: Told) -> None:
    (alert,) = [one for one in told.cut_alerts if one["target"] == f"link:{told.trunk}"]
    villages = len(told.sites_behind)
    assert alert["affected"] == {"township": 1, "village": villages}
    assert told.held[0]["annotations"]["affected"] in {
        f"township 1, village {villages}",
        f"village {villages}, township 1",
    }


def test_announced_work_is_shown_and_wakes_nobody(told: Told) -> None:
    planned = {
        alert["target"]: alert["severity"]
        for alert in told.cut_alerts
        if alert["target"] != f"link:{told.trunk}"
    }
    assert planned == {f"link:{told.carrier_leg}": "info", f"link:{told.owner_leg}": "info"}


def test_alertmanager_told_each_begin_and_each_end_once(told: Told) -> None:
    trunk = f"link:{told.trunk}"
    assert [entry for entry in told.history if entry[2] == trunk] == [
        ("firing", "link-down", trunk),
        ("resolved", "link-down", trunk),
    ]
    assert Counter(entry[:2] for entry in told.history if entry[2] != trunk) == {
        ("firing", "monitor-blind"): 1,
        ("resolved", "monitor-blind"): 1,
    }


def test_a_blind_monitor_knows_nothing_and_blames_nobody(told: Told) -> None:
    assert set(told.blind.values()) == {"unknown"}
    assert [alert["labels"]["alertname"] for alert in told.blind_held] == ["monitor-blind"]
    assert told.blind_health == 503


def test_sight_comes_back(told: Told) -> None:
    assert set(told.after.values()) == {"up"}


def test_blindness_is_no_outage(told: Told) -> None:
    cut = {f"link:{link}" for link in (told.trunk, told.carrier_leg, told.owner_leg)}
    assert {one["target"] for one in told.outages if one["target"].startswith("link:")} == cut


def test_each_outage_begins_and_ends_within_an_interval_of_the_truth(told: Told) -> None:
    truth = true_outages(told)
    # The near port falls with a cut and is asked at another pace than the far end.
    interval = max(ECHO_SECONDS, POLL_SECONDS)
    found = {one["target"].removeprefix("link:"): one for one in told.outages}
    for link, spans in truth.items():
        ((start, end),) = spans
        assert abs(found[link]["start"] - start) <= interval, link
        assert abs(found[link]["end"] - end) <= interval, link


def test_the_seconds_of_every_link_sum_to_the_window(told: Told) -> None:
    for document in told.documents.values():
        window = document["window"]["seconds"]
        assert window == document["window"]["end"] - document["window"]["start"]
        assert {sum(row["seconds"].values()) for row in document["links"]} == {window}
        assert sum(document["seconds"].values()) == window * len(document["links"])


def test_downtime_differs_from_the_truth_by_an_interval_per_edge_at_most(told: Told) -> None:
    ((start, end),) = true_outages(told)[told.trunk]
    interval = max(ECHO_SECONDS, POLL_SECONDS)
    for link, row in rows(told).items():
        true_seconds = end - start if link == told.trunk else 0
        edges = 2 if link == told.trunk else 0
        assert abs(row["seconds"]["DOWN"] - true_seconds) <= edges * interval, link


@pytest.mark.parametrize(
    ("which", "own", "other"), [("carrier_leg", "EXM_C", "EXM_O"), ("owner_leg", "EXM_O", "EXM_C")]
)
def test_announced_work_is_taken_out_of_the_month_whole(
    told: Told, which: str, own: str, other: str
) -> None:
    link = getattr(told, which)
    row = rows(told)[link]
    document = next(d for d in told.documents.values() if row in d["links"])
    start, end = told.works[link]
    assert row["seconds"][own] == min(end, document["window"]["end"]) - start
    assert row["seconds"]["DOWN"] == row["seconds"][other] == 0


def test_the_outage_of_the_month_names_the_live_one(told: Told) -> None:
    (outage,) = rows(told)[told.trunk]["outages"]
    live = [one["id"] for one in told.outages if one["target"] == f"link:{told.trunk}"]
    assert outage["live_outages"] == live


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_month_is_the_same_to_the_second_when_replayed_from_what_was_heard(
    told: Told, carrier: str
) -> None:
    assert told.replayed[carrier] == told.documents[carrier]


def test_the_monitor_stops_cleanly_when_told(told: Told) -> None:
    assert told.exit_code == 0
    assert [line for line in told.log if line["level"] == "error"] == []
