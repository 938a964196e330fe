"""What a Linux host of the simulated cloud centre prints when it is asked about itself.

Pure: a host and an instant in, a text out. Counters never go back, load has its day and night and
a beat of a few minutes, disks fill. A fault is another value of the same host
(`dataclasses.replace`): a full disk, a stopped service, an old backup, a clock that is wrong.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

Os = Literal["kylin", "openeuler", "centos7", "debian", "alpine"]

_RELEASES: Final[dict[Os, tuple[str, ...]]] = {
    "kylin": (
        'NAME="Kylin Linux Advanced Server"', 'VERSION="V10 (Lance)"', 'ID="kylin"',
        'VERSION_ID="V10"', 'PRETTY_NAME="Kylin Linux Advanced Server V10 (Lance)"',
    ),
    "openeuler": (
        'NAME="openEuler"', 'VERSION="22.03 (LTS-SP3)"', 'ID="openEuler"', 'VERSION_ID="22.03"',
        'PRETTY_NAME="openEuler 22.03 (LTS-SP3)"',
    ),
    "centos7": (
        'NAME="CentOS Linux"', 'VERSION="7 (Core)"', 'ID="centos"', 'VERSION_ID="7"',
        'PRETTY_NAME="CentOS Linux 7 (Core)"',
    ),
    "debian": (
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 'NAME="Debian GNU/Linux"',
        'VERSION_ID="12"', 'VERSION="12 (bookworm)"', "ID=debian",
    ),
    "alpine": (
        'NAME="Alpine Linux"', "ID=alpine", "VERSION_ID=3.20.3",
        'PRETTY_NAME="Alpine Linux v3.20"',
    ),
}  # fmt: skip
_KERNELS: Final[dict[Os, str]] = {
    "kylin": "Linux 4.19.90-52.22.v2207.ky10.aarch64 aarch64",
    "openeuler": "Linux 5.10.0-182.0.0.95.oe2203sp3.aarch64 aarch64",
    "centos7": "Linux 3.10.0-1160.119.1.el7.x86_64 x86_64",
    "debian": "Linux 6.1.0-28-amd64 x86_64",
    "alpine": "Linux 6.6.58-0-virt x86_64",
}
_TICKS: Final = 100
_DAY: Final = 86_400
_BEAT: Final = 420
"""Seconds of the shorter wave of the load."""
_KILO: Final = 1024


@dataclass(frozen=True, slots=True)
class Disk:
    """A filesystem: its size, how full it was at `Host.booted_at`, and how much it grows a day."""

    mountpoint: str
    bytes: int
    used_ratio: float = 0.4
    grows_a_day: float = 0.0
    inodes_ratio: float = 0.05


@dataclass(frozen=True, slots=True)
class Backup:
    """A state file of a backup job, renewed every `every` seconds, the last time `late` ago more.

    `said`: its first line, as `size=1048576 lag=3`.
    """

    name: str
    every: int = _DAY
    late: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """A host. Ratios 0-1, bytes, UTC seconds.

    `load`: part of the processors that is busy at midday. `services` run, `stopped` are there and
    do not, `failed` failed. `clock_behind`: seconds by which its clock is slow.
    """

    name: str
    os: Os = "kylin"
    cpus: int = 16
    memory_bytes: int = 64 << 30
    memory_ratio: float = 0.5
    load: float = 0.3
    disks: tuple[Disk, ...] = (Disk("/", 100 << 30), Disk("/data", 2 << 40, 0.6, 0.001))
    booted_at: int = 1_790_000_000
    seed: int = 0
    services: tuple[str, ...] = ("sshd", "chronyd", "nginx")
    stopped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    clock_behind: float = 0.0
    synchronised: bool = True
    backups: tuple[Backup, ...] = ()
    users: tuple[str, ...] = ()
    net_bps: float = 40e6
    noise: tuple[float, float] = field(init=False)
    """Phases of its waves, from the seed."""

    def __post_init__(self) -> None:
        chance = random.Random(f"{self.name} {self.seed}")
        object.__setattr__(self, "noise", (chance.random(), chance.random()))


def busy(host: Host, at: float) -> float:
    """Return the part of the processors that is busy at an instant."""
    return host.load * (
        1
        + 0.5 * math.sin(2 * math.pi * (at / _DAY + host.noise[0]))
        + 0.3 * math.sin(2 * math.pi * (at / _BEAT + host.noise[1]))
    )


def busy_seconds(host: Host, at: float) -> float:
    """Return the integral of `busy` since the start: seconds of one processor's time."""

    def part(moment: float, period: float, phase: float) -> float:
        return -period / (2 * math.pi) * math.cos(2 * math.pi * (moment / period + phase))

    def whole(moment: float) -> float:
        day, beat = part(moment, _DAY, host.noise[0]), part(moment, _BEAT, host.noise[1])
        return host.load * (moment + 0.5 * day + 0.3 * beat)

    return whole(at) - whole(host.booted_at)


def render(host: Host, at: float) -> str:
    """Return what the host prints at an instant, in UTC seconds of whoever asks."""
    at = max(at, host.booted_at + 1.0)
    return "".join(f"{line}\n" for line in _lines(host, at))


def _lines(host: Host, at: float) -> Iterator[str]:
    up = at - host.booted_at
    yield from ("", "#extranet clock", _clock(host, at - host.clock_behind))
    yield from ("", "#extranet kernel", _KERNELS[host.os], host.name)
    yield from ("", "#extranet os", *_RELEASES[host.os])
    yield from ("", "#extranet stat", *_stat(host, at))
    yield from ("", "#extranet uptime", f"{up:.2f} {up * host.cpus:.2f}")
    load = busy(host, at) * host.cpus
    yield from (
        "",
        "#extranet load",
        f"{load:.2f} {load * 0.95:.2f} {load * 0.9:.2f} 2/512 {int(up)}",
    )
    yield from ("", "#extranet memory", *_memory(host, at))
    yield from ("", "#extranet mounts")
    for number, disk in enumerate(host.disks):
        yield f"/dev/vd{chr(97 + number)}1 {disk.mountpoint} xfs rw"
    yield from ("", "#extranet space", *_space(host, at))
    yield from ("", "#extranet inodes", *_inodes(host))
    yield from ("", "#extranet disks", *_disks(host, at))
    yield from ("", "#extranet network", *_network(host, at))
    yield from ("", "#extranet time", *_time(host))
    yield from ("", "#extranet units", *_units(host))
    yield from ("", "#extranet failed")
    if host.os != "alpine":
        yield "systemd"
        yield from (f"{name}.service loaded failed failed {name}" for name in host.failed)
    yield from ("", "#extranet backups")
    if host.backups:
        yield "folder"
        yield from (_backup(host, one, at) for one in host.backups)
    yield from ("", "#extranet users")
    if host.os != "alpine":
        yield "who"
        yield from (f"{user} pts/0 2026-11-26 09:00 (10.0.0.8)" for user in host.users)
    yield from ("", "#extranet processes", *_processes(host, at))
    yield from ("", "#extranet end")


def _clock(host: Host, now: float) -> str:
    seconds = int(now)
    return f"{seconds} %N" if host.os == "alpine" else f"{seconds} {int((now - seconds) * 1e9):09d}"


def _stat(host: Host, at: float) -> Iterator[str]:
    busy_ticks = busy_seconds(host, at) * host.cpus * _TICKS
    whole = (at - host.booted_at) * host.cpus * _TICKS
    idle = int(max(0.0, whole - busy_ticks) * 0.98)
    waiting = int(max(0.0, whole - busy_ticks) * 0.02)
    user, system, soft = int(busy_ticks * 0.7), int(busy_ticks * 0.25), int(busy_ticks * 0.05)
    yield f"cpu  {user} 0 {system} {idle} {waiting} 0 {soft} 0 0 0"
    yield f"btime {host.booted_at}"
    yield f"processes {int((at - host.booted_at) * 3)}"
    yield f"procs_running {1 + int(busy(host, at) * host.cpus)}"
    yield "procs_blocked 0"
    yield f"cpus {host.cpus}"


def _memory(host: Host, at: float) -> Iterator[str]:
    total = host.memory_bytes // _KILO
    used = min(0.99, host.memory_ratio * (1 + 0.05 * math.sin(2 * math.pi * at / _DAY)))
    available = int(total * (1 - used))
    swap = 0 if host.os == "alpine" else 8 << 20
    for name, kilobytes in (
        ("MemTotal", total),
        ("MemFree", available // 3),
        ("MemAvailable", available),
        ("Buffers", total // 200),
        ("Cached", available // 2),
        ("SwapTotal", swap),
        ("SwapFree", swap),
        ("Shmem", total // 400),
        ("SReclaimable", total // 100),
    ):
        yield f"{name + ':':<15} {kilobytes:>9} kB"


def _space(host: Host, at: float) -> Iterator[str]:
    yield "Filesystem     1024-blocks      Used Available Capacity Mounted on"
    for number, disk in enumerate(host.disks):
        size = disk.bytes // _KILO
        grown = disk.used_ratio + disk.grows_a_day * (at - host.booted_at) / _DAY
        used = int(size * min(1.0, grown))
        share = round(100 * used / size) if size else 0
        yield f"/dev/vd{chr(97 + number)}1 {size} {used} {size - used} {share}% {disk.mountpoint}"


def _inodes(host: Host) -> Iterator[str]:
    yield "Filesystem       Inodes  IUsed    IFree IUse% Mounted on"
    for number, disk in enumerate(host.disks):
        count = max(1, disk.bytes // 16_384)
        used = int(count * disk.inodes_ratio)
        share = round(100 * disk.inodes_ratio)
        yield f"/dev/vd{chr(97 + number)}1 {count} {used} {count - used} {share}% {disk.mountpoint}"


def _disks(host: Host, at: float) -> Iterator[str]:
    worked = busy_seconds(host, at)
    for number in range(len(host.disks)):
        reads, writes = int(worked * 40), int(worked * 60)
        yield (
            f" 253 {16 * number:7d} vd{chr(97 + number)} {reads} 0 {reads * 32} {reads} "
            f"{writes} 0 {writes * 64} {writes * 2} 0 {int(worked * 200)} {reads + writes} 0 0 0 0"
        )


def _network(host: Host, at: float) -> Iterator[str]:
    into = int(busy_seconds(host, at) / max(host.load, 0.01) * host.net_bps / 8)
    yield f"  eth0: {into} {into // 800} 0 0 0 0 0 0 {into // 3} {into // 1600} 0 0 0 0 0 0"


def _time(host: Host) -> Iterator[str]:
    if host.os == "alpine":
        return
    yield "chrony"
    leap = "Normal" if host.synchronised else "Not synchronised"
    yield (
        f"0A000001,10.0.0.1,3,1795671900.123456789,{host.clock_behind:.9f},0.000012345,0.000023456,"
        f"-12.345,0.001,0.012,0.001234567,0.000987654,64.5,{leap}"
    )


def _units(host: Host) -> Iterator[str]:
    if host.os == "alpine":
        yield "openrc"
        yield "Runlevel: default"
        yield from (f" {name:<60} [  started  ]" for name in host.services)
        yield from (f" {name:<60} [  stopped  ]" for name in host.stopped)
        yield from (f" {name:<60} [  crashed  ]" for name in host.failed)
        return
    yield "systemd"
    for name in host.services:
        yield f"{name}.service loaded active running {name}"
    for name in host.failed:
        yield f"{name}.service loaded failed failed {name}"


def _backup(host: Host, job: Backup, at: float) -> str:
    done = int(at - at % job.every) - job.late - int(host.clock_behind)
    return f"file {done} {len(job.said)} {job.name}\t{job.said}"


def _processes(host: Host, at: float) -> Iterator[str]:
    running = 1 + int(busy(host, at) * host.cpus)
    yield "short" if host.os == "alpine" else "full"
    yield f"    {180 + len(host.services)} state S"
    yield f"      {running} state R"
    if host.os == "alpine":
        return
    for number, name in enumerate(host.services[:5]):
        share = 100 * busy(host, at) / (number + 2)
        resident = host.memory_bytes // _KILO // (16 * (number + 1))
        for kind in ("cpu", "memory"):
            yield f"{kind} {share:4.1f} {resident} {1000 + number} root S {name}"
