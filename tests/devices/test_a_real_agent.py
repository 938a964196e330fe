"""A real agent: this host, by Debian's snmpd, read whole."""

from __future__ import annotations

import asyncio
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collectors._inspection import Inspection, inspect
from collectors._memory import DeviceMemory
from collectors.wires.snmp import open_snmp
from inventory.model import Credential, Endpoint, Secret
from runtime.commands.discover import document
from tests.servers import free_port, run_program, wait_for

pytestmark = pytest.mark.server("snmpd")

CREDENTIAL = Credential("plain", "2c", Secret("hush"))
WITHOUT_UCD = "view hosts included .1.3.6.1.2.1\nview hosts included .1.3.6.1.6.3\n"


@dataclass
class Read:
    before: float
    """The host's uptime before any agent was started, in seconds."""
    whole: dict[str, Any]
    hosts_only: dict[str, Any]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return Read(
        float(Path("/proc/uptime").read_text(encoding="ascii").split()[0]),
        read(tmp_path_factory.mktemp("whole"), "rocommunity hush\n"),
        read(tmp_path_factory.mktemp("hosts"), f"{WITHOUT_UCD}rocommunity hush default -V hosts\n"),
    )


def read(folder: Path, access: str) -> dict[str, Any]:
    port = free_port()
    config = folder / "snmpd.conf"
    config.write_text(f"agentaddress udp:127.0.0.1:{port}\n{access}")
    environment = {**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(folder / "state")}
    command = ["snmpd", "-f", "-Lo", "-C", "-c", str(config)]
    with run_program(command, folder / "log", env=environment):
        return wait_for(lambda: seen(Endpoint("127.0.0.1", port)), what="an answer of snmpd")


def seen(endpoint: Endpoint) -> dict[str, Any]:
    async def reading() -> dict[str, Any]:
        wire = open_snmp()
        try:
            found = await inspect(wire, endpoint, CREDENTIAL, DeviceMemory())
        finally:
            await wire.close()
        return document(found) if isinstance(found, Inspection) else {}

    return asyncio.run(asyncio.wait_for(reading(), 60))


def kibibytes(name: str) -> int:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


def test_a_linux_host_is_recognised_with_its_kernel_and_machine(host: Read) -> None:
    names = ("platform", "model", "version")
    assert [host.whole[name] for name in names] == [
        "net_snmp", platform.machine(), platform.release(),
    ]  # fmt: skip


def test_nothing_is_missing(host: Read) -> None:
    assert "missing" not in host.whole


def test_uptime_is_the_hosts_not_the_young_agents(host: Read) -> None:
    assert host.whole["uptime_seconds"] >= int(host.before)


def test_a_young_agent_has_no_load_yet_or_one_for_each_processor(host: Read) -> None:
    assert len(host.whole["cpu"]) in {0, os.cpu_count()}


def test_all_memory_is_counted(host: Read) -> None:
    (memory,) = host.whole["memory"]
    assert memory["total_bytes"] == kibibytes("MemTotal") * 1024


def test_the_page_cache_counts_as_used_only_where_the_agent_tells_no_more(host: Read) -> None:
    (whole,), (hosts_only,) = host.whole["memory"], host.hosts_only["memory"]
    assert whole["used_ratio"] < hosts_only["used_ratio"]


def test_the_loopback_interface_is_there(host: Read) -> None:
    (loopback,) = [one for one in host.whole["interfaces"] if one["name"] == "lo"]
    assert (loopback["type"], loopback["oper"]) == ("softwareLoopback", "up")
