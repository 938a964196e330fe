"""What checks of services found last is known, and when each was met last, over restarts too."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collectors import host
from inventory.load import load
from inventory.model import (
    Interval,
    Inventory,
    ProbeSpec,
    TargetId,
    device_target,
    link_target,
    service_target,
)
from metrics.observation import Observation, Outcome, Probe, Reading, Value
from runtime import worker
from runtime.events import Hub
from runtime.live import LiveView
from runtime.pipeline import Change, Pipeline
from runtime.planning import plan
from runtime.services.live import ServiceView
from sla.judge import Judge
from sla.states import State, Transition, outage_id
from store.entries import Heartbeat
from store.ledger import open_ledger
from tests.backups.jobs import beat_probe, with_backup
from tests.hosts.fleet import centre
from tests.runtime.test_worker import LATER, NOVEMBER

T0 = 1_795_000_020
YAML = """\
schema: 1
sites: {p: {title: 省, level: province}}
service_groups: {exchange: {title: 数据交换}}
services:
  portal:
    title: 门户
    kind: website
    site: p
    availability: 99.9
    probes:
      - {kind: http, url: "http://192.0.2.1/", every: 60s}
      - {kind: tls, host: portal.example, address: 192.0.2.1, every: 1h}
  mail: {title: 邮件, kind: application, needs: [service:portal]}
  x1: {title: 发改委, kind: exchange, group: exchange,
       probes: [{kind: tcp, host: 192.0.2.2, port: 443, every: 60s}]}
"""


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    """Three services as files name them."""
    path = tmp_path_factory.mktemp("inventory") / "inventory.yaml"
    path.write_text(YAML, encoding="utf-8")
    inventory, problems, _ = load(path, {})
    assert inventory is not None, problems
    return inventory


PLANS: dict[int, tuple[Probe, ...]] = {}


def planned(inventory: Inventory) -> tuple[Probe, ...]:
    """The probes of an inventory: planned once, since they are known by identity."""
    return PLANS.setdefault(id(inventory), plan(inventory, {}))


def probe_of(inventory: Inventory, kind: str) -> Probe:
    return next(probe for probe in planned(inventory) if probe.kind == kind)


def met(probe: Probe, at: int, success: Value = 1) -> Reading:
    """A run of a check that took 0.2 s."""
    values = (success, 0.2, *(None,) * (probe.raw - 2))
    reason = "" if success else "http_status"
    observation = Observation(probe, at * 1000, 0.2, Outcome.ANSWERED, reason, values)
    return Reading(observation, (*values, 0))


def ended(probe: Probe, at: int, outcome: Outcome) -> Reading:
    """A run of a check that nothing came of."""
    values = (None,) * probe.raw
    return Reading(Observation(probe, at * 1000, 0.2, outcome, "why", values), (*values, 0))


def view(folder: Path, inventory: Inventory, *readings: Reading) -> ServiceView:
    found = ServiceView(folder)
    found.load(inventory, planned(inventory))
    for reading in readings:
        found.reading(reading)
    return found


def lived(one: ServiceView) -> None:
    """Begin and stop, as the monitor does."""

    async def main() -> None:
        async with AsyncExitStack() as stack:
            one.start(stack)

    asyncio.run(main())


def test_which_check_is_vital_is_known_from_its_collector(register: Inventory) -> None:
    assert probe_of(register, "http").vital
    assert not probe_of(register, "tls").vital


def test_before_the_first_run_nothing_is_known(tmp_path: Path, register: Inventory) -> None:
    found = view(tmp_path, register).service("portal")
    assert found is not None
    assert (found.last_success, found.duration, found.left) == (None, None, None)
    assert [(check.kind, check.at, check.success) for check in found.checks] == [
        ("http", None, None),
        ("tls", None, None),
    ]


def test_a_failure_keeps_when_it_was_met_last(tmp_path: Path, register: Inventory) -> None:
    http = probe_of(register, "http")
    found = view(tmp_path, register, met(http, T0), met(http, T0 + 60, 0)).service("portal")
    assert found is not None
    assert found.last_success == T0
    assert (found.checks[0].success, found.checks[0].reason) == (False, "http_status")


def test_a_backup_was_made_when_it_was_made_and_not_when_it_was_looked_at(tmp_path: Path) -> None:
    probe = beat_probe()
    service = with_backup(ProbeSpec("heartbeat", 60.0), name="nightly")
    values = (1, None, 7_200.0, *(None,) * (probe.raw - 3))
    observation = Observation(probe, T0 * 1000, 0.0, Outcome.ANSWERED, "", values)
    view = ServiceView(tmp_path)
    view.load(service, [probe])
    view.reading(Reading(observation, (*values, 0)))
    found = view.service("nightly")
    assert found is not None
    assert found.last_success == T0 - 7_200


def test_a_lesser_check_does_not_say_when_the_service_worked(
    tmp_path: Path, register: Inventory
) -> None:
    found = view(tmp_path, register, met(probe_of(register, "tls"), T0)).service("portal")
    assert found is not None
    assert found.last_success is None
    assert found.checks[1].last_success == T0


@pytest.mark.parametrize(
    ("outcome", "success"),
    [(Outcome.SKIPPED, None), (Outcome.SILENT, False), (Outcome.REFUSED, False)],
)
def test_a_run_that_was_skipped_says_nothing(
    tmp_path: Path, register: Inventory, outcome: Outcome, *, success: bool | None
) -> None:
    http = probe_of(register, "http")
    found = view(tmp_path, register, met(http, T0), ended(http, T0 + 60, outcome))
    now = found.service("portal")
    assert now is not None
    assert (now.checks[0].success, now.last_success) == (success, T0)


def test_what_is_no_service_is_nothing(tmp_path: Path, register: Inventory) -> None:
    assert view(tmp_path, register).service("nothing") is None


def test_the_last_success_is_known_after_a_restart(tmp_path: Path, register: Inventory) -> None:
    lived(view(tmp_path, register, met(probe_of(register, "http"), T0)))
    found = view(tmp_path, register).service("portal")
    assert found is not None
    assert found.last_success == T0


def test_a_damaged_file_costs_what_was_known_and_not_the_start(
    tmp_path: Path, register: Inventory
) -> None:
    (tmp_path / "last-success.json").write_bytes(b'{"http@service:portal": "yesterday"}')
    found = view(tmp_path, register).service("portal")
    assert found is not None
    assert found.last_success is None


def test_a_file_that_cannot_be_written_is_counted(tmp_path: Path, register: Inventory) -> None:
    gone = tmp_path / "gone"
    one = view(gone, register, met(probe_of(register, "http"), T0))
    lived(one)
    assert one.failures == 1


def test_what_left_the_inventory_is_forgotten(tmp_path: Path, register: Inventory) -> None:
    one = view(tmp_path, register, met(probe_of(register, "http"), T0))
    one.load(replace(register, services={}), ())
    one.load(register, planned(register))
    found = one.service("portal")
    assert found is not None
    assert found.last_success is None


def test_prometheus_is_told_when_each_check_was_met_last(
    tmp_path: Path, register: Inventory
) -> None:
    (family,) = view(tmp_path, register, met(probe_of(register, "http"), T0)).metrics()
    (sample,) = family.samples
    assert sample.name == "probe_last_success_timestamp_seconds"
    assert (sample.labels["service"], sample.labels["check"], sample.value) == (
        "portal",
        "http",
        T0,
    )


def test_servers_are_those_that_are_asked_as_servers(tmp_path: Path) -> None:
    inventory = centre()
    probe = host.plan(ProbeSpec("host", 60.0), device_target("db1"), inventory)
    assert probe is not None
    one = ServiceView(tmp_path)
    one.load(inventory, [probe])
    assert one.hosts() == ("db1",)


def test_the_live_view_follows_the_state_of_services(register: Inventory) -> None:
    probes, live = planned(register), list[LiveView]()

    def changed(change: Change) -> None:
        live[0].changed(change)

    pipeline = Pipeline(Judge(register, probes), {}, {"page": changed})
    live.append(LiveView(lambda: T0, pipeline, Hub(), lambda: (), dict))
    live[0].load(register, probes)
    states, probe = live[0].states(), probe_of(register, "http")
    assert states[service_target("portal")].reason == "not_observed"
    for run in range(3):
        pipeline.deliver(met(probe, T0 + 60 * run, 0).observation)
    assert states[service_target("portal")].state is State.DOWN
    mail = states[service_target("mail")]
    assert (mail.state, mail.cause) == (State.SHADOW, f"service:portal@{T0}")
    assert pipeline.latest[probe].values[-1] == State.DOWN, "the reading carries the state"


def test_the_month_of_a_service_comes_out_of_the_ledger(
    tmp_path: Path, register: Inventory
) -> None:
    portal = replace(register.services["portal"], in_service=(Interval(0),))
    inventory = replace(register, services={"portal": portal})
    cut = outage_id(link_target("l"), NOVEMBER + 3600)
    target = TargetId("service:portal")
    told = [
        Transition(target, State.UP, NOVEMBER - 3600, NOVEMBER - 3580, "answered"),
        Transition(target, State.SHADOW, NOVEMBER + 3600, NOVEMBER + 3700, "upstream", cut),
        Transition(target, State.DOWN, NOVEMBER + 7200, NOVEMBER + 7300, "http_status"),
        Transition(target, State.UP, NOVEMBER + 9000, NOVEMBER + 9100, "recovered"),
    ]
    with closing(open_ledger(tmp_path, LATER)) as ledger:
        beats = [Heartbeat(at, 86_400) for at in range(NOVEMBER - 86_400, LATER, 86_400)]
        ledger.append([*beats, *told])
    worker._here = worker._Here(tmp_path, inventory)
    document: dict[str, Any] = msgspec.json.decode(worker.service("portal", "2026-11", LATER))
    assert document["seconds"]["DOWN"] == 5400
    assert [(one["outage"], one["seconds"]) for one in document["causes"]] == [
        (cut, 3600),
        (None, 1800),
    ]
    assert document["met"] is False
