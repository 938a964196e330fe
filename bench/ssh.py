"""What SSH costs: hundreds of hosts at their pace, and whether ten thousand polls leave anything.

    python -m bench.ssh [--hosts 500] [--every 60] [--seconds 120] [--polls 10000]

The hosts are the simulator's, in a process of their own that is not counted. Counted are the SSH
process and this one, where the collector `host` asks, reads the answer and keeps its values, on the
core that neither shares with the hosts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import processes
from collectors import host
from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors.wires.echo import open_echo
from collectors.wires.snmp import open_snmp
from inventory.load import load
from inventory.model import Inventory, ProbeSpec, device_target
from metrics.observation import Outcome, Probe
from runtime.sections.ssh import SshConfig
from runtime.ssh.wire import HOST_KEYS, SshDoor
from simulator import ssh_nodes

_WORD: Final = "of-the-bench"
_USER: Final = "reader"
_AT_ONCE: Final = 16
_STEPS: Final = 10


@dataclass(frozen=True, slots=True)
class Levels:
    """How the SSH process stands."""

    polls: int
    descriptors: float
    threads: float
    rss_mb: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--every", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--polls", type=int, default=10_000)
    options = parser.parse_args()
    where = processes.cores()
    os.sched_setaffinity(0, {where.work})
    with tempfile.TemporaryDirectory(prefix="extranet-bench-") as name:
        folder = Path(name)
        nodes = [
            ssh_nodes.Node(f"bench-web{n:03d}", _address(n), 0, "linux", _USER, _WORD, seed=n)
            for n in range(options.hosts)
        ]
        ssh_nodes.write(folder / "nodes.json", nodes)
        command = [
            sys.executable, "-m", "simulator", "ssh", str(folder / "nodes.json"),
            "--host-keys", str(folder / HOST_KEYS),
        ]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as served:
            assert served.stdin is not None
            assert served.stdout is not None
            os.sched_setaffinity(served.pid, {where.network})
            try:
                ports = json.loads(served.stdout.readline())["ports"]
                asyncio.run(_measure(folder, _inventory(folder, nodes, ports), options))
            finally:
                served.stdin.close()  # it ends with that


def _address(number: int) -> str:
    return f"127.8.{number // 250}.{number % 250 + 1}"


def _inventory(
    folder: Path, nodes: Sequence[ssh_nodes.Node], ports: Mapping[str, int]
) -> Inventory:
    lines = [
        "schema: 1",
        "sites: {cloud: {title: Cloud, level: province}}",
        f'logins: {{reader: {{user: {_USER}, password: "${{WORD}}", most: 64}}}}',
        "devices:",
        *(
            f"  {node.id}: {{title: Host, site: cloud, platform: linux, address: {node.host},"
            f" login: reader, ssh_port: {ports[node.id]}}}"
            for node in nodes
        ),
    ]
    path = folder / "inventory.yaml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    inventory, problems, _ = load(path, {"WORD": _WORD})
    if inventory is None:
        raise RuntimeError(f"{problems[:3]}")
    return inventory


class _Asking:
    """Asks every host, and counts what came of it."""

    def __init__(self, inventory: Inventory, wires: Wires, every: float) -> None:
        spec = ProbeSpec("host", every, None, {})
        found = (host.plan(spec, device_target(one), inventory) for one in inventory.devices)
        self.probes = [probe for probe in found if probe is not None]
        self.outcomes: Counter[str] = Counter()
        self._memories = {probe.id: DeviceMemory() for probe in self.probes}
        self._wires = wires

    async def ask(self, probe: Probe) -> Answer:
        """Ask one host."""
        answer = await host.ask(probe, self._wires, self._memories[probe.id])
        good = answer.outcome is Outcome.ANSWERED
        self.outcomes[answer.outcome.name if good else answer.reason] += 1
        return answer

    async def at_their_pace(self, every: float, seconds: float) -> None:
        """Ask each host every so many seconds, evenly spread, for so long."""
        gap, began, tasks = every / len(self.probes), time.monotonic(), set()
        for number in range(round(seconds / gap)):
            await asyncio.sleep(max(0.0, began + number * gap - time.monotonic()))
            task = asyncio.create_task(self.ask(self.probes[number % len(self.probes)]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def as_fast_as_it_goes(self, polls: int) -> None:
        """Ask so often, some at once."""
        left: Iterator[int] = iter(range(polls))

        async def some() -> None:
            for number in left:
                await self.ask(self.probes[number % len(self.probes)])

        await asyncio.gather(*(some() for _ in range(_AT_ONCE)))


async def _measure(folder: Path, inventory: Inventory, options: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        door = SshDoor(SshConfig(), folder)
        door.load(inventory)
        await door.start(stack)
        snmp = open_snmp("auto")
        stack.push_async_callback(snmp.close)
        wires = Wires(snmp, open_echo("icmp"), open_echo("udp"), ssh=door, wall=time.time)
        asking = _Asking(inventory, wires, options.every)
        began = time.monotonic()
        await asking.as_fast_as_it_goes(len(asking.probes))
        print(f"every host logged in to after {time.monotonic() - began:.1f} s")
        await _paced(door, asking, options)
        await _many(door, asking, options.polls)


async def _paced(door: SshDoor, asking: _Asking, options: argparse.Namespace) -> None:
    pid = door.pid
    assert pid is not None
    idle = processes.cpu_seconds(pid)
    await asyncio.sleep(10)
    idle = (processes.cpu_seconds(pid) - idle) / 10
    asking.outcomes.clear()
    theirs, ours, began = processes.cpu_seconds(pid), time.process_time(), time.monotonic()
    await asking.at_their_pace(options.every, options.seconds)
    took = time.monotonic() - began
    theirs, ours = processes.cpu_seconds(pid) - theirs, time.process_time() - ours
    print(f"idle, {len(asking.probes)} connections: {idle:.2%} of a core")
    print(
        f"{len(asking.probes)} hosts every {options.every:g} s: SSH process {theirs / took:.1%},"
        f" asking and reading {ours / took:.1%}, in all {(theirs + ours) / took:.1%} of a core"
    )
    print(f"outcomes: {dict(asking.outcomes)}; RSS {processes.memory_mb(pid):.0f} MB")


async def _many(door: SshDoor, asking: _Asking, polls: int) -> None:
    print("| polls | descriptors | threads | RSS MB |\n|---|---|---|---|")
    done = 0
    while done < polls:
        await asking.as_fast_as_it_goes(polls // _STEPS)
        done += polls // _STEPS
        await asyncio.sleep(2)  # it tells its levels once a second
        stats = door.stats()
        level = Levels(done, stats["descriptors"], stats["threads"], stats["rss_bytes"] / 1e6)
        print(f"| {level.polls} | {level.descriptors} | {level.threads} | {level.rss_mb:.1f} |")
    print(f"outcomes: {dict(asking.outcomes)}")


if __name__ == "__main__":
    main()
