"""Hosts as they were heard last, and what they use day by day.

What a host said is kept in what is known of its device; here it is put in the form of the api.
Every ten minutes a sample of each host moves its row of the day, in the one thread that has the
file, which then adds up zones and sites and draws their trends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import msgspec

from api.ports_hosts import Capacities, Fullest, HostNow
from collectors._memory import DeviceMemory
from collectors.hosts import _reading as host
from collectors.hosts._asked import wanted_by
from collectors.hosts._reading import HostReading, Seen
from collectors.hosts._values import Wanted
from inventory.model import Inventory, TargetId
from metrics.capacity import Daily
from metrics.families.hosts import (
    HOST_BACKUP,
    HOST_FAILED,
    HOST_FULLEST,
    HOST_INODES,
    HOST_READ_ONLY,
    HOST_STOPPED,
)
from metrics.observation import Probe
from runtime.clock import monotonic
from runtime.services.capacity import HISTORY_DAYS, Place, day_of, roll_up
from store.capacity import KEPT_DAYS, open_capacity
from store.capacity import Capacity as CapacityFile
from store.errors import StoreError

_log = logging.getLogger("extranet.hosts")
_EVERY: Final = 600
_FIRST: Final = 90
"""Seconds after which hosts were heard, once asked: the first sample is taken then.

And the second one so much later: how busy processors are takes two readings of a host.
"""
_EARLY: Final = 2
"""Samples after a start or a reload that are added up at once."""
_ROLL_EVERY: Final = 3600
"""Seconds after which all is added up again: with 500 hosts it costs most of a second."""
_FRESH: Final = 900.0
"""Seconds for which what a host said counts as its present use."""
_NAMED: Final = 3
_LONGEST: Final = 60
"""Names in one message, and characters of each."""
_KINDS: Final = frozenset({"host", "node_exporter"})


class HostKeeping:
    """`api.ports_hosts.Hosts` and `Capacity`. `now`: UTC seconds."""

    def __init__(self, folder: Path, now: Callable[[], int]) -> None:
        self._folder = folder
        self._now = now
        self._known: Callable[[str], DeviceMemory | None] = lambda _: None
        self._places: Mapping[str, Place] = {}
        self._wanted: Mapping[str, Wanted] = {}
        self._file: CapacityFile | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._due = 0
        self._rolled_at = 0
        self._early = _EARLY
        self._task: asyncio.Task[None] | None = None
        self._capacities = Capacities(None, ())
        self.failure = ""
        """Why nothing can be kept, a StoreError's code; "" = it can."""

    def connect(self, known: Callable[[str], DeviceMemory | None]) -> None:
        """Say where what is known of devices is found."""
        self._known = known

    def load(self, inventory: Inventory, probes: Iterable[Probe]) -> None:
        """Take over which devices are hosts, and where they stand."""
        asked = [
            (device, probe)
            for probe in probes
            if probe.kind in _KINDS and (device := inventory.devices.get(probe.device or ""))
        ]
        self._places = {device.id: Place(device.site, device.zone) for device, _ in asked}
        self._wanted = {device.id: wanted_by(probe) for device, probe in asked}
        self._due = self._now() + _FIRST
        self._early = _EARLY

    async def start(self, stack: AsyncExitStack) -> None:
        """Open the file. Where that fails nothing is kept, and `health` says why."""
        self._thread = ThreadPoolExecutor(1, "capacity")
        stack.push_async_callback(self._stop)
        try:
            self._file = await asyncio.wrap_future(
                self._thread.submit(open_capacity, self._folder, self._now())
            )
        except StoreError as error:
            self._failed(error)
            return
        if self._file.aside is not None:
            _log.error("capacity was damaged", extra={"aside": self._file.aside.as_posix()})

    async def _stop(self) -> None:
        await self.settled()
        if self._thread is not None:
            if self._file is not None:
                self._thread.submit(self._file.close)
            await asyncio.to_thread(self._thread.shutdown)
        self._file = None

    async def settled(self) -> None:
        """Wait until a sample that is being taken is kept."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    def tick(self) -> None:
        """Take a sample where one is due; called each second."""
        now = self._now()
        if self._file is None or self._thread is None or now < self._due:
            return
        if self._task is None or self._task.done():
            self._due = now + (_FIRST if self._early == _EARLY else _EVERY)
            self._task = asyncio.get_running_loop().create_task(self._sample(now))

    async def _sample(self, now: int) -> None:
        assert self._thread is not None
        rows = [row for device in self._places if (row := self._row(device, now)) is not None]
        rolls = self._early > 0 or abs(now - self._rolled_at) >= _ROLL_EVERY
        self._early = max(0, self._early - 1)
        places = dict(self._places) if rolls else None
        work = self._thread.submit(self._on_disk, rows, now, places)
        try:
            found = await asyncio.wrap_future(work)
            self.failure = ""
        except StoreError as error:
            self._failed(error)
            return
        if found is not None:
            self._capacities, self._rolled_at = found, now

    def _on_disk(
        self, rows: Sequence[Daily], now: int, places: Mapping[str, Place] | None
    ) -> Capacities | None:
        """Keep a sample, and where places are given work everything out; in the file's thread."""
        file, today = self._file, day_of(now)
        assert file is not None
        file.keep(rows)
        if places is None:
            return None
        file.forget(KEPT_DAYS)
        heard = frozenset(row.device for row in rows)
        days = file.between(today - HISTORY_DAYS, today)
        return Capacities(now, roll_up(days, places, heard, today))

    def _row(self, device: str, now: int) -> Daily | None:
        seen, place = self._seen(device), self._places[device]
        if seen is None or monotonic() - seen.at > _FRESH:
            return None
        reading, room = seen.reading, host.storage(seen.reading)
        whole, used = reading.memory.get("MemTotal"), host.memory_ratio(reading)
        return Daily(
            day_of(now),
            device,
            place.site,
            place.zone,
            reading.cpus,
            seen.busy,
            whole,
            None if whole is None or used is None else whole * used,
            None if room is None else room[0],
            None if room is None else float(max(0, room[0] - room[1])),
        )

    def _failed(self, error: StoreError) -> None:
        if not self.failure:
            _log.error("capacity is not kept", extra={"why": error.code, "detail": error.detail})
        self.failure = error.code

    def health(self) -> Mapping[str, dict[str, object]]:
        """Tell whether the days can be kept."""
        return {"capacity": {"ok": not self.failure, "reason": self.failure}}

    # What the api asks.

    def host(self, device: str) -> HostNow | None:
        """Return a host at a glance."""
        seen = self._seen(device)
        if seen is None or device not in self._places:
            return None
        return glance(device, seen, self._now() - round(monotonic() - seen.at))

    def document(self, device: str) -> Mapping[str, object] | None:
        """Return everything a host said."""
        seen = self._seen(device)
        if seen is None or device not in self._places:
            return None
        found: dict[str, object] = msgspec.to_builtins(seen.reading)
        return found

    def part(self, metric: str, target: TargetId) -> str:
        """Name what a value of a host is the worst of: a mount point, services, a backup."""
        device = target.removeprefix("device:")
        seen, wanted = self._seen(device), self._wanted.get(device)
        if seen is None or wanted is None:
            return ""
        names = [name for name in worst(metric, seen.reading, wanted) if name]
        more = ["..."] if len(names) > _NAMED else []
        return ", ".join([*(name[:_LONGEST] for name in names[:_NAMED]), *more])

    def capacities(self) -> Capacities:
        """Return the capacity as it was worked out last."""
        return msgspec.structs.replace(self._capacities, failure=self.failure)

    def _seen(self, device: str) -> Seen | None:
        memory = self._known(device)
        return None if memory is None else memory.host


def worst(metric: str, reading: HostReading, wanted: Wanted) -> Sequence[str]:
    """Name the parts that a value of a host is about; none where it is about the whole."""
    full, files = host.fullest(reading), host.most_files(reading)
    backups = sorted(reading.backups or (), key=lambda one: one.at)
    found: Mapping[str, Sequence[str]] = {
        HOST_FULLEST.name: () if full is None else (full.mountpoint,),
        HOST_INODES.name: () if files is None else (files.mountpoint,),
        HOST_STOPPED.name: [
            name for name in wanted.services if host.is_running(reading, name) is False
        ],
        HOST_READ_ONLY.name: [
            one.mountpoint
            for one in reading.filesystems or ()
            if one.read_only and one.mountpoint in wanted.filesystems
        ],
        HOST_FAILED.name: reading.failed or (),
        HOST_BACKUP.name: [one.name for one in backups[:1]],
    }
    return found.get(metric, ())


def glance(device: str, seen: Seen, heard_at: int) -> HostNow:
    """Sum up what a host said. `heard_at`: UTC seconds."""
    reading, room = seen.reading, host.storage(seen.reading)
    full, files = host.fullest(reading), host.most_files(reading)
    load = reading.load
    return HostNow(
        device=device,
        source=seen.source,
        heard_at=heard_at,
        os=reading.os,
        kernel=reading.kernel,
        machine=reading.machine,
        cpus=reading.cpus,
        cpu_ratio=seen.busy,
        load_per_cpu=None if load is None or not reading.cpus else load[1] / reading.cpus,
        memory_bytes=reading.memory.get("MemTotal"),
        memory_ratio=host.memory_ratio(reading),
        swap_ratio=host.swap_ratio(reading),
        filesystem=None if full is None else Fullest(full.mountpoint, full.used_ratio or 0.0),
        inodes=None if files is None else Fullest(files.mountpoint, files.files_ratio or 0.0),
        storage_bytes=None if room is None else room[0],
        storage_available_bytes=None if room is None else room[1],
        uptime=reading.uptime,
        clock=seen.clock,
        synchronised=reading.synchronised,
        services_failed=reading.failed,
        backup_age=host.oldest_backup(reading),
        users=None if reading.users is None else len(reading.users),
        missing=(*reading.missing, *(("backups",) if host.has_backups_ahead(reading) else ())),
    )
