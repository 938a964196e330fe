"""A meeting's path in a served province fares as its circuit does, by our echoes and by NQA."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Inventory
from metrics.observation import Outcome, Probe
from runtime.check import check
from runtime.planning import plan
from runtime.plugins import plugins
from tests.simulator.served import Served, served


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served") / "province"
    with served(folder, options=("--services",)) as one:
        yield one


@pytest.fixture(scope="module")
def inventory(province: Served) -> Inventory:
    checked = check(province.folder / "inventory.yaml", province.folder / "monitor.yaml", {})
    assert checked.inventory is not None
    return checked.inventory


def asked(inventory: Inventory, kind: str) -> dict[str, Answer]:
    """Ask every node by one kind of probe."""
    probes = [probe for probe in plan(inventory, {}) if probe.kind == kind]

    async def work() -> dict[str, Answer]:
        snmp, udp = open_snmp(), open_echo("udp")
        await udp.start()
        wires = Wires(snmp, open_echo("icmp"), udp)
        ask = plugins("collectors")[kind].ask
        try:
            found = await asyncio.gather(*(ask(one, wires, DeviceMemory()) for one in probes))
        finally:
            await udp.close()
            await snmp.close()
        return {one.target: answer for one, answer in zip(probes, found, strict=True)}

    assert all(isinstance(one, Probe) for one in probes)
    return asyncio.run(asyncio.wait_for(work(), 60))


@pytest.mark.parametrize("kind", ["path", "nqa"])
def test_a_path_is_good_while_its_circuit_is(inventory: Inventory, kind: str) -> None:
    found = asked(inventory, kind)
    assert len(found) == 2
    assert {answer.outcome for answer in found.values()} == {Outcome.ANSWERED}
    assert {answer.values[0] for answer in found.values()} == {1}


def test_over_a_cut_circuit_nothing_comes_back(province: Served, inventory: Inventory) -> None:
    node = next(one for one in inventory.services.values() if one.kind == "video")
    link = next(spec.options["link"] for spec in node.probes if spec.kind == "path")
    alone = replace(inventory, services={node.id: node}, links=inventory.links)
    province.control.begin("cut", f"link:{link}")
    try:
        ((path,), (nqa,)) = (tuple(asked(alone, kind).values()) for kind in ("path", "nqa"))
    finally:
        province.control.end("cut", f"link:{link}")
    assert (path.outcome, path.reason) == (Outcome.SILENT, "path_silent")
    assert path.values[0] == 0
    # A box behind its cut circuit may answer over the other leg, and says that its test failed.
    assert (nqa.outcome, nqa.values[0]) in {(Outcome.ANSWERED, 0), (Outcome.SKIPPED, None)}
