"""The province's services are what its inventory says, and fail when their place is cut off."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from collectors.wires.web import Web
from inventory.model import Inventory
from metrics.observation import Probe
from runtime.check import check
from runtime.planning import plan as probes_of
from runtime.plugins import plugins
from simulator import files, web_files
from simulator.folder import COMMUNITY_VARIABLE, make_community
from simulator.province import Plan, Settings, build
from simulator.web_plan import DEPARTMENTS, broken
from simulator.web_services import WebServices
from simulator.world import World

ENVIRON = {COMMUNITY_VARIABLE: "s3cret"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    plan = _plan()
    web_files.write(plan, folder, int(time.time()))
    community = make_community(folder, ENVIRON)
    files.write(plan, folder, community, api="127.0.0.1:8080", every="10s", services=True)
    return folder


def _plan() -> Plan:
    return build(Settings(60, 1, 1_800_000_000))


@pytest.fixture(scope="module")
def inventory(folder: Path) -> Inventory:
    checked = check(folder / "inventory.yaml", folder / "monitor.yaml", ENVIRON)
    assert checked.inventory is not None
    assert [one for one in checked.problems if one.code != "icmp_not_permitted"] == []
    return checked.inventory


def asked(
    folder: Path, inventory: Inventory, *names: str, seconds: float = 0, cut: str = ""
) -> dict[str, Answer]:
    """Ask the named services, so many seconds after the province began, one site cut off."""
    probes: list[Probe] = [
        one
        for one in probes_of(inventory, {})
        if one.target.startswith("service:") and one.target.partition(":")[2] in names
        if one.kind != "website"  # is read by a process, see tests/audit
    ]

    async def run() -> dict[str, Answer]:
        ports = web_files.ports_of(folder)
        assert ports is not None
        world = World(_plan(), lambda *_: None)
        for circuit in world.circuits.values():
            if cut and circuit.far.id == cut:
                world.cut(circuit.plan.id, "test", 0)
        services = WebServices(world, folder, ports, lambda: seconds)
        await services.start()
        wire = Web(time.time)
        udp = open_echo("udp")
        wires = Wires(open_snmp(), udp, udp, web=wire)
        try:
            answers = await asyncio.gather(
                *(plugins("collectors")[one.kind].ask(one, wires, DeviceMemory()) for one in probes)
            )
        finally:
            await services.stop()
        return {one.id: answer for one, answer in zip(probes, answers, strict=True)}

    return asyncio.run(run())


def test_every_unit_of_the_exchange_is_a_service(inventory: Inventory) -> None:
    units = [one for one in inventory.services.values() if one.group == "exchange"]

    assert len(units) == len(DEPARTMENTS) == 35
    assert all(unit.needs for unit in units)
    assert len({unit.unit for unit in units}) == 35


def test_all_is_well_at_first(folder: Path, inventory: Inventory) -> None:
    served = [one.id for one in inventory.services.values() if one.kind not in {"video", "backup"}]
    found = asked(folder, inventory, *served)

    assert {name: answer.reason for name, answer in found.items() if answer.values[0] != 1} == {}
    assert len(found) == len(served) + 2  # two have a page and a certificate


def test_a_unit_fails_by_itself_now_and_then(folder: Path, inventory: Inventory) -> None:
    (number,) = [n for n in range(len(DEPARTMENTS)) if broken(n, 100)]
    name = f"exchange-{DEPARTMENTS[number][0]}"

    found = asked(folder, inventory, name, seconds=100)

    assert [answer.reason for answer in found.values()] == ["http_status"]


def test_whoever_is_cut_off_is_silent(folder: Path, inventory: Inventory) -> None:
    window = next(one for one in inventory.services.values() if one.group == "windows")
    assert window.site is not None
    (need,) = window.needs
    assert need[0].startswith(f"link:{window.site}-")

    found = asked(folder, inventory, window.id, cut=window.site)

    assert [answer.reason for answer in found.values()] == ["timeout_processing"]
