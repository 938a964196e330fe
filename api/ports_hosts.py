"""What the api may ask about hosts and about the capacity of the cloud centre.

Bytes, processors, seconds, ratios 0-1, UTC seconds; None = not heard. Names of parts of a host are
text of its own, to be escaped like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from metrics.capacity import Remark, Resource


class Fullest(msgspec.Struct, frozen=True):
    """The part of which least is left."""

    name: str
    ratio: float


class HostNow(msgspec.Struct, frozen=True, kw_only=True):
    """A host at a glance, from its last answer.

    `source`: `ssh` or `node_exporter`. `cpu_ratio`: over the last interval. `clock`: by how much at
    least its clock is ahead of ours (negative: behind). `services_failed`: units that its systemd
    calls failed. `backup_age`: of the oldest of its jobs. `missing`: what it did not tell.
    """

    device: str
    source: str
    heard_at: int
    os: str = ""
    kernel: str = ""
    machine: str = ""
    cpus: int | None = None
    cpu_ratio: float | None = None
    load_per_cpu: float | None = None
    memory_bytes: int | None = None
    memory_ratio: float | None = None
    swap_ratio: float | None = None
    filesystem: Fullest | None = None
    inodes: Fullest | None = None
    storage_bytes: int | None = None
    storage_available_bytes: int | None = None
    uptime: float | None = None
    clock: float | None = None
    synchronised: bool | None = None
    services_failed: Sequence[str] | None = None
    backup_age: float | None = None
    users: int | None = None
    missing: Sequence[str] = ()


class Hosts(Protocol):
    """What hosts said last. It is forgotten at a restart, and heard again within a minute."""

    def host(self, device: str) -> HostNow | None:
        """Return a host at a glance; None = it was not heard so far."""

    def document(self, device: str) -> Mapping[str, object] | None:
        """Return everything it said: filesystems, disks, ports, units, processes, backups."""


class Use(msgspec.Struct, frozen=True):
    """A resource of a group: what there is and what is used, and where that goes.

    `full_on`: the day (`2027-03-01`, of China) on which `limit` of it will be used, between
    `earliest` and `latest`; None where the days do not show one, and `remark` says why.
    """

    resource: Resource
    total: float
    used: float
    free: float
    ratio: float
    limit: float
    days: int
    per_day: float | None
    full_on: str | None
    earliest: str | None
    latest: str | None
    remark: Remark


class Group(msgspec.Struct, frozen=True):
    """Hosts of a zone, of a site, or all. `heard`: how many of them were heard of late."""

    kind: Literal["all", "zone", "site"]
    id: str
    hosts: int
    heard: int
    uses: Sequence[Use]


class Capacities(msgspec.Struct, frozen=True):
    """What there is and what is used, as worked out at `at` (UTC seconds; None = not yet)."""

    at: int | None
    groups: Sequence[Group]
    failure: str = ""
    """Why nothing can be kept, a code of the store; "" = it can."""


class Capacity(Protocol):
    """The capacity of the cloud centre."""

    def capacities(self) -> Capacities:
        """Return it as it was worked out last."""
