"""What checks tell beside success becomes alerts: certificates, slow pages, name servers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.engine import Engine
from inventory.model import ProbeSpec, Service, service_target
from metrics.observation import Observation, Outcome, Probe, Reading
from runtime.plugins import plugins
from tests.alerts.province import START, shipped
from tests.collectors.network import network

DAY = 86_400
SPECS = {
    "http": ProbeSpec("http", 60.0, options={"url": "https://portal.example/", "limit": 1.0}),
    "tls": ProbeSpec("tls", 3600.0, options={"host": "portal.example"}),
    "dns": ProbeSpec("dns", 60.0, options={"server": "10.0.0.53", "name": "portal.example"}),
}


def watched(*kinds: str) -> tuple[Engine, dict[str, Probe]]:
    """An engine that watches one service with these checks."""
    specs = tuple(SPECS[kind] for kind in kinds)
    service = Service("portal", "Portal", "website", "xs", probes=specs)
    inventory = replace(network(), services={"portal": service})
    probes: dict[str, Probe] = {
        spec.kind: plugins("collectors")[spec.kind].plan(spec, service_target("portal"), inventory)
        for spec in specs
    }
    return Engine(shipped(), inventory, tuple(probes.values())), probes


def told(engine: Engine, probe: Probe, runs: int = 1, **values: float) -> list[str]:
    """Tell equal readings, one each interval; return the rules that fired."""
    found = []
    names = [series.metric.name for series in probe.series]
    whole = tuple(values.get(name.removeprefix("probe_")) for name in names)
    for run in range(runs):
        slot = START * 1000 + run * probe.every_ms
        seen = Observation(probe, slot, 0.1, Outcome.ANSWERED, "", whole[: probe.raw])
        found += [alert.rule for alert in engine.observe(Reading(seen, whole))]
    return found


@pytest.mark.parametrize("kind", ["http", "tls"])
@pytest.mark.parametrize(
    ("days", "rules"),
    [
        (31, []),
        (29, ["certificate-ends"]),
        (6, ["certificate-ends", "certificate-ends-soon"]),
        (-1, ["certificate-ends", "certificate-ends-soon"]),
    ],
)
def test_a_certificate_that_ends_is_told_in_time(kind: str, days: int, rules: list[str]) -> None:
    engine, probes = watched(kind)

    assert sorted(told(engine, probes[kind], ssl_left_seconds=days * DAY)) == rules


def test_a_page_slower_than_its_limit_is_told_when_it_lasts() -> None:
    engine, probes = watched("http")

    assert told(engine, probes["http"], 3, http_limit_ratio=1.5) == []
    assert told(engine, probes["http"], 4, http_limit_ratio=1.5) == ["http-slow"]


def test_a_page_within_its_limit_is_not() -> None:
    engine, probes = watched("http")

    assert told(engine, probes["http"], 9, http_limit_ratio=0.9) == []


def test_a_name_server_that_fails_is_told() -> None:
    engine, probes = watched("dns")

    assert told(engine, probes["dns"], 3, dns_servers_failed=1) == ["name-server-failed"]
