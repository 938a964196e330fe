"""The servers of the simulated cloud centre: which there are, and in what state each is.

A server is known by its name: `<site>-web03` is the third web server. What is wrong with the few
that have something wrong is the same each time, so that a demonstration can tell of it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from simulator.host_output import Backup, Disk, Host, Os, render

_GIB: Final = 1 << 30
_TIB: Final = 1 << 40
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of server: its security zone (安全域), how many there are, what they are like."""

    name: str
    title: str
    zone: str
    number: int
    os: Os
    cpus: int
    memory: int
    load: float
    services: tuple[str, ...]
    disks: tuple[Disk, ...]


_ROOT: Final = Disk("/", 100 * _GIB)
ROLES: Final = (
    Role("web", "门户网站", "互联网服务区", 6, "kylin", 16, 64 * _GIB, 0.25,
         ("sshd", "chronyd", "nginx"), (_ROOT, Disk("/data", _TIB, 0.35, 0.0008))),
    Role("app", "业务应用", "政务外网业务区", 8, "openeuler", 32, 128 * _GIB, 0.35,
         ("sshd", "chronyd", "tomcat"), (_ROOT, Disk("/data", _TIB, 0.4, 0.001))),
    Role("db", "数据库", "数据区", 4, "kylin", 64, 512 * _GIB, 0.3,
         ("sshd", "chronyd", "dameng"), (_ROOT, Disk("/data", 8 * _TIB, 0.35, 0.001))),
    Role("exchange", "数据交换", "数据交换区", 2, "centos7", 16, 64 * _GIB, 0.2,
         ("sshd", "chronyd", "exchange"), (_ROOT, Disk("/data", 2 * _TIB, 0.5))),
    Role("backup", "备份", "数据区", 2, "debian", 8, 32 * _GIB, 0.1,
         ("ssh", "chrony", "backup"), (_ROOT, Disk("/backup", 40 * _TIB, 0.5, 0.0008))),
    Role("manage", "运维管理", "管理区", 2, "alpine", 4, 8 * _GIB, 0.15,
         ("sshd", "chronyd"), (_ROOT,)),
)  # fmt: skip
_BY_NAME: Final = {role.name: role for role in ROLES}
_NAME: Final = re.compile(r"(?:.*-)?([a-z]+)(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Server:
    """A server of the plan."""

    id: str
    title: str
    zone: str


def servers(site: str, most: int) -> Iterator[Server]:
    """Yield so many servers of a cloud centre; beyond 24 they are for the web and applications."""
    made = 0
    numbers = {role.name: 0 for role in ROLES}
    usual = [role for role in ROLES for _ in range(role.number)]
    while made < most:
        role = usual[made] if made < len(usual) else ROLES[made % 2]
        numbers[role.name] += 1
        number = numbers[role.name]
        yield Server(f"{site}-{role.name}{number:02d}", f"{role.title}服务器{number}", role.zone)
        made += 1


def host(name: str, since: float) -> Host:
    """Return a server that ran long before `since` (UTC seconds); any name gives one."""
    found = _NAME.match(name)
    role = _BY_NAME.get(found[1], ROLES[1]) if found else ROLES[1]
    seed = zlib.crc32(name.encode())
    number = int(found[2]) if found else seed % 90
    disks, services = role.disks, role.services
    failed: tuple[str, ...] = ()
    backups = tuple(
        Backup(f"{kind}-{role.name}", late=late, said=f"size={size} lag={number}")
        for kind, late, size in (("full", _late(role, number), 512 * _GIB), ("log", 0, 3 * _GIB))
        if role.name in {"db", "backup"}
    )
    if (role.name, number) == ("db", 2):
        disks = (*disks, Disk("/archive", 4 * _TIB, 0.9, 0.0001))
    if (role.name, number) == ("app", 5):
        services, failed = role.services[:-1], role.services[-1:]
    return Host(
        name,
        role.os,
        role.cpus,
        role.memory,
        memory_ratio=0.4 + seed % 35 / 100,
        load=role.load,
        disks=disks,
        booted_at=int(since) - (20 + seed % 300) * _DAY,
        seed=seed,
        services=services,
        failed=failed,
        clock_behind=2.5 if (role.name, number) == ("manage", 2) else 0.0,
        synchronised=(role.name, number) != ("manage", 2),
        backups=backups,
        users=("root",) if role.name == "manage" else (),
    )


def _late(role: Role, number: int) -> int:
    return 3 * _DAY if (role.name, number) == ("backup", 2) else 0


def answer(name: str, at: float, since: float) -> str:
    """Return what a server prints that runs the monitor's script at an instant."""
    return render(host(name, since), at)
