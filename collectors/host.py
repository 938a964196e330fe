"""How is this Linux host: processors, memory, disks, ports, services, clock, backups; by SSH.

One constant script (`collectors/hosts/script.sh`) over the connection that is kept, one round trip
a run; nothing is put into it and nothing is left on the host. Kylin, openEuler, CentOS, Debian and
BusyBox answer it alike. Windows is out of scope. What is heard is kept for the host's page.

Reasons: `script_unread` the answer is not the script's (a forced command, a restricted shell);
`incomplete` the answer was cut, or lacks what every host has; the SSH wire's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from pydantic import Field

from collectors._contract import Answer, Wires
from collectors._memory import DeviceMemory
from collectors._ssh import Access, access_of
from collectors.hosts import _asked
from collectors.hosts._script import SCRIPT, read
from collectors.hosts._values import Name, Wanted
from inventory.model import Inventory, ProbeSpec, TargetId
from inventory.strict import Strict
from metrics.observation import Outcome, Probe

FLOOR_SECONDS: Final = _asked.FLOOR_SECONDS
ASIDE: Final = True
"""A log-in takes a second: a device that SNMP asks as well has its polls in time."""
_SOURCE: Final = "ssh"
_MOST_BYTES: Final = 262_144
_MARGIN: Final = 0.5
"""Seconds between the wire's end and the run's, so that the wire says what it waited for."""


class Options(Strict):
    """What is looked at by name: mount points, block devices, ports, and services that should run.

    Without names of disks or ports there are series of their total.
    """

    filesystems: tuple[Name, ...] = Field(default=("/",), max_length=32)
    disks: tuple[Name, ...] = Field(default=(), max_length=32)
    interfaces: tuple[Name, ...] = Field(default=(), max_length=32)
    services: tuple[Name, ...] = Field(default=(), max_length=64)


@dataclass(frozen=True, slots=True)
class _Question:
    access: Access
    wanted: Wanted
    timeout: float = field(compare=False)


def plan(spec: ProbeSpec, target: TargetId, inventory: Inventory) -> Probe | None:
    """Prepare to ask a device that has an address and a login."""
    device = _asked.device_of(target, inventory)
    if device is None or _asked.is_asked_otherwise("host", device):
        return None
    access = access_of(device, inventory)
    if access is None:
        return None
    options = Options.model_validate(dict(spec.options))
    wanted = _asked.wanted_of(
        device,
        filesystems=options.filesystems,
        disks=options.disks,
        interfaces=options.interfaces,
        services=options.services,
    )
    timeout = _asked.deadline_of(spec) - _MARGIN
    return _asked.probe_of(spec, device, inventory, wanted, _Question(access, wanted, timeout))


async def ask(probe: Probe, wires: Wires, memory: DeviceMemory) -> Answer:
    """Ask once."""
    question: _Question = probe.question  # type: ignore[assignment]  # plan() put it there
    before = wires.wall()
    said = await wires.ssh.run(
        question.access, SCRIPT, timeout=question.timeout, most_bytes=_MOST_BYTES
    )
    after = wires.wall()
    nothing = _asked.nothing(question.wanted)
    if said.outcome is not Outcome.ANSWERED:
        return Answer(said.outcome, said.reason, nothing)
    reading = read(said.texts[0]) if said.texts else None
    if reading is None:
        return Answer(Outcome.GARBLED, "script_unread", nothing)
    return _asked.answer(reading, question.wanted, memory, source=_SOURCE, window=(before, after))
