"""Every public file of collectors/ keeps the promises of a collector."""

from __future__ import annotations

import inspect
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

import collectors
from inventory.model import (
    Endpoint,
    Inventory,
    Login,
    ProbeSpec,
    Secret,
    Service,
    device_target,
    link_target,
    service_target,
    site_target,
)
from inventory.strict import Strict
from metrics.families.services import PROBE_DURATION, PROBE_SUCCESS
from metrics.observation import Probe
from tests.collectors.network import network

KINDS = sorted(
    module.name
    for module in iter_modules(collectors.__path__)
    if not module.ispkg and not module.name.startswith("_")
)
EXAMPLES: dict[str, dict[str, object]] = {
    "http": {"url": "https://portal.example/"},
    "tls": {"host": "portal.example"},
    "tcp": {"host": "mail.example", "port": 25},
    "dns": {"server": "127.0.0.53", "name": "portal.example"},
    "website": {"url": "https://portal.example/"},
    "path": {"address": "127.0.0.2"},
    "nqa": {"device": "xg-r1", "owner": "monitor", "name": "video"},
    "nqa_cli": {"device": "xg-r1", "owner": "monitor", "name": "video"},
    "heartbeat": {"token": Secret("0123456789abcdef"), "expected": "1d"},
    "backup_set": {"url": "https://backup.example/sets", "time": "/last/time"},
    "replication": {"url": "https://db.example/lag", "lag": "/seconds"},
}
"""Options of a kind that must be told whom to ask: a check of a service."""


def inventory_for(kind: str) -> Inventory:
    """Return a network in which a service is asked questions of this kind."""
    spec = ProbeSpec(kind, 60.0, options=EXAMPLES.get(kind, {}))
    service = Service("portal", "Portal", "other", "xs", probes=(spec,))
    whole = network(snmp=Endpoint("127.0.0.1"), far=Endpoint("127.0.0.2"))
    router = replace(whole.devices["xg-r1"], login="ops")
    return replace(
        whole,
        services={"portal": service},
        devices={**whole.devices, "xg-r1": router},
        logins={"ops": Login("ops", "monitor", password=Secret("p"))},
    )


TARGETS = [device_target("xg-r1"), link_target("xg-xs"), service_target("portal")]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def collector(kind: str) -> ModuleType:
    return import_module(f"collectors.{kind}")


def planned(collector: ModuleType, kind: str) -> list[Probe]:
    inventory = inventory_for(kind)
    spec = inventory.services["portal"].probes[0]
    probes = [collector.plan(spec, target, inventory) for target in TARGETS]
    return [probe for probe in probes if probe is not None]


def test_the_folder_holds_the_collectors() -> None:
    assert {"interfaces", "interface_settings", "echo"} <= set(KINDS)


def test_it_says_how_often_at_most(collector: ModuleType) -> None:
    assert collector.FLOOR_SECONDS >= 1.0


def test_its_options_are_strict_and_an_example_is_among_them(
    collector: ModuleType, kind: str
) -> None:
    assert issubclass(collector.Options, Strict)
    collector.Options.model_validate(EXAMPLES.get(kind, {}))


def test_it_is_explained(collector: ModuleType) -> None:
    assert collector.__doc__
    assert collector.plan.__doc__
    assert collector.ask.__doc__


def test_ask_is_a_coroutine_over_probe_wires_memory(collector: ModuleType) -> None:
    assert inspect.iscoroutinefunction(collector.ask)
    assert list(inspect.signature(collector.ask).parameters) == ["probe", "wires", "memory"]


def test_it_can_ask_somebody(collector: ModuleType, kind: str) -> None:
    assert planned(collector, kind)


def test_a_target_it_cannot_ask_gives_no_probe(collector: ModuleType, kind: str) -> None:
    spec = ProbeSpec(kind, 60.0, options=EXAMPLES.get(kind, {}))
    assert collector.plan(spec, site_target("xg"), inventory_for(kind)) is None
    bare = network()
    assert [collector.plan(spec, target, bare) for target in TARGETS] == [None, None, None]


def test_its_probes_are_named_by_kind_and_target(collector: ModuleType, kind: str) -> None:
    for probe in planned(collector, kind):
        assert probe.id == f"{kind}@{probe.target}"
        assert probe.kind == kind
        assert probe.every_ms == 60_000


def test_a_check_of_a_service_says_first_whether_it_is_good_and_how_long_it_took(
    collector: ModuleType, kind: str
) -> None:
    for probe in planned(collector, kind):
        if probe.target.startswith("service:"):
            first, second = probe.series[:2]
            assert (first.metric, second.metric) == (PROBE_SUCCESS, PROBE_DURATION)
            assert isinstance(collector.VITAL, bool)


def test_series_are_raw_then_rates_then_at_most_the_state(collector: ModuleType, kind: str) -> None:
    for probe in planned(collector, kind):
        rest = probe.series[probe.raw + len(probe.rates) :]
        assert len(rest) <= 1
        assert all(s.metric.field == "state" and s.target == probe.target for s in rest)


def test_no_series_is_given_twice(collector: ModuleType, kind: str) -> None:
    for probe in planned(collector, kind):
        names = [(series.metric.name, series.labels) for series in probe.series]
        assert len(names) == len(set(names))


def test_labels_are_those_of_the_measurement_in_order(collector: ModuleType, kind: str) -> None:
    for probe in planned(collector, kind):
        for series in probe.series:
            assert tuple(name for name, _ in series.labels) == series.metric.measurement.labels


def test_equal_labels_are_kept_once(collector: ModuleType, kind: str) -> None:
    for probe in planned(collector, kind):
        kept: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}
        for series in probe.series:
            assert kept.setdefault(series.labels, series.labels) is series.labels


def test_rates_point_at_raw_values(collector: ModuleType, kind: str) -> None:
    for probe in planned(collector, kind):
        for rate in probe.rates:
            for position in (rate.counter, rate.discontinuity, rate.uptime):
                assert position is None or 0 <= position < probe.raw


def test_planning_twice_gives_the_same_question(collector: ModuleType, kind: str) -> None:
    one, two = planned(collector, kind), planned(collector, kind)
    assert [probe.question for probe in one] == [probe.question for probe in two]
