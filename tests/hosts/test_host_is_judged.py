"""A server that nothing but SSH asks is judged by that, and a wrong key is told as one."""

from __future__ import annotations

import pytest

from alerts.engine import Engine
from alerts.rules import load_rules
from collectors import host, node_exporter
from collectors._memory import DeviceMemory
from collectors.hosts._asked import answer
from collectors.hosts._script import read
from inventory.model import ProbeSpec, device_target
from metrics.observation import Observation, Outcome, Probe, Reading
from sla.judge import Judge
from sla.states import State, Transition
from tests.hosts.fleet import capture, centre
from texts.say import catalogue

START = 1_795_671_000
CENTRE = centre()
EXPORTED = centre(kind="node_exporter")


def probe(kind: str = "host") -> Probe:
    module, inventory = (host, CENTRE) if kind == "host" else (node_exporter, EXPORTED)
    planned = module.plan(ProbeSpec(kind, 60.0), device_target("db1"), inventory)
    assert isinstance(planned, Probe)
    return planned


def judged(asked: Probe, *outcomes: tuple[Outcome, str]) -> list[tuple[State, str]]:
    judge = Judge(CENTRE, [asked])
    nothing = (None,) * asked.raw
    found = []
    for turn, (outcome, reason) in enumerate(outcomes):
        run = Observation(asked, (START + 60 * turn) * 1000, 1.0, outcome, reason, nothing)
        _, changes = judge.observe(run)
        found += [
            (change.state, change.reason)
            for change in changes
            if isinstance(change, Transition) and change.target == asked.target
        ]
    return found


def test_it_is_up_when_it_answers_and_down_when_it_is_silent() -> None:
    runs = [(Outcome.ANSWERED, "")] * 3 + [(Outcome.SILENT, "timeout")] * 3
    assert judged(probe(), *runs) == [(State.UP, "answered"), (State.DOWN, "silent")]


@pytest.mark.parametrize(
    ("kind", "outcome", "reason", "told"),
    [
        ("host", Outcome.REFUSED, "host_key_changed", "host_key_changed"),
        ("host", Outcome.REFUSED, "host_key_unknown", "host_key_unknown"),
        ("host", Outcome.REFUSED, "ssh_auth", "ssh_refused"),
        ("host", Outcome.GARBLED, "script_unread", "ssh_garbled"),
        ("node_exporter", Outcome.REFUSED, "bad_status", "exporter_refused"),
        ("node_exporter", Outcome.GARBLED, "exporter_unread", "exporter_garbled"),
    ],
)
def test_what_is_wrong_with_it_is_told_as_it_is(
    kind: str, outcome: Outcome, reason: str, told: str
) -> None:
    runs = [(Outcome.ANSWERED, "")] * 3 + [(outcome, reason)] * 3
    assert judged(probe(kind), *runs)[-1] == (State.DEGRADED, told)
    assert f"alert.reason.{told}" in catalogue()
    assert f"page.reason.{told}" in catalogue()


def firing(*texts: str, minutes: int, **options: object) -> set[str]:
    """Let hosts say this, the last text again and again, and return the rules that fire."""
    inventory = centre(options=options)
    planned = host.plan(ProbeSpec("host", 60.0, options=options), device_target("db1"), inventory)
    assert planned is not None
    rules, _ = load_rules([])
    engine, memory = Engine(rules, inventory, [planned]), DeviceMemory()
    wanted = planned.question.wanted  # type: ignore[attr-defined]
    told = set()
    for turn in range(minutes + 1):
        reading = read(texts[min(turn, len(texts) - 1)])
        assert reading is not None
        now = 1795671900.4
        said = answer(reading, wanted, memory, source="ssh", window=(now, now + 0.1))
        run = Observation(
            planned, (START + 60 * turn) * 1000, 1.0, said.outcome, said.reason, said.values
        )
        told |= {alert.rule for alert in engine.observe(Reading(run, (*said.values, 0)))}
    return told


def test_a_healthy_host_makes_no_alert() -> None:
    text = capture("debian-12").replace("NTPSynchronized=no", "NTPSynchronized=yes")
    text = text.replace("1795671902 987654321", "1795671900 450000000")
    assert firing(text, minutes=90) == set()


def test_a_full_disk_and_its_inodes_are_told() -> None:
    text = capture("openeuler-22.03")
    assert firing(text, minutes=6) >= {"host-disk-filling", "host-disk-full", "host-inodes"}


def test_an_old_backup_a_failed_unit_and_a_stopped_service_are_told() -> None:
    text = capture("kylin-v10").replace("link 1795585500", "link 1795500000")
    assert firing(text, minutes=12, services=["nginx"]) == {
        "host-backup-old", "host-unit-failed", "host-service-stopped", "host-disk-filling",
    }  # fmt: skip


def test_a_restart_and_a_clock_that_is_wrong_are_told() -> None:
    text = capture("alpine-3.20").replace("6903.45 ", "17.45 ")
    assert firing(text, minutes=6) == {"host-restarted", "host-clock"}
