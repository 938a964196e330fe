"""Asking backups and replicas: a real web server that tells, a real sshd that has files."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import msgspec
from aiohttp import web

from collectors._beats import Beat
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from collectors.wires.web import Web
from inventory.model import Endpoint, Inventory, ProbeSpec, Secret, service_target
from metrics.observation import Probe, Value
from runtime.sections.ssh import SshConfig
from runtime.ssh.wire import HOST_KEYS, SshDoor
from tests.backups.jobs import with_backup
from tests.checks.serving import website
from tests.ssh.asking import login, pin
from tests.ssh.sshd import Sshd

Told = tuple[Answer, dict[str, Value]]


class Reported(msgspec.Struct):
    """A book in which one report stands, or none."""

    beat: Beat | None = None

    def heard(self, service: str) -> Beat | None:
        return self.beat if service == "nightly" else None


def planned(kind: ModuleType, inventory: Inventory) -> Probe:
    probe = kind.plan(inventory.services["nightly"].probes[0], service_target("nightly"), inventory)
    assert isinstance(probe, Probe)
    return probe


def kind_of(kind: ModuleType) -> str:
    return kind.__name__.rpartition(".")[2]


async def _ask(kind: ModuleType, probe: Probe, **wires: object) -> Told:
    made = Wires(
        open_snmp(),
        open_echo("icmp"),
        open_echo("udp"),
        **({"wall": time.time} | wires),  # type: ignore[arg-type]
    )
    answer = await kind.ask(probe, made, DeviceMemory())
    names = [series.metric.name for series in probe.series]
    return answer, dict(zip(names, answer.values, strict=False))


def ask_by_http(
    kind: ModuleType, body: bytes, options: Mapping[str, object], *, status: int = 200
) -> Told:
    """Ask a web server that answers `body` at /told."""

    async def tell(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type="application/json")

    async def work() -> Told:
        async with website({"/told": tell}) as port:
            url = f"http://127.0.0.1:{port}/told"
            spec = ProbeSpec(kind_of(kind), 60.0, options={"url": url, **options})
            wire = Web(time.time)
            wire.open()
            return await _ask(kind, planned(kind, with_backup(spec)), web=wire)

    return asyncio.run(asyncio.wait_for(work(), 60))


def ask_a_report(kind: ModuleType, beat: Beat | None, **options: object) -> Told:
    """Ask where a job reported by itself."""
    given = {"token": Secret("0123456789abcdef"), **options}
    spec = ProbeSpec(kind_of(kind), 60.0, options=given)
    probe = planned(kind, with_backup(spec))
    return asyncio.run(_ask(kind, probe, beats=Reported(beat)))


def ask_by_ssh(
    kind: ModuleType, server: Sshd, store: Path, key: Path, options: Mapping[str, object]
) -> Told:
    """Ask a host through the monitor's own SSH process."""
    spec = ProbeSpec(kind_of(kind), 60.0, options={"device": "xg-r1", **options})
    whole = with_backup(spec)
    host = replace(
        whole.devices["xg-r1"], platform="linux", login="reader", ssh_port=server.port,
        address=Endpoint("127.0.0.1"),
    )  # fmt: skip
    whole = replace(
        whole, devices={**whole.devices, "xg-r1": host},
        logins={"reader": login(key=key.read_text("ascii"))},
    )  # fmt: skip
    pin(store / HOST_KEYS, ("xg-r1", server.host_keys["ed25519"]))

    async def work() -> Told:
        door = SshDoor(SshConfig(), store, chance=lambda: 0.0)
        async with AsyncExitStack() as stack:
            door.load(whole)
            await door.start(stack)
            return await _ask(kind, planned(kind, whole), ssh=door)

    return asyncio.run(asyncio.wait_for(work(), 60))
