"""A trap process as the monitor starts it, in front of Debian's snmptrap and snmpinform."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from collectors.traps.form import Engine, Notification
from inventory.load import load
from inventory.model import Credential, Device, Endpoint, Inventory, Secret
from runtime.config import TrapsConfig
from runtime.traps.hearing import TrapDoor
from tests.servers import program

NOW: Final = 1_793_664_000
PLAIN: Final = Credential("plain", "2c", Secret("hush"))
OTHER: Final = Credential("other", "2c", Secret("quiet"))
SECURED: Final = Credential(
    "secured", "3", user="trapper", auth="SHA256", auth_key=Secret("authentication-secret"),
    priv="AES256", priv_key=Secret("privacy-secret"),
)  # fmt: skip
SIGNED: Final = Credential(
    "signed", "3", user="signer", auth="SHA1", auth_key=Secret("authentication-secret")
)
OPEN: Final = Credential("open", "3", user="anybody")
ENGINE: Final = "0x80001f8804746865626f78"
LINK_DOWN: Final = (
    "1.3.6.1.6.3.1.1.5.3",
    "1.3.6.1.2.1.2.2.1.1.7", "i", "7",
    "1.3.6.1.2.1.2.2.1.7.7", "i", "1",
    "1.3.6.1.2.1.2.2.1.8.7", "i", "2",
)  # fmt: skip
"""linkDown with ifIndex, ifAdminStatus and ifOperStatus (IF-MIB)."""


def inventory(folder: Path, *devices: tuple[str, str, Credential]) -> Inventory:
    """Return an inventory of devices (name, address, credential) at one site."""
    path = folder / "inventory.yaml"
    path.write_text(
        "schema: 1\nrevision: test\nsites:\n  p: {title: 省信息中心, level: province}\n",
        encoding="utf-8",
    )
    found, problems, _ = load(path, {})
    assert found is not None, problems
    return replace(
        found,
        credentials={one.id: one for _, _, one in devices},
        devices={
            name: Device(
                name, name, "p", "huawei_vrp", Endpoint(host, 161), credential.id,
                ("GigabitEthernet0/0/1", "GigabitEthernet0/0/2"),
            )
            for name, host, credential in devices
        },
    )  # fmt: skip


class Hearing:
    """A door that runs, and what came through it."""

    def __init__(self, door: TrapDoor, heard: list[Notification]) -> None:
        self.door = door
        self.heard = heard

    @property
    def port(self) -> int:
        return self.door.ports[0]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that the process tells; fail with what was told instead."""
        for _ in range(1_000):
            if condition():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{what}: {dict(self.door.stats())} {self.heard}")

    async def counted(self, **counts: int) -> None:
        """Wait until these counters stand at these numbers."""
        await self.until(
            lambda: all(self.door.counts()[name] == n for name, n in counts.items()), str(counts)
        )


@asynccontextmanager
async def hearing(
    known: Inventory,
    *,
    listen: Sequence[str] = ("127.0.0.1",),
    engines: Mapping[str, Engine] | None = None,
    **options: object,
) -> AsyncIterator[Hearing]:
    """Start a process that listens on loopback, and end it."""
    heard: list[Notification] = []
    form = {"listen": list(listen), **options}
    config = TrapsConfig.model_validate(form)
    config = config.model_copy(
        update={"listen": tuple(Endpoint(one.host, one.port or 0) for one in config.listen)}
    )
    door = TrapDoor(config, heard.append, lambda: NOW)
    door.open()
    try:
        await door.start(known, engines)
        yield Hearing(door, heard)
    finally:
        await door.stop()


async def said(command: str, *arguments: str, of: str = "") -> int:
    """Run snmptrap or snmpinform to its end, from the address `of`; return its exit code."""
    source = [f"--clientaddr={of}"] if of else []
    process = await asyncio.create_subprocess_exec(
        program(command), *source, *arguments,
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env={**os.environ, "MIBS": "", "SNMPCONFPATH": "/nonexistent"},
    )  # fmt: skip
    return await process.wait()
