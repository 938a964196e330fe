"""The monitor is stopped, and later killed, while a link is down; the record goes on.

The story: a trunk is cut and told; the monitor is stopped with SIGTERM and is off for a while; it
starts, and is killed with SIGKILL; it starts again, and the trunk is mended.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import Any

from simulator.truth import intervals
from tests.e2e.listeners import listener
from tests.e2e.program import Document, alive, assessed, children, extranet, running
from tests.e2e.province import ECHO_SECONDS, POLL_SECONDS, province
from tests.servers import wait_for

RECEIVER = """
receivers:
  noc: {{channels: [{{kind: webhook, url: "{url}"}}]}}
"""
OFF_SECONDS = 22
"""Longer than what the profile bridges, 20 s."""


@dataclass
class Told:
    """What was seen."""

    trunk: str
    running: list[list[dict[str, Any]]] = field(default_factory=list)
    """The outages of the trunk that last, in each life."""
    firing: list[list[str]] = field(default_factory=list)
    """Ids of the alerts that fire, in each life."""
    unknown_at_start: list[set[str]] = field(default_factory=list)
    """States as soon as the second and the third life can be asked."""
    messages: list[tuple[str, str, int]] = field(default_factory=list)
    """Phase, target and life of each alert that was sent."""
    exit_code: int = -1
    orphans: list[int] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    document: Document = field(default_factory=dict)
    replayed: Document = field(default_factory=dict)
    truth: tuple[float, float] = (0, 0)


def story(folder: Path) -> Told:
    with listener() as hook, province(folder, 30, RECEIVER.format(url=hook.url)) as served:
        trunk = served.plan.trunks[0]
        told = Told(trunk.id)
        target = f"link:{trunk.id}"

        def note(life: int) -> None:
            known = len(told.messages)
            told.messages += [
                (alert["phase"], alert["target"], life) for alert in hook.alerts()[known:]
            ]

        def look(monitor: Any) -> None:
            outages = monitor.items(f"/api/v1/outages?target={target}&running=true")
            told.running.append(outages)
            told.firing.append([alert["id"] for alert in monitor.alerts()])

        record = ("--record", folder / "recording")
        with running(folder, *record) as monitor:
            token = monitor.token
            wait_for(monitor.all_known, 180, what="every site and link known")
            served.control.begin("cut", target)
            wait_for(lambda: hook.posts, 60, what="the message about the cut")
            look(monitor)
            told.exit_code = monitor.end()
            note(1)
        off_at = time.monotonic()
        wait_for(lambda: time.monotonic() > off_at + OFF_SECONDS, 60, what="a while without us")
        with running(folder, *record, token=token, log="second.log") as monitor:
            told.unknown_at_start.append(set(monitor.states().values()))
            wait_for(lambda: monitor.states()[target] == "down", 60, what="down again")
            wait_for(monitor.all_known, 180, what="every site and link known again")
            look(monitor)
            workers = children(monitor.process.pid)
            monitor.end(SIGKILL)
            wait_for(lambda: not any(map(alive, workers)), 30, what="its workers end with it")
            told.orphans = [worker for worker in workers if alive(worker)]
            note(2)
        with running(folder, *record, token=token, log="third.log") as monitor:
            told.unknown_at_start.append(set(monitor.states().values()))
            wait_for(lambda: monitor.states()[target] == "down", 60, what="down once more")
            look(monitor)
            served.control.end("cut", target)
            wait_for(
                lambda: [a for a in hook.alerts() if a["phase"] == "resolved"],
                60, what="the message about the end",
            )  # fmt: skip
            wait_for(lambda: set(monitor.states().values()) == {"up"}, 60, what="all up")
            note(3)
            told.ended = monitor.items(f"/api/v1/outages?target={target}")
            (told.document,) = assessed(monitor, trunk.carrier)
            monitor.end()
        lines = (folder / "truth.jsonl").read_text("utf-8").splitlines()
        ((start, end, _),) = intervals(lines, "link", time.time())[target]
        told.truth = (start, end)
    done = extranet(
        "replay", folder / "recording", "--carrier", trunk.carrier,
        "--period", told.document["period"], "--until", told.document["window"]["end"],
        "--inventory", folder / "inventory.yaml", "--config", folder / "monitor.yaml",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told.replayed = json.loads(done.stdout)
    return told


def test_the_outage_goes_on_under_its_name(told: Told) -> None:
    ids = [[outage["id"] for outage in outages] for outages in told.running]
    assert ids == [ids[0]] * 3
    assert [outage["id"] for outage in told.ended] == ids[0]


def test_nothing_is_known_until_it_is_seen_again(told: Told) -> None:
    assert told.unknown_at_start == [{"unknown"}, {"unknown"}]


def test_the_alert_goes_on_under_its_name(told: Told) -> None:
    assert told.firing == [told.firing[0]] * 3
    assert len(told.firing[0]) == 1


def test_the_alert_is_sent_once_and_its_end_after_the_restart(told: Told) -> None:
    target = f"link:{told.trunk}"
    assert told.messages == [("firing", target, 1), ("resolved", target, 3)]


def test_the_outage_ends_when_the_link_was_mended(told: Told) -> None:
    (outage,) = told.ended
    assert abs(outage["start"] - int(told.truth[0])) <= max(ECHO_SECONDS, POLL_SECONDS)
    assert abs(outage["end"] - int(told.truth[1])) <= max(ECHO_SECONDS, POLL_SECONDS)


def test_the_time_off_is_not_counted_as_down(told: Told) -> None:
    (outage,) = told.ended
    assert outage["down_seconds"] <= outage["end"] - outage["start"] - OFF_SECONDS


def test_the_time_off_is_unknown_in_the_month(told: Told) -> None:
    seconds = {row["link"]: row["seconds"] for row in told.document["links"]}[told.trunk]
    assert seconds["UNKNOWN"] >= OFF_SECONDS
    assert sum(seconds.values()) == told.document["window"]["seconds"]


def test_the_month_over_three_lives_is_the_same_when_replayed(told: Told) -> None:
    assert told.replayed == told.document


def test_sigterm_is_a_clean_stop_and_sigkill_leaves_no_process_behind(told: Told) -> None:
    assert told.exit_code == 0
    assert told.orphans == []


def test_nobody_is_told_of_anything_else(told: Told) -> None:
    assert Counter(target for _, target, _ in told.messages) == {f"link:{told.trunk}": 2}
