"""Every panel's query finds rows in a real Prometheus that holds the monitor's data."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from collectors import host
from collectors._contract import Wires
from dashboards import _words
from dashboards._build import documents
from inventory.model import ProbeSpec, TargetId, device_target
from metrics import catalogue as c
from metrics.families.backups import BACKUP_AGE, BACKUP_RPO
from metrics.families.checks import CERT_LEFT
from metrics.families.paths import PATH_DELAY, PATH_JITTER, PATH_LOSS
from metrics.families.services import PROBE_DURATION, PROBE_SUCCESS, SERVICE_STATE
from metrics.observation import Probe, Reading, Series, Value
from runtime.runner import Runner
from runtime.selfmetrics import SelfMetrics
from sinks import prometheus_remote_write
from sinks._buffer import Limits
from sinks._outbox import Outbox
from tests.hosts.fleet import centre
from tests.servers import wait_for
from tests.sinks.samples import (
    device_poll,
    device_series,
    echo_run,
    link_series,
    port_series,
    probe_of,
    reading,
)
from tests.sinks.stores import instant, prometheus
from tests.sinks.test_scrape import CONFIG, serving

RUNS = 30
CHOSEN = {
    "$__rate_interval": "1m",
    "$area": "xg",
    "$level": "county",
    "$find": "yc",
    "$site": "xg-yc",
    "$link": "yc-telecom-1",
    "$zone": "dmz",
    "$host": "db1",
}


def canary() -> Probe:
    target = TargetId("canary:gateway")
    metrics = (c.CANARY_SENT, c.CANARY_LOST, c.CANARY_RTT, c.CANARY_STATE)
    labels = (("canary", "gateway"),)
    return probe_of(
        "echo", target, None, tuple(Series(metric, target, labels) for metric in metrics)
    )


def utilisation(link: str) -> Probe:
    series = link_series(link, c.IN_UTILIZATION, c.OUT_UTILIZATION)
    return probe_of("interfaces", series[0].target, "yc-r1", series)


def health() -> Probe:
    metrics = (
        c.CPU, c.MEMORY, c.TEMPERATURE, c.FANS_FAILED, c.POWER_FAILED, c.BGP_DOWN, c.OSPF_DOWN,
    )  # fmt: skip
    series = device_series("yc-r1", *metrics)
    return probe_of("health", series[0].target, "yc-r1", series)


def optics() -> Probe:
    series = port_series("yc-r1", "GE0/0/1", c.OPTICAL_RX, c.OPTICAL_TX)
    return probe_of("optics", TargetId("device:yc-r1"), "yc-r1", series)


def server() -> Probe:
    planned = host.plan(ProbeSpec("host", 60.0), device_target("db1"), centre())
    assert planned is not None
    return planned


def service() -> Probe:
    """A check with what several kinds of checks tell."""
    metrics = (
        PROBE_SUCCESS, PROBE_DURATION, CERT_LEFT, BACKUP_AGE, BACKUP_RPO, PATH_LOSS, PATH_JITTER,
        PATH_DELAY, SERVICE_STATE,
    )  # fmt: skip
    values = {"area": "xg", "check": "http", "group": "", "service": "portal", "site": "xg"}
    target = TargetId("service:portal")
    series = tuple(
        Series(one, target, tuple((label, values[label]) for label in one.measurement.labels))
        for one in metrics
    )
    return probe_of("http", target, None, series)


def heard(probe: Probe, run: int, *, down: bool = False) -> tuple[Value, ...]:
    states = {c.LINK_STATE, c.DEVICE_STATE, c.CANARY_STATE, SERVICE_STATE}
    fixed: dict[c.Metric, Value] = {
        c.OPER_STATUS: 1,
        c.ECHO_SENT: 2,
        c.ECHO_LOST: 2 * down,
        PROBE_SUCCESS: 0,
    }
    return tuple(
        2 * down
        if series.metric in states
        else fixed.get(series.metric, 1000 * run if series.metric.integer else 0.25)
        for series in probe.series
    )


def province() -> list[Reading]:
    """Hear five minutes of a device, a link that works, one that is cut, and a canary."""
    now = int(time.time()) * 1000
    cut = echo_run("yc-mobile-1")
    boxes = (device_poll("yc-r1"), health(), optics(), server())
    broken = service()
    probes = (*boxes, echo_run(), cut, utilisation("yc-telecom-1"), canary(), broken)
    return [
        reading(probe, now - 10_000 * (RUNS - run), heard(probe, run, down=probe in {cut, broken}))
        for run in range(RUNS)
        for probe in probes
    ]


def feed(url: str, folder: Path) -> dict[str, float]:
    async def scenario() -> dict[str, float]:
        options = prometheus_remote_write.Options(url=f"{url}/api/v1/write")
        async with aiohttp.ClientSession() as http:
            outbox = Outbox(
                "prometheus",
                prometheus_remote_write.encoder((), options),
                prometheus_remote_write.sender(options, http),
                folder / "outbox",
                Limits(),
                time.time,
            )
            task = asyncio.create_task(outbox.run())
            await asyncio.sleep(0)
            for one in province():
                outbox.put(one)
            await outbox.stop(20.0)
            await task
            return outbox.stats()

    return asyncio.run(scenario())


def own_page(outbox: dict[str, float]) -> SelfMetrics:
    """Return the monitor's own page after some runs."""
    runner = Runner({}, cast("Wires", None), lambda _: None, in_flight_per_area=1)
    runner.runs["echo", "ANSWERED"] = 100
    runner.runs["skipped", "late"] = 1
    runner.lateness_ms[3] = 100
    return SelfMetrics(runner, {"outbox_prometheus": lambda: outbox}, lambda: 1.0)


def queries() -> Iterator[tuple[str, str]]:
    for name, text in documents().items():
        for panel in json.loads(text)["panels"]:
            for target in panel.get("targets", ()):
                yield f"{name}: {panel['title']}", target["expr"]


def chosen(expr: str) -> str:
    for variable, value in CHOSEN.items():
        expr = expr.replace(variable, value)
    assert "$" not in expr
    return expr


def offered(url: str, variable: dict[str, Any]) -> list[str]:
    """Return what Grafana would offer for a picker: query_result rows, cut by its regex."""
    inner = re.fullmatch(r"query_result\((.*)\)", variable["definition"])
    assert inner is not None
    rows = [
        "{" + ",".join(f'{key}="{value}"' for key, value in row["metric"].items()) + "} 1"
        for row in instant(url, chosen(inner[1]))
    ]
    return [re.search(variable["regex"].strip("/"), row)[1] for row in rows]  # type: ignore[index]


@pytest.mark.server("prometheus")
def test_every_panel_and_every_picker_finds_rows(tmp_path: Path) -> None:
    page: list[bytes] = [b""]
    with (
        serving(lambda: page[0]) as port,
        prometheus(tmp_path, CONFIG.format(port=port)) as url,
    ):
        stats = feed(url, tmp_path)
        assert stats["sent_points"] == stats["points"] > 0
        own = own_page(stats)
        page[0] = own.page()
        wait_for(lambda: instant(url, f"rate({_words.RUNS}[1m])"), what="two scrapes")
        empty = [title for title, expr in queries() if not instant(url, chosen(expr))]
        assert empty == []
        for variable in json.loads(documents()["link.json"])["templating"]["list"]:
            if variable["type"] == "query":
                wanted = CHOSEN["$" + variable["name"]]
                assert wanted in offered(url, variable), variable["name"]


def test_the_monitors_own_metrics_are_named_as_its_page_names_them() -> None:
    text = own_page({"oldest_age_seconds": 0.0, "dropped_points": 0.0}).page().decode()
    for name in (_words.RUNS, _words.RUNS_SKIPPED, _words.LATENESS, _words.PART):
        assert f"\n{name}{{" in text
