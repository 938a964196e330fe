"""A real node_exporter gives the values that the script gives, and its page is not trusted."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web as server

from collectors import host, node_exporter
from collectors._contract import Answer
from collectors._memory import DeviceMemory
from collectors.hosts._exposition import read
from collectors.hosts._reading import is_running
from collectors.wires.web import Web
from inventory.model import Inventory, ProbeSpec, device_target
from metrics.observation import Outcome, Probe
from tests.hosts.fleet import Shell, centre, named, texts, wires
from tests.servers import free_port, run_program, wait_for

ALIKE: Final = {
    "node_memory_MemTotal_bytes": 0.0,
    "node_memory_SwapTotal_bytes": 0.0,
    "node_boot_time_seconds": 0.0,
    "extranet_host_cpus": 0.0,
    "extranet_host_uptime_seconds": 0.2,
    "node_time_seconds": 1e-6,
    "node_memory_MemAvailable_bytes": 0.2,
    "node_filesystem_size_bytes{/}": 0.0001,
    "node_filesystem_avail_bytes{/}": 0.05,
    "node_filesystem_files{/}": 0.0,
    "node_filesystem_files_free{/}": 0.05,
    "node_disk_read_bytes_total{all}": 0.3,
    "node_disk_written_bytes_total{all}": 0.3,
    "node_network_receive_bytes_total{all}": 0.3,
    "node_cpu_seconds_total{user}": 0.5,
    "node_cpu_seconds_total{idle}": 0.1,
    "extranet_host_filesystem_used_ratio": 0.05,
    "extranet_host_storage_bytes": 0.0001,
}
"""Values of both sources, and the part by which they may differ: they ask one after the other."""


def planned(inventory: Inventory, kind: str = "node_exporter", **options: object) -> Probe:
    module = {"node_exporter": node_exporter, "host": host}[kind]
    probe = module.plan(ProbeSpec(kind, 60.0, options=options), device_target("db1"), inventory)
    assert isinstance(probe, Probe)
    return probe


async def ask(probe: Probe, memory: DeviceMemory | None = None) -> Answer:
    wire = Web(time.time)
    wire.open()
    return await node_exporter.ask(
        probe, wires(texts(), time.time(), wire), memory or DeviceMemory()
    )


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A node_exporter of Debian with its own choice of collectors; the port it listens on."""
    port = free_port()
    log: Path = tmp_path_factory.mktemp("exporter") / "log"
    arguments = ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"]

    def answers() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as reply:
            return bool(reply.status == 200)

    with run_program(arguments, log):
        wait_for(answers, what="node_exporter")
        yield port


@pytest.mark.server("prometheus-node-exporter")
def test_both_sources_say_the_same_of_this_machine(exporter: int) -> None:
    inventory = centre(kind="node_exporter")
    probe = planned(inventory, port=exporter)
    answer = asyncio.run(ask(probe))
    assert (answer.outcome, answer.reason) == (Outcome.ANSWERED, "")
    theirs = named(probe, answer.values)
    script = planned(centre(), "host")
    ours = named(
        script, asyncio.run(host.ask(script, wires(Shell(), time.time()), DeviceMemory())).values
    )
    assert theirs.keys() == ours.keys()
    for name, part in ALIKE.items():
        one, other = theirs[name], ours[name]
        assert (one is None) == (other is None), name
        if one is not None and other is not None:
            assert one == pytest.approx(other, rel=part, abs=part * 2e6), name


@pytest.mark.server("prometheus-node-exporter")
def test_what_it_does_not_tell_by_default_is_unheard(exporter: int) -> None:
    probe = planned(centre(kind="node_exporter"), port=exporter, services=["sshd"])
    values = named(probe, asyncio.run(ask(probe)).values)
    for name in ("extranet_host_users", "extranet_host_backup_age_seconds"):
        assert values[name] is None
    assert values["extranet_host_services_stopped"] is None


@pytest.mark.server("prometheus-node-exporter")
def test_processors_are_busy_between_two_pages(exporter: int) -> None:
    probe, memory = planned(centre(kind="node_exporter"), port=exporter), DeviceMemory()

    async def twice() -> Answer:
        await ask(probe, memory)
        end = time.monotonic() + 0.3
        while time.monotonic() < end:  # at least some ticks of the kernel pass
            pass
        return await ask(probe, memory)

    busy = named(probe, asyncio.run(twice()).values)["extranet_device_cpu_ratio"]
    assert busy is not None
    assert 0 < busy <= 1


def answering(body: bytes, status: int = 200) -> Answer:
    """Ask a server that answers so."""

    async def scenario() -> Answer:
        async def handle(_: server.Request) -> server.Response:
            return server.Response(body=body, status=status, content_type="text/plain")

        app = server.Application()
        app.router.add_get("/metrics", handle)
        runner = server.AppRunner(app)
        await runner.setup()
        port = free_port()
        await server.TCPSite(runner, "127.0.0.1", port).start()
        try:
            return await ask(planned(centre(kind="node_exporter"), port=port))
        finally:
            await runner.cleanup()

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    ("body", "status", "outcome", "reason"),
    [
        (b"<html>", 200, Outcome.GARBLED, "exporter_unread"),
        (b"up 1\n", 200, Outcome.GARBLED, "exporter_unread"),
        (b"", 404, Outcome.GARBLED, "bad_status"),
        (b"", 401, Outcome.REFUSED, "bad_status"),
        (b"node_load1 0.5\n", 200, Outcome.ANSWERED, "incomplete"),
    ],
)
def test_what_is_no_page_of_an_exporter_is_told_apart(
    body: bytes, status: int, outcome: Outcome, reason: str
) -> None:
    answer = answering(body, status)
    assert (answer.outcome, answer.reason) == (outcome, reason)


def test_a_page_that_is_too_large_is_not_read() -> None:
    answer = answering(b"node_load1 0.5\n" * 400_000)
    assert answer.outcome is Outcome.GARBLED
    assert answer.reason == "too_large"


def test_a_device_with_both_is_asked_by_its_exporter_only() -> None:
    both = centre(probes=(ProbeSpec("host", 60.0), ProbeSpec("node_exporter", 60.0)))
    assert host.plan(ProbeSpec("host", 60.0), device_target("db1"), both) is None


def test_its_collector_for_systemd_tells_services_and_failures() -> None:
    page = "\n".join(
        f'node_systemd_unit_state{{name="{name}.service",state="{state}",type="simple"}} {on}'
        for name, now in (("nginx", "active"), ("job", "failed"))
        for state in ("active", "failed", "inactive")
        for on in (int(state == now),)
    )
    reading = read(page)
    assert reading is not None
    assert reading.failed == ("job.service",)
    assert [(unit.name, unit.active) for unit in reading.units or ()] == [
        ("nginx.service", True), ("job.service", False),
    ]  # fmt: skip


def _states(units: int, *, states: tuple[str, ...]) -> str:
    return "\n".join(
        f'node_systemd_unit_state{{name="u{n}.service",state="{state}"}} {int(state == "active")}'
        for n in range(units)
        for state in states
    )


def test_a_host_with_thousands_of_units_has_them_all() -> None:
    five = ("activating", "active", "deactivating", "failed", "inactive")
    reading = read(_states(4_500, states=five))
    assert reading is not None
    assert is_running(reading, "u4499") is True
    assert "end" not in reading.missing


def test_of_a_page_that_was_not_read_to_its_end_nothing_is_said_to_be_stopped() -> None:
    reading = read(_states(20_001, states=("active",)))
    assert reading is not None
    assert is_running(reading, "u20000") is None
    assert "end" in reading.missing


def test_network_filesystems_and_images_are_passed_over() -> None:
    page = "\n".join(
        f'node_filesystem_size_bytes{{device="x",fstype="{kind}",mountpoint="/{kind}"}} 1e9'
        for kind in ("nfs4", "tmpfs", "squashfs", "xfs", "iso9660", "fuse.sshfs")
    )
    reading = read(page)
    assert reading is not None
    assert [one.mountpoint for one in reading.filesystems or ()] == ["/xfs"]


def test_labels_are_unescaped() -> None:
    reading = read('node_uname_info{nodename="a\\"b\\\\c",sysname="Linux",release="6"} 1')
    assert reading is not None
    assert reading.hostname == 'a"b\\c'
