"""`make run`: a simulated province of 300 sites and the monitor against it, as a newcomer sees it.

The story: the command is started; the page is opened in a real browser; the script's incidents
happen; Ctrl-C ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGINT
from typing import Any

import pytest

from simulator import folder as province_folder
from simulator.province import build
from simulator.script import Incident, demo
from tests.api.browser import Page, browser
from tests.e2e.program import ENVIRONMENT, EXTRANET, Monitor, alive, children, page_of, token_in
from tests.servers import free_port, run_program, wait_for

pytestmark = pytest.mark.server("chromium")


@dataclass
class Told:
    """What was seen."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    """The first cycle of the script by kind; times are seconds since the province began."""
    known: bool = False
    """Whether everything has had a state."""
    sites: int = 0
    shown: set[str] = field(default_factory=set)
    """Sites that the browser showed, and their labels."""
    labels: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    """Hosts that the browser asked."""
    changed_by_itself: bool = False
    anonymous: dict[str, int] = field(default_factory=dict)
    outages: dict[str, dict[str, Any]] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    """Alerts that fire while the trunk is cut."""
    figure: str | None = None
    """The availability of the cut trunk's carrier, once the cut is longer than a flash."""
    exit_code: int = -1
    left: list[int] = field(default_factory=list)
    output: str = ""
    page_after: bool = True


def story(folder: Path) -> Told:
    told, port = Told(), free_port()
    state = folder / "demo"
    command = [EXTRANET, "demo", "--directory", str(state), "--listen", f"127.0.0.1:{port}"]
    log = folder / "demo.log"
    with run_program(command, log, env=ENVIRONMENT) as process:
        address = wait_for(lambda: page_of(process, log), 180, what="the page")
        monitor = Monitor(process, log, address, token_in(log.read_text()))
        plan = build(province_folder.load(state))
        told.sites = len(plan.sites)
        told.incidents = {incident.kind: incident for incident in demo(plan, 0)}
        told.known = bool(wait_for(monitor.all_known, 180, what="every site and link known"))
        for path in ("/", "/login", "/healthz", "/api/v1/sites", "/metrics"):
            told.anonymous[path] = monitor.ask(path, token="")[0]
        asyncio.run(_look(told, monitor))
        _watch(told, monitor, plan.settings.start)
        ours = [*children(process.pid), *_grandchildren(process.pid)]
        told.exit_code = monitor.end(SIGINT)
        with contextlib.suppress(AssertionError):  # the test shows what is left
            wait_for(lambda: not any(map(alive, ours)), 30, what="the end of every process")
        told.left = [one for one in ours if alive(one)]
        told.output = log.read_text()
        try:
            monitor.ask("/healthz", token="")
        except OSError:
            told.page_after = False
    return told


async def _look(told: Told, monitor: Monitor) -> None:
    """Log in through the form, and see the cut arrive without a key being touched."""
    async with browser() as page:
        await page.login(monitor.address, monitor.token)
        await page.until(f"document.querySelectorAll('[data-site]').length === {told.sites}")
        told.shown = set(
            await page.eval(
                "[...document.querySelectorAll('[data-site]')].map(n => n.dataset.site)"
            )
        )
        told.labels = await page.eval(
            "[...document.querySelectorAll('[data-site]')].map(n => n.ariaLabel)"
        )
        link = told.incidents["carrier_cut"].target.partition(":")[2]
        await _until_listed(page, link)
        told.changed_by_itself = True
        told.console = page.console
        told.asked = {url.split("/")[2] for url in page.requests if url.startswith("http")}


async def _until_listed(page: Page, link: str) -> None:
    listed = json.dumps(f"#outages [data-outage^='link:{link}@']")
    await page.until(f"document.querySelector({listed}) !== null", 120)


def _watch(told: Told, monitor: Monitor, start: int) -> None:
    """Wait until the script has cut, darkened and worked, and the alert of the cut fires."""
    cut = told.incidents["carrier_cut"]
    carrier = monitor.get(f"/api/v1/links/{cut.target.partition(':')[2]}")["carrier"]
    figure = f"/api/v1/carriers/{carrier}/availability?links=false"
    wanted = [told.incidents[kind].target for kind in ("carrier_cut", "power_loss", "planned_work")]

    def happened() -> bool:
        told.outages = {one["target"]: one for one in monitor.items("/api/v1/outages")}
        told.alerts = monitor.alerts()
        time.sleep(1)
        return set(wanted) <= told.outages.keys() and bool(told.alerts)

    def moved() -> bool:
        told.figure = monitor.get(figure)["availability_percent"]
        time.sleep(1)
        return told.figure is not None and float(told.figure) < 100

    wait_for(happened, start + cut.until + 30 - time.time(), what="the incidents of the script")
    with contextlib.suppress(AssertionError):  # the test shows the figure
        wait_for(moved, 120, what="an outage that is longer than a flash")


def _grandchildren(process: int) -> list[int]:
    return [one for child in children(process) for one in children(child)]


def test_everything_has_a_state_by_itself(told: Told) -> None:
    assert (told.sites, told.known) == (300, True)


def test_the_page_shows_every_site_after_the_login_with_the_printed_token(told: Told) -> None:
    assert len(told.shown) == told.sites


def test_no_site_is_unknown_on_the_page(told: Told) -> None:
    assert [label for label in told.labels if "未知" in label or "unknown" in label] == []


def test_the_cut_arrives_on_the_page_by_itself(told: Told) -> None:
    assert told.changed_by_itself


def test_the_browser_has_nothing_to_complain_about(told: Told) -> None:
    assert told.console == []


def test_the_page_takes_nothing_from_outside(told: Told) -> None:
    assert {host.partition(":")[0] for host in told.asked} == {"127.0.0.1"}


def test_a_stranger_sees_the_login_and_nothing_else(told: Told) -> None:
    assert told.anonymous["/login"] == told.anonymous["/healthz"] == 200
    assert told.anonymous["/api/v1/sites"] == told.anonymous["/metrics"] == 401


def test_the_incidents_of_the_script_are_outages(told: Told) -> None:
    for kind in ("carrier_cut", "planned_work"):
        assert told.incidents[kind].target in told.outages
    assert told.incidents["power_loss"].target in told.outages


def test_the_cut_with_all_behind_it_is_one_alert(told: Told) -> None:
    cut = told.incidents["carrier_cut"].target
    place = cut.partition(":")[2].rpartition("-")[0]
    about = [alert for alert in told.alerts if place in alert["target"]]
    assert [(alert["rule"], alert["target"]) for alert in about] == [("link-down", cut)]
    assert about[0]["affected"]["village"] > 10


def test_the_availability_of_the_carrier_moves(told: Told) -> None:
    assert told.figure is not None
    assert float(told.figure) < 100


def test_ctrl_c_ends_it_cleanly(told: Told) -> None:
    assert told.exit_code == 0
    assert "Traceback" not in told.output
    assert "everything is written" in told.output


def test_nothing_is_left_running(told: Told) -> None:
    assert told.left == []
    assert not told.page_after
