"""A province with servers and gear that are reached by SSH, asked by the monitor's collectors."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from inventory.model import Inventory
from metrics.observation import Outcome, Probe
from runtime.check import check
from runtime.planning import plan
from runtime.plugins import plugins
from runtime.sections.ssh import SshConfig
from runtime.ssh.wire import HOST_KEYS, SshDoor
from simulator import ssh_plan
from simulator.control import Control, OrderError
from simulator.ssh_real import DEVICE
from tests.servers import wait_for
from tests.simulator.served import Served, served

KINDS = ("host", "optics_cli", "routing_cli", "nqa_cli")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("province")
    with served(folder, sites=40, options=("--hosts", "8")) as running:
        yield running


@pytest.fixture(scope="module")
def inventory(province: Served) -> Inventory:
    checked = check(province.folder / "inventory.yaml", province.folder / "monitor.yaml", {})
    assert checked.problems == []
    assert checked.inventory is not None
    return checked.inventory


@pytest.fixture(scope="module")
def answers(province: Served, inventory: Inventory) -> dict[str, Answer]:
    probes = [probe for probe in plan(inventory, {}) if probe.kind in KINDS]
    return asyncio.run(ask(province.folder / "data", inventory, probes))


async def ask(store: Path, inventory: Inventory, probes: list[Probe]) -> dict[str, Answer]:
    door = SshDoor(SshConfig(), store)
    none: object = None
    wires = Wires(none, none, none, ssh=door)  # type: ignore[arg-type]  # only SSH is asked
    collectors = plugins("collectors")
    async with AsyncExitStack() as stack:
        door.load(inventory)
        await door.start(stack)
        found = await asyncio.gather(
            *(collectors[probe.kind].ask(probe, wires, DeviceMemory()) for probe in probes)
        )
    return dict(zip((probe.id for probe in probes), found, strict=True))


def test_everybody_who_has_a_login_is_asked_and_answers(answers: dict[str, Answer]) -> None:
    asked = {probe: (answer.outcome, answer.reason) for probe, answer in answers.items()}

    assert sum(probe.startswith("host@") for probe in asked) >= 8
    assert sum(probe.startswith("routing_cli@") for probe in asked) >= 6
    assert sum(probe.startswith("optics_cli@") for probe in asked) >= 2
    assert sum(probe.startswith("nqa_cli@") for probe in asked) >= 3
    assert {probe: what for probe, what in asked.items() if what[0] is not Outcome.ANSWERED} == {}


@pytest.mark.server("sshd")
def test_one_of_them_is_this_machine_by_a_real_sshd(
    province: Served, answers: dict[str, Answer]
) -> None:
    if not (province.folder / "sshd" / "sshd_config").exists():
        pytest.skip("sshd does not start here without privilege")
    assert answers[f"host@device:{DEVICE}"].outcome is Outcome.ANSWERED


def test_secrets_are_for_the_owner_and_host_keys_are_pinned(province: Served) -> None:
    for name in ("ssh-password", "ssh-key", "ssh.json", f"data/{HOST_KEYS}"):
        assert (province.folder / name).stat().st_mode & 0o777 == 0o600
    password = ssh_plan.read_secrets(province.folder).password
    for part in province.folder.rglob("*.yaml"):
        assert password not in part.read_text("utf-8")


def test_servers_stand_in_security_zones_and_gear_keeps_its_snmp(inventory: Inventory) -> None:
    servers = [one for one in inventory.devices.values() if one.platform == "linux"]
    gear = [one for one in inventory.devices.values() if one.login == "gear"]

    assert all(one.zone and one.credential is None for one in servers)
    assert {one.platform for one in gear} == {
        "huawei_vrp", "h3c_comware", "zte_zxros", "ruijie_rgos",
    }  # fmt: skip
    assert all(one.credential == "province" for one in gear)
    assert not any({"optics", "optics_cli"} <= {probe.kind for probe in one.probes} for one in gear)


def test_a_place_that_is_cut_off_is_silent_by_ssh_too(
    province: Served, inventory: Inventory
) -> None:
    device = next(one for one in inventory.devices.values() if one.platform == "zte_zxros"
                  and one.login == "gear")  # fmt: skip
    probe = next(p for p in plan(inventory, {}) if p.id == f"routing_cli@device:{device.id}")
    province.control.begin("power_loss", f"site:{device.site}")

    def answered(one: Probe) -> bool:
        """The SSH servers are a process of their own, and hear of it a moment later."""
        found = asyncio.run(ask(province.folder / "data", inventory, [one]))
        return found[one.id].outcome is Outcome.ANSWERED

    try:
        wait_for(lambda: not answered(short(probe)), 60, what="silence")
    finally:
        province.control.end("power_loss", f"site:{device.site}")
    wait_for(lambda: answered(probe), 60, what="an answer")


def test_only_who_has_a_configuration_can_be_changed(province: Served) -> None:
    province.control.order("configure", device="hubei-r1")

    with pytest.raises(OrderError):
        province.control.order("configure", device="nobody")


@pytest.mark.skipif(shutil.which("sshd", path="/usr/sbin:/usr/bin") is None, reason="no sshd")
def test_nothing_lives_on_when_the_simulation_is_killed(tmp_path: Path) -> None:
    with served(tmp_path, sites=30, options=("--hosts", "1")) as running:
        control = Control.of(tmp_path)
        control.order("counts")
        children = wait_for(lambda: offspring(running.process.pid), what="children")
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        wait_for(lambda: not any(map(alive, children)), what="the children to end")


def short(probe: Probe) -> Probe:
    """Return a probe that waits a second only."""
    question: Any = probe.question
    return replace(probe, question=replace(question, way=replace(question.way, timeout=1.0)))


def offspring(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *offspring(int(child))]
    return found


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
