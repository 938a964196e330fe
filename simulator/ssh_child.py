"""The SSH servers of a province that is served: a process of their own, told what befalls it.

Their threads would hold up the answers to datagrams. What the process writes first is where its
nodes listen and which host keys they show; the monitor's file of pinned keys is made of that, as
if somebody had enrolled them all.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from simulator import ssh_nodes, ssh_plan, ssh_real
from simulator.province import Plan
from simulator.ssh_cloud import servers

_NODES: Final = "ssh.json"
_REAL: Final = "sshd"
_PINNED: Final = Path("data") / "host_keys"


class SshChild:
    """Passes on what happens: places that are reached no more, configurations that change.

    It may be told before it is served, and where nothing is: then there is nobody to pass it on to.
    """

    def __init__(self, plan: Plan) -> None:
        self.changed: Callable[[str], None] = lambda _: None
        """Is told of each device whose configuration was changed."""
        self._orders: IO[bytes] | None = None
        served = plan.settings.hosts > 0
        self._gear = [device.id for device in ssh_plan.gear(plan)] if served else []
        self._at: dict[str, list[str]] = {}
        for device in ssh_plan.gear(plan) if served else ():
            self._at.setdefault(device.site, []).append(device.id)
        cloud = ssh_plan.cloud(plan)
        names = [server.id for server in servers(cloud, plan.settings.hosts)]
        self._at.setdefault(cloud, []).extend(names)
        self._away: set[str] = set()
        self._turn = 0

    def hear(self, kind: str, target: str, state: str) -> None:
        """Be a witness of the world: places are reached or not."""
        here = self._at.get(target.removeprefix("site:")) if kind == "site" else None
        if here:
            (self._away.difference_update if state == "up" else self._away.update)(here)
            self._order(do="away", nodes=sorted(self._away))

    def change(self, device: str) -> None:
        """Let somebody change the configuration of a device; raise KeyError for one without SSH."""
        if device not in self._gear:
            raise KeyError(device)
        self._order(do="change", node=device)
        self.changed(device)

    async def changes(self, seconds: float) -> None:
        """For ever: let somebody change the configuration of the next device now and then."""
        while self._gear:
            await asyncio.sleep(seconds)
            self.change(self._gear[self._turn % len(self._gear)])
            self._turn += 1

    def attach(self, orders: IO[bytes]) -> None:
        """Pass on what happens from now on, and who is away already."""
        self._orders = orders
        self._order(do="away", nodes=sorted(self._away))

    def _order(self, **order: object) -> None:
        if self._orders is None:
            return
        with contextlib.suppress(OSError):  # it has ended: whoever serves will see
            self._orders.write(json.dumps(order).encode() + b"\n")
            self._orders.flush()


@contextmanager
def serving(plan: Plan, folder: Path, told: SshChild) -> Iterator[None]:
    """Serve the SSH side of a province, where it has one; raise OSError where it cannot be."""
    if not plan.settings.hosts:
        yield
        return
    given = ssh_plan.read_secrets(folder)
    ssh_nodes.write(folder / _NODES, ssh_plan.nodes(plan, given))
    command = [sys.executable, "-m", "simulator", "ssh", str(folder / _NODES)]
    if plan.settings.real_port:
        command += ["--sshd", str(folder / _REAL)]
    with contextlib.ExitStack() as stack:
        child = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - our own program, no shell
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )
        stack.callback(child.terminate)
        assert child.stdin is not None
        assert child.stdout is not None
        said = json.loads(child.stdout.readline() or b"{}")
        if not said.get("ready"):
            raise OSError("the SSH servers did not start")
        keys = said["host_keys"]
        if plan.settings.real_port:
            keys += ssh_real.known_host(folder / _REAL)
        _pin(folder / _PINNED, keys)
        told.attach(child.stdin)
        yield


def _pin(file: Path, keys: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(keys)
    new.replace(file)


def prepare_real(folder: Path, port: int) -> bool:
    """Make a real host ready where OpenSSH is installed; tell whether there will be one."""
    return ssh_real.prepare(folder / _REAL, port, ssh_plan.read_secrets(folder).public_key)
