"""Devices that misbehave, stores that refuse, questions about nothing: each is named and counted.

The story: a province in which one device wants another community, one answers garbage and one
refuses; four stores of which one answers 400, one 500, one nothing, and one is not there; then the
second and the third become well.
"""

from __future__ import annotations

import json
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.listeners import listener
from tests.e2e.program import edit, extranet, running
from tests.e2e.province import province
from tests.servers import free_port, wait_for

SINKS = """
sinks:
  refuses: {{kind: influxdb1, url: "{refuses}", database: extranet}}
  fails: {{kind: influxdb1, url: "{fails}", database: extranet}}
  hangs: {{kind: prometheus_remote_write, url: "{hangs}/api/v1/write", timeout: 1s}}
  absent: {{kind: influxdb, url: "http://127.0.0.1:{absent}"}}
"""
NOTHING = {
    "/api/v1/carriers/nobody/availability": (404, "nobody"),
    "/api/v1/carriers/telecom/availability?period=2026-13": (422, "2026-13"),
    "/api/v1/carriers/telecom/availability?period=2099-01": (422, "2099-01"),
    "/api/v1/carriers/telecom/availability?month=2026-11": (422, "month"),
    "/api/v1/links/no-such-link": (404, "no-such-link"),
    "/api/v1/links/no-such-link/availability": (404, "no-such-link"),
    "/api/v1/links/no-such-link/history": (404, "no-such-link"),
    "/api/v1/sites/no-such-site": (404, "no-such-site"),
    "/api/v1/links?state=broken": (422, "broken"),
    "/api/v1/nothing": (404, "/api/v1/nothing"),
    "/metrics/devices?shard=3/2": (422, "3/2"),
}

AT_ONCE = 120
"""Seconds; an agent may be silent as long before somebody is told."""


@dataclass
class Told:
    """What was seen."""

    devices: dict[str, tuple[str, str]] = field(default_factory=dict)
    """State and reason of the sick devices."""
    links: dict[str, str] = field(default_factory=dict)
    """States of the links to them."""
    alerts: list[tuple[str, str]] = field(default_factory=list)
    """Rule and target of those that fired at once: on a busy machine two minutes pass here."""
    asked: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Exit code and output of `extranet ask` for each sick device."""
    health: dict[str, Any] = field(default_factory=dict)
    health_status: int = 0
    counters: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of each outbox while the stores are sick, and of those that were mended at the end."""
    set_aside: list[str] = field(default_factory=list)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    anonymous: int = 0
    runs: str = ""
    received: int = 0


def story(folder: Path) -> Told:
    told = Told()
    with (
        listener(400, b'{"error":"field type conflict: input field is type float"}') as refuses,
        listener(500, b"out of memory") as fails,
        listener(0) as hangs,
        province(
            folder,
            30,
            SINKS.format(refuses=refuses.url, fails=fails.url, hangs=hangs.url, absent=free_port()),
        ) as served,
    ):
        far = {"wrong": 0, "garbled": 1, "refused": 2}
        links = [link for link in served.plan.links if link.b.site.endswith("-v01")]
        sick = {name: links[at] for name, at in far.items()}
        _other_community(folder, sick["wrong"].b.device)
        served.control.begin("garble", f"device:{sick['garbled'].b.device}")
        served.control.begin("refuse", f"device:{sick['refused'].b.device}")
        with running(folder) as monitor:
            wait_for(monitor.all_known, 180, what="every site and link known")

            def device(name: str) -> tuple[str, str]:
                site = monitor.get(f"/api/v1/sites/{sick[name].b.site}")
                (one,) = site["devices"]
                return one["state"], one["reason"]

            wait_for(
                lambda: all(device(name)[0] == "degraded" for name in sick),
                60, what="the sick devices are seen",
            )  # fmt: skip
            told.devices = {name: device(name) for name in sick}
            states = monitor.states()
            told.links = {name: states[f"link:{link.id}"] for name, link in sick.items()}
            for name, link in sick.items():
                done = extranet(
                    "ask", f"device:{link.b.device}", "interfaces",
                    "--inventory", folder / "inventory.yaml", "--config", folder / "monitor.yaml",
                )  # fmt: skip
                told.asked[name] = (done.returncode, done.stdout + done.stderr)
            for path in NOTHING:
                status, body = monitor.ask(path)
                told.answers[path] = (status, body.decode())
            told.anonymous = monitor.ask("/api/v1/links", token="")[0]
            wait_for(
                lambda: all(
                    not monitor.get("/api/v1/health")["parts"][f"sink {name}"]["ok"]
                    for name in ("fails", "hangs", "absent")
                )
                and monitor.counter("outbox_refuses", "refused_points"),
                60, what="the troubles of the stores",
            )  # fmt: skip
            wait_for(
                lambda: "samples-lost" in {alert["rule"] for alert in monitor.alerts()},
                60, what="the alert about samples that were refused",
            )  # fmt: skip
            told.alerts = [
                (alert["rule"], alert["target"])
                for alert in monitor.alerts()
                if alert["fired_at"] - alert["since"] < AT_ONCE
            ]
            told.health = monitor.get("/api/v1/health")["parts"]
            told.health_status = monitor.ask("/healthz")[0]
            told.runs = monitor.ask("/metrics")[1].decode()
            for name in ("refuses", "fails", "hangs", "absent"):
                told.counters[name] = _outbox(told.runs, name)
            told.set_aside = [path.name for path in (folder / "data/outbox/refuses").rglob("*")]
            before = len(fails.posts)
            fails.status = 204

            missed = told.counters["fails"]["waiting_points"]
            wait_for(
                lambda: monitor.counter("outbox_fails", "sent_points") >= missed,
                90, what="what waited is sent",
            )  # fmt: skip
            told.counters["mended"] = _outbox(monitor.ask("/metrics")[1].decode(), "fails")
            told.received = len(fails.posts) - before
    return told


def _other_community(folder: Path, device: str) -> None:
    (folder / "wrong").write_text("not the community\n")
    edit(
        folder / "inventory.yaml",
        ("credentials:\n", 'credentials:\n  other: {version: "2c", community: {file: wrong}}\n'),
    )
    for file in (folder / "cities").glob("*.yaml"):
        for line in file.read_text("utf-8").splitlines():
            if line.startswith(f"  {device}: {{title"):
                edit(file, (line, line.replace("credential: province", "credential: other")))
                return
    raise AssertionError(device)


def _outbox(page: str, name: str) -> dict[str, float]:
    mark = f'extranet_monitor_part{{part="outbox_{name}",what="'
    lines = [line.removeprefix(mark) for line in page.splitlines() if line.startswith(mark)]
    return {line.partition('"')[0]: float(line.rpartition(" ")[2]) for line in lines}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("wrong", "snmp_silent"), ("garbled", "snmp_garbled"), ("refused", "snmp_refused")],
)
def test_a_sick_agent_is_degraded_for_its_own_reason(told: Told, name: str, reason: str) -> None:
    assert told.devices[name] == ("degraded", reason)


def test_a_link_to_a_sick_agent_is_degraded_and_never_down(told: Told) -> None:
    """Its far end answers echoes: the circuit works, and somebody has to look at the box."""
    assert set(told.links.values()) == {"degraded"}


def test_nobody_is_woken_for_a_sick_agent_at_once_but_for_a_lost_sample(told: Told) -> None:
    assert told.alerts == [("samples-lost", "monitor:refuses")]


@pytest.mark.parametrize(
    ("name", "outcome"), [("wrong", "SILENT"), ("garbled", "GARBLED"), ("refused", "REFUSED")]
)
def test_ask_says_what_the_agent_did(told: Told, name: str, outcome: str) -> None:
    code, said = told.asked[name]
    assert code == 2
    assert f"outcome   {outcome}" in said


def test_ask_never_shows_a_community(told: Told) -> None:
    assert not [said for _, said in told.asked.values() if "not the community" in said]


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("refuses", "bad_request", "field type conflict"),
        ("fails", "server_error", "out of memory"),
        ("hangs", "timeout", "no answer in time"),
        ("absent", "unreachable", "Connect"),
    ],
)
def test_each_sick_store_is_named_with_its_trouble(
    told: Told, name: str, reason: str, words: str
) -> None:
    part = told.health[f"sink {name}"]
    assert not part["ok"]
    assert part["reason"] == reason
    assert words in part["detail"]


def test_a_sick_store_is_seen_at_the_health_page(told: Told) -> None:
    assert told.health_status == 503
    assert told.health["ledger"]["ok"]
    assert told.health["judge"]["ok"]


@pytest.mark.parametrize("name", ["refuses", "fails", "hangs", "absent"])
def test_every_point_is_sent_or_waits_or_is_set_aside(told: Told, name: str) -> None:
    counted = told.counters[name]
    assert counted["dropped_points"] == 0
    assert counted["points"] > 0
    assert counted["points"] == (
        counted["sent_points"] + counted["refused_points"] + counted["waiting_points"]
    )


def test_what_a_store_refuses_is_kept_in_a_file(told: Told) -> None:
    assert told.counters["refuses"]["refused_points"] > 0
    assert [name for name in told.set_aside if "refused" in name], told.set_aside


def test_a_store_that_is_well_again_gets_what_it_missed(told: Told) -> None:
    mended = told.counters["mended"]
    assert told.received > 0
    assert mended["dropped_points"] == mended["refused_points"] == 0
    assert mended["points"] == mended["sent_points"] + mended["waiting_points"]


@pytest.mark.parametrize("path", NOTHING)
def test_a_question_about_nothing_is_refused_and_names_it(told: Told, path: str) -> None:
    status, name = NOTHING[path]
    answered, body = told.answers[path]
    assert answered == status, body
    problem = json.loads(body)
    assert name in urllib.parse.unquote(json.dumps(problem))


def test_an_anonymous_caller_is_sent_away(told: Told) -> None:
    assert told.anonymous == 401


@pytest.mark.parametrize("outcome", ["silent", "garbled", "refused"])
def test_each_outcome_is_counted(told: Told, outcome: str) -> None:
    mark = f'extranet_monitor_runs_total{{kind="interfaces",outcome="{outcome}"}} '
    (line,) = [line for line in told.runs.splitlines() if line.startswith(mark)]
    assert float(line.removeprefix(mark)) > 0
