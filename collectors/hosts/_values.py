"""A host's reading as values of series: which there are, and what each is, in one order.

Series are fixed when the inventory is loaded and parts of a host are not known then. So there are
series of the file systems, disks, ports and services that the inventory names, a total of disks and
ports where it names none, and of the rest the one that matters (the fullest). Which one that is
stands in the host's document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from pydantic import StringConstraints

from collectors._series import NONE, area_of, device_series, shared
from collectors.hosts import _reading as host
from collectors.hosts._devices import ALL, total_disk, total_port
from collectors.hosts._reading import MODES, Disk, Filesystem, HostReading, Port
from inventory.model import Device, Inventory, device_target
from metrics.catalogue import CPU, DEVICE_STATE, MEMORY, Measurement, Metric
from metrics.families import hosts as m
from metrics.observation import Series, Value

T = TypeVar("T", Disk, Port)

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\s\"\\]+$")]
"""What a host calls a part of itself, as the inventory names it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of what there are series. `vital`: processor and memory as every device has them."""

    filesystems: tuple[str, ...]
    disks: tuple[str, ...]
    interfaces: tuple[str, ...]
    services: tuple[str, ...]
    vital: bool

    @property
    def raw(self) -> int:
        """How many values there are."""
        return (
            2 * self.vital
            + len(_PLAIN)
            + len(_OWN)
            + len(MODES)
            + len(_FILESYSTEM) * len(self.filesystems)
            + len(_DISK) * max(1, len(self.disks))
            + len(_PORT) * max(1, len(self.interfaces))
            + len(self.services)
        )


def _first(load: tuple[float, float, float] | None, place: int) -> Value:
    return None if load is None else load[place]


def _count(things: Collection[object] | None) -> Value:
    return None if things is None else len(things)


def _per_cpu(reading: HostReading) -> Value:
    return None if reading.load is None or not reading.cpus else reading.load[1] / reading.cpus


def _ratio(one: Filesystem | None) -> Value:
    return None if one is None else one.used_ratio


def _files(one: Filesystem | None) -> Value:
    return None if one is None else one.files_ratio


def _storage(reading: HostReading, place: int) -> Value:
    found = host.storage(reading)
    return None if found is None else found[place]


_PLAIN: Final[tuple[tuple[Metric, Callable[[HostReading], Value]], ...]] = (
    (m.LOAD1, lambda r: _first(r.load, 0)),
    (m.LOAD5, lambda r: _first(r.load, 1)),
    (m.LOAD15, lambda r: _first(r.load, 2)),
    (m.MEM_TOTAL, lambda r: r.memory.get("MemTotal")),
    (m.MEM_AVAILABLE, lambda r: r.memory.get("MemAvailable")),
    (m.SWAP_TOTAL, lambda r: r.memory.get("SwapTotal")),
    (m.SWAP_FREE, lambda r: r.memory.get("SwapFree")),
    (m.BOOT_TIME, lambda r: r.boot_at),
    (m.NODE_TIME, lambda r: r.now),
    (m.TIMEX_OFFSET, lambda r: r.clock_offset),
    (m.TIMEX_SYNC, lambda r: None if r.synchronised is None else int(r.synchronised)),
    (m.PROCS_RUNNING, lambda r: r.running),
    (m.PROCS_BLOCKED, lambda r: r.blocked),
    (m.PROCESSES, lambda r: None if r.processes is None else sum(r.processes.values())),
    (m.HOST_CPUS, lambda r: r.cpus),
    (m.HOST_LOAD, _per_cpu),
    (m.HOST_SWAP, host.swap_ratio),
    (m.HOST_FULLEST, lambda r: _ratio(host.fullest(r))),
    (m.HOST_INODES, lambda r: _files(host.most_files(r))),
    (m.HOST_STORAGE, lambda r: _storage(r, 0)),
    (m.HOST_STORAGE_FREE, lambda r: _storage(r, 1)),
    (m.HOST_FAILED, lambda r: _count(r.failed)),
    (m.HOST_USERS, lambda r: _count(r.users)),
    (m.HOST_UPTIME, lambda r: r.uptime),
    (m.HOST_BACKUP, host.oldest_backup),
)
_OWN: Final = (m.HOST_READ_ONLY, m.HOST_STOPPED, m.HOST_CLOCK)
_FILESYSTEM: Final = (
    m.FILESYSTEM_SIZE, m.FILESYSTEM_AVAIL, m.FILESYSTEM_FILES, m.FILESYSTEM_FILES_FREE,
)  # fmt: skip
_DISK: Final = (m.DISK_READ, m.DISK_WRITTEN, m.DISK_READS, m.DISK_WRITES, m.DISK_BUSY)
_PORT: Final = (
    m.NET_IN, m.NET_OUT, m.NET_IN_ERRORS, m.NET_OUT_ERRORS, m.NET_IN_DROPS, m.NET_OUT_DROPS,
)  # fmt: skip


def series_of(
    wanted: Wanted, device: Device, inventory: Inventory, *, state: bool
) -> tuple[Series, ...]:
    """Make the series, with the state of the device behind them where this probe carries it."""
    target = shared(device_target(device.id))
    common = {
        "area": area_of(inventory, device.site),
        "device": device.id,
        "level": inventory.sites[device.site].level,
        "site": device.site,
        "zone": device.zone or NONE,
    }

    def some(metrics: Iterable[Metric], kind: Measurement, **more: str) -> list[Series]:
        said = common | more
        labels = shared(tuple(shared((name, said[name])) for name in kind.labels))
        return [Series(metric, target, labels) for metric in metrics]

    found = list(device_series((CPU, MEMORY), device, inventory)) if wanted.vital else []
    for metric, _ in _PLAIN:
        found += some((metric,), metric.measurement)
    found += some(_OWN, m.HOST)
    for mode in MODES:
        found += some((m.CPU_SECONDS,), m.NODE_CPU, mode=mode)
    for mountpoint in wanted.filesystems:
        found += some(_FILESYSTEM, m.NODE_FILESYSTEM, mountpoint=mountpoint)
    for disk in wanted.disks or (ALL,):
        found += some(_DISK, m.NODE_DISK, disk=disk)
    for port in wanted.interfaces or (ALL,):
        found += some(_PORT, m.NODE_NETWORK, interface=port)
    for service in wanted.services:
        unit = f"{service.removesuffix('.service')}.service"
        found += some((m.UNIT_STATE,), m.NODE_UNIT, name=unit, state="active")
    if state:
        found += device_series((DEVICE_STATE,), device, inventory)
    return tuple(found)


def values_of(
    wanted: Wanted, reading: HostReading, busy: float | None, clock: float | None
) -> tuple[Value, ...]:
    """Return the values in the order of the series.

    `busy`: part of the time since the last reading; `clock`: difference to the monitor's, seconds.
    """
    running = [host.is_running(reading, service) for service in wanted.services]
    values: list[Value] = [busy, host.memory_ratio(reading)] if wanted.vital else []
    values += [read(reading) for _, read in _PLAIN]
    values += [_read_only(wanted, reading), _stopped(running), clock]
    values += [None if reading.modes is None else reading.modes.get(mode) for mode in MODES]
    mounted = {one.mountpoint: one for one in reading.filesystems or ()}
    for mountpoint in wanted.filesystems:
        values += _of_filesystem(mounted.get(mountpoint))
    for disk in _chosen(wanted.disks, reading.disks, total_disk):
        values += _of_disk(disk)
    for port in _chosen(wanted.interfaces, reading.ports, total_port):
        values += _of_port(port)
    values += [None if is_up is None else int(is_up) for is_up in running]
    return tuple(values)


def _chosen(
    names: tuple[str, ...], there: Sequence[T] | None, total: Callable[[Sequence[T]], T | None]
) -> list[T | None]:
    """Return the parts of these names; without names their total."""
    if not names:
        return [total(there or ())]
    by_name = {one.name: one for one in there or ()}
    return [by_name.get(name) for name in names]


def _read_only(wanted: Wanted, reading: HostReading) -> Value:
    if reading.filesystems is None:
        return None
    return sum(
        one.read_only is True for one in reading.filesystems if one.mountpoint in wanted.filesystems
    )


def _stopped(running: Sequence[bool | None]) -> Value:
    """Count what is known not to run; none of them only where all are known to run."""
    stopped = sum(is_up is False for is_up in running)
    return stopped if stopped or (running and None not in running) else None


def _of_filesystem(one: Filesystem | None) -> tuple[Value, ...]:
    if one is None:
        return (None,) * len(_FILESYSTEM)
    return one.size_bytes, one.available_bytes, one.files, one.files_free


def _of_disk(one: Disk | None) -> tuple[Value, ...]:
    if one is None:
        return (None,) * len(_DISK)
    return one.read_bytes, one.written_bytes, one.reads, one.writes, one.busy_seconds


def _of_port(one: Port | None) -> tuple[Value, ...]:
    if one is None:
        return (None,) * len(_PORT)
    return (
        one.in_bytes, one.out_bytes, one.in_errors, one.out_errors, one.in_drops, one.out_drops,
    )  # fmt: skip
