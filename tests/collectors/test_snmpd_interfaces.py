"""The interfaces of a real net-snmp agent, by SNMPv1 and by v2c: two counters of one truth."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from collectors import interface_settings, interfaces
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.model import Endpoint, ProbeSpec, Secret, SnmpVersion, device_target
from metrics.catalogue import IN_OCTETS, OPER_STATUS, UPTIME_TICKS
from metrics.observation import Outcome
from tests.collectors.network import network
from tests.collectors.test_snmpd import Snmpd, snmpd

__all__ = ["snmpd"]
pytestmark = pytest.mark.server("snmpd")


def asked(endpoint: Endpoint, version: SnmpVersion, **options: object) -> tuple[Answer, Answer]:
    """Ask the loopback port and its settings."""

    async def main() -> tuple[Answer, Answer]:
        inventory = network(snmp=endpoint, interfaces=("lo",))
        credential = replace(inventory.credentials["ro"], version=version, community=Secret("hush"))
        inventory = replace(inventory, credentials={"ro": credential})
        target = device_target("xg-r1")
        probe = interfaces.plan(ProbeSpec("interfaces", 10.0, options=options), target, inventory)
        settings = interface_settings.plan(
            ProbeSpec("interface_settings", 300.0), target, inventory
        )
        assert probe is not None
        assert settings is not None
        wire, memory = open_snmp(), DeviceMemory()
        wires = Wires(wire, open_echo("icmp"), open_echo("udp"))
        try:
            answer = await interfaces.ask(probe, wires, memory)
            metrics = [series.metric for series in probe.series]
            picked = [metrics.index(one) for one in (UPTIME_TICKS, IN_OCTETS, OPER_STATUS)]
            values = tuple(answer.values[place] for place in picked)
            shown = Answer(answer.outcome, answer.reason, values)
            return shown, await interface_settings.ask(settings, wires, memory)
        finally:
            await wire.close()

    return asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.parametrize(("version", "options"), [("1", {}), ("2c", {"counters": 32}), ("2c", {})])
def test_octets_status_and_uptime_are_heard(
    snmpd: Snmpd,
    version: SnmpVersion,
    options: dict[str, object],
) -> None:
    answer, settings = asked(snmpd.four, version, **options)
    uptime, octets, status = answer.values
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    assert uptime
    assert octets
    assert status == 1
    assert (settings.outcome, settings.values[0]) == (Outcome.ANSWERED, 1)


def test_both_widths_count_the_same_octets(snmpd: Snmpd) -> None:
    narrow, _ = asked(snmpd.four, "1")
    wide, _ = asked(snmpd.four, "2c")
    before, after = narrow.values[1], wide.values[1]
    assert before is not None
    assert after is not None
    assert (after - before) % 2**32 < 2**31
