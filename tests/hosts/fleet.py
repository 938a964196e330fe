"""A small cloud centre for the tests of hosts, and a wire that runs the script on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from collectors._contract import Wires
from collectors._ssh import Access, Said, SshWire
from collectors._web import NoWeb, WebWire
from inventory.model import Device, Endpoint, Inventory, Login, ProbeSpec, Secret
from metrics.observation import Outcome, Probe, Value
from tests.collectors.network import network

CAPTURES = Path(__file__).parent / "captures"
LOOPBACK = Endpoint("127.0.0.1")
NAMES = sorted(path.stem for path in CAPTURES.glob("*.txt"))


def capture(name: str) -> str:
    return (CAPTURES / f"{name}.txt").read_text("utf-8")


def centre(
    *,
    kind: str = "host",
    options: Mapping[str, object] | None = None,
    address: Endpoint | None = LOOPBACK,
    zone: str = "dmz",
    probes: tuple[ProbeSpec, ...] | None = None,
) -> Inventory:
    """Return an inventory with one server, `db1`, that is asked by `kind`."""
    whole = network(snmp=Endpoint("127.0.0.1"))
    asked = probes or (ProbeSpec(kind, 60.0, options=options or {}),)
    server = Device("db1", "Database", "xg", "linux", address, probes=asked, login="ops", zone=zone)
    return replace(
        whole,
        devices={**whole.devices, "db1": server},
        logins={"ops": Login("ops", "monitor", password=Secret("p"))},
    )


class Shell:
    """Runs the script by a shell of this machine, as sshd would by that of another."""

    def __init__(self, *command: str, env: Mapping[str, str] | None = None) -> None:
        self._command = command or ("sh",)
        self._env = dict(env) if env is not None else {"PATH": "/usr/bin:/bin"}
        self.asked: list[tuple[Access, str, float, int]] = []

    async def run(
        self, access: Access, script: str, *, timeout: float, most_bytes: int = 262_144
    ) -> Said:
        self.asked.append((access, script, timeout, most_bytes))
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._env,
        )
        out, _ = await process.communicate(script.encode())
        return Said(Outcome.ANSWERED, "", (out.decode("utf-8", "replace"),))


class Saying(Shell):
    """Says what the test wants."""

    def __init__(self, *said: Said) -> None:
        super().__init__()
        self._said = list(said)

    async def run(
        self, access: Access, script: str, *, timeout: float, most_bytes: int = 262_144
    ) -> Said:
        self.asked.append((access, script, timeout, most_bytes))
        return self._said.pop(0)


def texts(*answers: str) -> Saying:
    return Saying(*(Said(Outcome.ANSWERED, "", (answer,)) for answer in answers))


def named(probe: Probe, values: tuple[Value, ...]) -> dict[str, Value]:
    """Return values by the name of their series; what tells it apart behind it in braces."""
    common = {"area", "device", "level", "site", "zone", "platform", "state"}
    found: dict[str, Value] = {}
    for series, value in zip(probe.series[: probe.raw], values, strict=True):
        own = ",".join(text for name, text in series.labels if name not in common)
        found[series.metric.name + (f"{{{own}}}" if own else "")] = value
    return found


def wires(ssh: Shell, at: float | None = None, web: WebWire | None = None) -> Wires:
    """Return wires of which only these may be used; the monitor's clock stands at `at`."""
    nobody = cast("Any", None)
    return Wires(
        nobody, nobody, nobody, ssh=cast("SshWire", ssh), web=web or NoWeb(), wall=lambda: at
    )
