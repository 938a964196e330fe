"""One host at one moment, whoever told it. None = not heard, never a zero.

Bytes, seconds, ratios 0-1; counters are since the host was started. Names are those of the host,
cut and without control characters; they are text of a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
"""What a processor does with its time, in the order of /proc/stat (proc(5))."""
LOCAL = frozenset(
    {
        "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat",
        "ntfs3", "ubifs", "bcachefs",
    }
)  # fmt: skip
"""File systems that are looked at: on disks of the host, and able to become full. A network's may
hang whoever asks for its size."""

_AHEAD = 300.0
"""Seconds by which a backup's time may lie ahead of its host's clock: it may be another host's."""


class Filesystem(msgspec.Struct, frozen=True):
    """A mounted filesystem; what is reserved for root is neither used nor available, as df(1)."""

    mountpoint: str
    device: str
    kind: str
    read_only: bool | None = None
    size_bytes: int | None = None
    used_bytes: int | None = None
    available_bytes: int | None = None
    files: int | None = None
    files_free: int | None = None

    @property
    def used_ratio(self) -> float | None:
        """Used part of what users may use, as df(1) tells it."""
        if self.used_bytes is None or self.available_bytes is None:
            return None
        whole = self.used_bytes + self.available_bytes
        return self.used_bytes / whole if whole else None

    @property
    def files_ratio(self) -> float | None:
        """Used part of the inodes; None where there is no fixed number of them (btrfs, vfat)."""
        if not self.files or self.files_free is None:
            return None
        return max(0.0, 1 - self.files_free / self.files)


class Disk(msgspec.Struct, frozen=True):
    """A block device. `busy_seconds`: time with a request under way."""

    name: str
    read_bytes: int
    written_bytes: int
    reads: int
    writes: int
    busy_seconds: float


class Port(msgspec.Struct, frozen=True):
    """A network interface of a host."""

    name: str
    in_bytes: int
    out_bytes: int
    in_errors: int
    out_errors: int
    in_drops: int
    out_drops: int


class Unit(msgspec.Struct, frozen=True):
    """A service as the host's init tells it: `active` or not, and its own word for how."""

    name: str
    active: bool
    state: str


class Process(msgspec.Struct, frozen=True):
    """One of the processes that use most. `cpu_ratio`: over its whole life, 1 = one core."""

    name: str
    user: str
    pid: int
    cpu_ratio: float
    resident_bytes: int


class Backup(msgspec.Struct, frozen=True):
    """What a backup job left behind: when (clock of the host), how large, and what it says itself.

    `size_bytes` None = it does not say. `words`: `key=value` of its first line. `there`: False = a
    link whose set was not seen (gone, not to be read, or its storage hangs); `at` is then when the
    link was made.
    """

    name: str
    at: int
    size_bytes: int | None
    words: Mapping[str, str] = {}
    there: bool = True


class HostReading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was heard. `missing` names the sections that were not, or not read.

    `clock_offset`: seconds by which the host's clock is behind (the kernel's and NTP's sign), as
    its own time service says; `synchronised`: whether that service says it is. `units`: None = the
    host does not tell; `units_whole`: what is not among them is not active. `names`: processes by
    name, where nothing tells of services.
    """

    hostname: str = ""
    kernel: str = ""
    machine: str = ""
    os: str = ""
    os_id: str = ""
    os_version: str = ""
    now: float | None = None
    boot_at: float | None = None
    uptime: float | None = None
    cpus: int | None = None
    modes: Mapping[str, float] | None = None
    running: int | None = None
    blocked: int | None = None
    load: tuple[float, float, float] | None = None
    memory: Mapping[str, int] = {}
    filesystems: tuple[Filesystem, ...] | None = None
    disks: tuple[Disk, ...] | None = None
    ports: tuple[Port, ...] | None = None
    time_source: str = ""
    clock_offset: float | None = None
    synchronised: bool | None = None
    init: str = ""
    units: tuple[Unit, ...] | None = None
    units_whole: bool = False
    names: Mapping[str, int] | None = None
    failed: tuple[str, ...] | None = None
    backups: tuple[Backup, ...] | None = None
    users: tuple[str, ...] | None = None
    processes: Mapping[str, int] | None = None
    busiest: tuple[Process, ...] = ()
    largest: tuple[Process, ...] = ()
    missing: tuple[str, ...] = ()


def busy_ratio(before: HostReading | None, now: HostReading) -> float | None:
    """Return the part of the time between two readings in which the processors were busy.

    None where there is no earlier one, the host was started in between, or its counters went back
    (iowait may, proc(5)).
    """
    if before is None or before.modes is None or now.modes is None:
        return None
    if before.boot_at is None or now.boot_at is None or abs(now.boot_at - before.boot_at) > 60:
        return None
    moved = {mode: now.modes[mode] - before.modes[mode] for mode in MODES}
    whole = sum(moved.values())
    if whole <= 0 or min(moved.values()) < -0.05 * whole:
        return None
    idle = max(0.0, moved["idle"]) + max(0.0, moved["iowait"])
    return min(1.0, max(0.0, 1 - idle / whole))


def memory_ratio(reading: HostReading) -> float | None:
    """Return the part of the memory that a new program could not have (MemAvailable)."""
    return _used(reading.memory.get("MemTotal"), reading.memory.get("MemAvailable"))


def swap_ratio(reading: HostReading) -> float | None:
    """Return the used part of the swap; None where there is none."""
    return _used(reading.memory.get("SwapTotal"), reading.memory.get("SwapFree"))


def _used(whole: int | None, free: int | None) -> float | None:
    return None if not whole or free is None else min(1.0, max(0.0, 1 - free / whole))


def each_once(filesystems: Iterable[Filesystem]) -> tuple[Filesystem, ...]:
    """Return of every device one filesystem: bind mounts and subvolumes share the room of one."""
    found: dict[str, Filesystem] = {}
    for one in filesystems:
        found.setdefault(one.device, one)
    return tuple(found.values())


def fullest(reading: HostReading) -> Filesystem | None:
    """Return the filesystem with the least room left of those that are written to."""
    return max(
        (
            one
            for one in reading.filesystems or ()
            if one.used_ratio is not None and _is_written(one)
        ),
        key=lambda one: one.used_ratio or 0.0,
        default=None,
    )


def most_files(reading: HostReading) -> Filesystem | None:
    """Return the filesystem with the fewest inodes left."""
    return max(
        (
            one
            for one in reading.filesystems or ()
            if one.files_ratio is not None and _is_written(one)
        ),
        key=lambda one: one.files_ratio or 0.0,
        default=None,
    )


def _is_written(one: Filesystem) -> bool:
    return one.read_only is not True


def storage(reading: HostReading) -> tuple[int, int] | None:
    """Return size and available bytes of all disks that are written to, each counted once.

    Datasets of a ZFS pool share what is available of it; each tells all of that as its own.
    """
    if reading.filesystems is None:
        return None
    taken: dict[str, int] = {}
    free: dict[str, int] = {}
    for one in each_once(filter(_is_written, reading.filesystems)):
        if one.size_bytes is None or one.available_bytes is None:
            continue
        room = one.device.partition("/")[0] if one.kind == "zfs" else one.device
        taken[room] = taken.get(room, 0) + max(0, one.size_bytes - one.available_bytes)
        free[room] = max(free.get(room, 0), one.available_bytes)
    if not free:
        return None
    return sum(taken.values()) + sum(free.values()), sum(free.values())


def is_running(reading: HostReading, service: str) -> bool | None:
    """Return whether a service that should run does; None where the host does not tell.

    By systemd or OpenRC; where there is neither, whether a process has that name (the kernel keeps
    15 characters of it, prctl(2)).
    """
    if reading.units is not None:
        wanted = service.removesuffix(".service")
        for unit in reading.units:
            if unit.name.removesuffix(".service") == wanted:
                return unit.active
        return False if reading.units_whole else None
    if reading.names is not None:
        return service.removesuffix(".service")[:15] in reading.names
    return None


def oldest_backup(reading: HostReading) -> float | None:
    """Return the age in seconds of the backup that is oldest; None where the age of none is known.

    One that lies in the future is not fresh: its time was written by a clock that was wrong.
    """
    now = reading.now
    if not reading.backups or now is None:
        return None
    ages = [now - one.at for one in reading.backups if one.at <= now + _AHEAD]
    return max((max(0.0, age) for age in ages), default=None)


def has_backups_ahead(reading: HostReading) -> bool:
    """Say whether a backup lies in the future, so that nobody knows how old it is."""
    now = reading.now
    return now is not None and any(one.at > now + _AHEAD for one in reading.backups or ())


class Seen(msgspec.Struct, frozen=True):
    """What is kept of a host: its last reading, and what two clocks and two readings say.

    `at`: when, on the monotonic clock. `busy`: part of the processors' time since the reading
    before. `clock`: by how many seconds at least its clock and ours differ, positive = it is ahead.
    """

    reading: HostReading
    source: str
    at: float
    busy: float | None
    clock: float | None


def clock_difference(now: float | None, before: float | None, after: float | None) -> float | None:
    """Return by how much at least a host's clock is ahead of ours (or behind, negative), seconds.

    It said `now` at some time between `before` and `after` on our clock; within that time nothing
    is known of a difference. BusyBox tells whole seconds, so one second is allowed for.
    """
    if now is None or before is None or after is None:
        return None
    if now > after:
        return now - after
    return min(0.0, now + (1.0 if now == int(now) else 0.0) - before)
