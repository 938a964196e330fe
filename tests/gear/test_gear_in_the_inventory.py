"""A device that is asked at its command line is not asked the same by SNMP."""

from __future__ import annotations

from pathlib import Path

from collectors import health, routing_cli
from inventory.load import load
from inventory.model import Inventory, ProbeSpec, device_target
from metrics.observation import Probe

HEAD = """\
schema: 1
sites: {xg: {title: 湖北, level: province}}
credentials: {ro: {version: "2c", community: "${SECRET}"}}
logins: {gear: {user: noc, password: "${SECRET}"}}
devices:
  r1:
    site: xg
    platform: zte_zxros
    address: 192.0.2.1
    credential: ro
    login: gear
    interfaces: [gei_1/1]
"""


def loaded(folder: Path, *probes: str) -> Inventory:
    path = folder / "inventory.yaml"
    path.write_text(f"{HEAD}    probes: [{', '.join(probes)}]\n", encoding="utf-8")
    inventory, problems, _ = load(path, {"SECRET": "a-secret"})
    assert inventory is not None, problems
    return inventory


def kinds(inventory: Inventory) -> dict[str, float]:
    return {probe.kind: probe.every for probe in inventory.devices["r1"].probes}


def test_light_by_command_line_takes_the_place_of_light_by_snmp(tmp_path: Path) -> None:
    assert "optics" in kinds(loaded(tmp_path))

    found = kinds(loaded(tmp_path, "{kind: optics_cli}"))
    assert "optics" not in found
    assert found["optics_cli"] == 300


def test_who_names_both_is_asked_both(tmp_path: Path) -> None:
    found = kinds(loaded(tmp_path, "{kind: optics_cli}", "{kind: optics, every: 10m}"))

    assert found["optics"] == 600


def test_no_series_is_given_by_two_probes(tmp_path: Path) -> None:
    inventory = loaded(tmp_path, "{kind: routing_cli}")
    target = device_target("r1")
    by_snmp = health.plan(ProbeSpec("health", 300), target, inventory)
    by_ssh = routing_cli.plan(ProbeSpec("routing_cli", 300), target, inventory)

    assert isinstance(by_snmp, Probe)
    assert isinstance(by_ssh, Probe)
    assert not {s.metric.name for s in by_snmp.series} & {s.metric.name for s in by_ssh.series}
    assert len(by_snmp.series) == 7
    assert by_snmp.raw == 7


def test_without_it_the_sessions_are_read_by_snmp(tmp_path: Path) -> None:
    probe = health.plan(ProbeSpec("health", 300), device_target("r1"), loaded(tmp_path))

    assert isinstance(probe, Probe)
    assert {"bgp_peers", "ospf_neighbours"} <= {s.metric.field for s in probe.series}
