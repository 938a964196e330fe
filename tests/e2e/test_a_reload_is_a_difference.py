"""SIGHUP while the monitor runs: what is new begins, what is gone ends, the rest goes on.

The story: a province without one of its links; the link is added and another one removed; then the
file is broken, and then it is whole again.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGHUP
from typing import Any

from tests.e2e.program import Monitor, edit, running
from tests.e2e.province import POLL_SECONDS, province
from tests.servers import wait_for


@dataclass
class Told:
    """What was seen."""

    added: str
    removed: str
    kept: set[str] = field(default_factory=set)
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    after: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    """Rows of all links, again and again during one poll interval after the reload."""
    began_anew: set[str] = field(default_factory=set)
    """Links without a rate then because there was nothing to compare with."""
    added_state: str = ""
    removed_status: int = 0
    exposed: str = ""
    """The page of devices after the reload."""
    refused_alerts: list[str] = field(default_factory=list)
    refused_problems: list[str] = field(default_factory=list)
    refused_log: list[str] = field(default_factory=list)
    kept_states: set[str] = field(default_factory=set)
    """States while the file is broken."""
    runs_while_broken: float = 0
    alerts_at_end: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    """Circuits that the log says have left."""
    later: list[str] = field(default_factory=list)
    """Sections of monitor.yaml that wait for a restart."""


def story(folder: Path) -> Told:
    with province(folder, 30) as served:
        villages = [link for link in served.plan.links if link.b.site.split("-")[-1] == "v02"]
        told = Told(villages[0].id, villages[1].id)
        (file_of_added, lines) = _take_out(folder, told.added)
        with running(folder) as monitor:
            wait_for(monitor.all_known, 180, what="every site and link known")
            wait_for(lambda: _have_rates(monitor), 120, what="rates of all links")
            told.before = _rows(monitor)
            told.kept = told.before.keys() - {told.removed}
            edit(file_of_added, ("links:\n", "links:\n" + lines))
            _take_out(folder, told.removed)
            monitor.signal(SIGHUP)
            wait_for(lambda: told.added in _rows(monitor), 90, what="the new link")
            until = time.monotonic() + POLL_SECONDS + 1
            while time.monotonic() < until:
                told.after.append(_rows(monitor))
                without = [one for one, row in told.after[-1].items() if row["in_bps"] is None]
                told.began_anew |= {one for one in without if _why_no_rate(monitor, one) == "first"}
                time.sleep(0.2)
            told.removed_status = monitor.ask(f"/api/v1/links/{told.removed}")[0]
            wait_for(
                lambda: monitor.states()[f"link:{told.added}"] != "unknown", 120, what="its state"
            )
            told.added_state = monitor.states()[f"link:{told.added}"]
            told.exposed = monitor.ask("/metrics/devices")[1].decode()
            _break_and_mend(told, monitor, folder / "inventory.yaml")
    return told


def _break_and_mend(told: Told, monitor: Monitor, file: Path) -> None:
    whole = file.read_text("utf-8")
    file.write_text(whole + "nonsense: 1\n", "utf-8")
    monitor.signal(SIGHUP)
    wait_for(monitor.alerts, 90, what="the alert about the refused reload")
    told.refused_alerts = [alert["rule"] for alert in monitor.alerts()]
    status, body = monitor.ask("/api/v1/reload", method="POST")
    assert status == 409, body
    told.refused_problems = json.loads(body)["problems"]
    told.refused_log = [str(line) for line in monitor.logged() if line["part"] == "reload"]
    told.kept_states = set(monitor.states().values())
    runs = monitor.counter("pipeline", "observations")
    wait_for(lambda: monitor.counter("pipeline", "observations") > runs, 60, what="more runs")
    told.runs_while_broken = monitor.counter("pipeline", "observations") - runs
    file.write_text(whole, "utf-8")
    edit(file.with_name("monitor.yaml"), ("disk_floor: 1M", "disk_floor: 2M"))
    monitor.signal(SIGHUP)
    wait_for(lambda: not monitor.alerts(), 90, what="the end of that alert")
    told.later = [line["sections"] for line in monitor.logged() if "sections" in line]
    told.dropped = [line["circuits"] for line in monitor.logged() if "circuits" in line]
    told.alerts_at_end = [alert["rule"] for alert in monitor.alerts("resolved")]


def _take_out(folder: Path, link: str) -> tuple[Path, str]:
    """Take the three lines of a link out of its file; return the file and the lines."""
    for file in [folder / "inventory.yaml", *(folder / "cities").glob("*.yaml")]:
        lines = file.read_text("utf-8").splitlines(keepends=True)
        at = next((n for n, line in enumerate(lines) if line.startswith(f"  {link}: {{title")), -1)
        if at >= 0:
            file.write_text("".join(lines[:at] + lines[at + 3 :]), "utf-8")
            return file, "".join(lines[at : at + 3])
    raise AssertionError(link)


def _rows(monitor: Monitor) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in monitor.items("/api/v1/links")}


def _why_no_rate(monitor: Monitor, link: str) -> str:
    status, body = monitor.ask(f"/api/v1/links/{link}")
    return str(json.loads(body)["no_rate"]) if status == 200 else ""


def _have_rates(monitor: Monitor) -> bool:
    return all(row["in_bps"] is not None for row in _rows(monitor).values())


def test_what_a_reload_does_not_take_is_named(told: Told) -> None:
    assert told.later == ["store"]


def test_a_new_link_appears_and_is_judged(told: Told) -> None:
    assert told.added not in told.before
    assert told.added in told.after[-1]
    assert told.added_state == "up"


def test_a_removed_link_vanishes(told: Told) -> None:
    assert told.removed in told.before
    assert told.removed not in told.after[0]
    assert told.removed_status == 404


def test_the_page_for_prometheus_follows(told: Told) -> None:
    assert f'link="{told.added}"' in told.exposed
    assert f'link="{told.removed}"' not in told.exposed


def test_what_stays_keeps_its_state(told: Told) -> None:
    def stands(rows: dict[str, dict[str, Any]]) -> dict[str, tuple[str, int]]:
        return {link: (rows[link]["state"], rows[link]["since"]) for link in told.kept}

    assert all(stands(rows) == stands(told.before) for rows in told.after)


def test_what_stays_keeps_its_rates(told: Told) -> None:
    """A probe that began anew would have nothing to compare its first answer with."""
    # The near port of what was removed or added is polled by a probe that is another one now.
    changed = {told.added, told.removed}
    near = {told.before[told.removed]["a"], told.after[-1][told.added]["a"]}
    kept = {link for link in told.kept - changed if told.before[link]["a"] not in near}
    assert told.began_anew & kept == set()


def test_the_log_names_the_circuit_that_left_the_file(told: Told) -> None:
    assert told.dropped == [told.removed]


def test_a_broken_file_is_an_alert_and_changes_nothing(told: Told) -> None:
    assert told.refused_alerts == ["reload-refused"]
    assert told.kept_states == {"up"}
    assert told.runs_while_broken > 0


def test_a_broken_file_is_named_with_its_line(told: Told) -> None:
    (problem,) = told.refused_problems
    assert "inventory.yaml:" in problem
    assert "nonsense" in problem
    assert any("nonsense" in line for line in told.refused_log)


def test_the_alert_ends_with_the_next_good_file(told: Told) -> None:
    assert told.alerts_at_end == ["reload-refused"]
