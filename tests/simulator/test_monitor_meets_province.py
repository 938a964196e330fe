"""The monitor's own collectors ask the simulated province, over real sockets."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from collectors import interfaces
from collectors._contract import Answer, EchoReply, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Inventory
from metrics.observation import Outcome, Probe
from runtime.check import check
from runtime.planning import plan
from tests.simulator.served import Served, served


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("province"), sites=40) as running:
        yield running


@pytest.fixture(scope="module")
def inventory(province: Served) -> Inventory:
    checked = check(province.folder / "inventory.yaml", province.folder / "monitor.yaml", {})
    assert checked.inventory is not None
    return checked.inventory


class Asker:
    """Asks probes one after the other; remembers devices as the runtime does."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.memory: dict[str, DeviceMemory] = {}

    def ask(self, *probes: Probe) -> list[Answer]:
        return asyncio.run(self._ask(probes))

    async def _ask(self, probes: tuple[Probe, ...]) -> list[Answer]:
        snmp, udp = open_snmp(self.engine), open_echo("udp")
        await udp.start()
        try:
            wires = Wires(snmp, udp, udp)
            return [await self._one(probe, wires) for probe in probes]
        finally:
            await udp.close()
            await snmp.close()

    async def _one(self, probe: Probe, wires: Wires) -> Answer:
        memory = self.memory.setdefault(probe.device or "", DeviceMemory())
        return await interfaces.ask(probe, wires, memory)


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_every_device_answers_every_value(inventory: Inventory, engine: str) -> None:
    probes = [probe for probe in plan(inventory, {}) if probe.kind == "interfaces"]
    answers = Asker(engine).ask(*probes)
    assert Counter(answer.outcome for answer in answers) == {Outcome.ANSWERED: len(probes)}
    unheard = {
        series.metric.name
        for probe, answer in zip(probes, answers, strict=True)
        for series, value in zip(probe.series[: probe.raw], answer.values, strict=True)
        if value is None
    }
    # Some platforms have no snmpEngine group, as in life.
    assert unheard == {"extranet_device_snmp_engine_time_seconds"}


def test_every_circuit_echoes(inventory: Inventory) -> None:
    addresses = [link.b.address for link in inventory.links.values() if link.b.address]
    assert len(addresses) == len(inventory.links)

    async def echo_all() -> list[EchoReply]:
        udp = open_echo("udp")
        await udp.start()
        try:
            asked = (udp.echo(one, count=1, gap=0.1, timeout=2) for one in addresses)
            return list(await asyncio.gather(*asked))
        finally:
            await udp.close()

    assert all(None not in reply.rtts for reply in asyncio.run(echo_all()))


def test_renumbered_ports_are_found_again(province: Served, inventory: Inventory) -> None:
    device = next(one.id for one in province.plan.devices if one.platform == "ruijie_rgos")
    probe = next(p for p in plan(inventory, {}) if p.id == f"interfaces@device:{device}")
    asker = Asker("gufo")
    asker.ask(probe)
    before = dict(asker.memory[device].if_index)
    province.control.order("reboot", device=device)
    for _ in range(3):
        answer = asker.ask(probe)[0]
    assert answer.outcome is Outcome.ANSWERED
    after = asker.memory[device].if_index
    assert before.keys() == after.keys()
    assert before != after
