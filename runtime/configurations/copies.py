"""Configurations, as the monitor sees them: how old each copy is, what changed, and who is told.

The SSH process keeps them; here comes what it says of each reading. What is told is worked out from
the store, not from the answer: the last revision that was told is marked there, so that an answer
that got lost, or a monitor that ended in between, loses no change. Each change is evidence beside
the traps of its device; one that no work announced is an alert, which ends when somebody
acknowledges it or the device is configured as it was before. `base` marks that earlier revision.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from alerts.model import Alert, Phase
from api.ports import Event
from api.ports_configurations import (
    ConfigurationDiff,
    ConfigurationRevision,
    ConfigurationsUnreadError,
    UnknownRevisionError,
)
from collectors._ssh import Access, Kept
from inventory.model import Inventory, TargetId, device_target
from metrics.observation import Outcome, Probe
from runtime.clock import monotonic
from runtime.configurations.announced import Announced
from runtime.configurations.job import KeepingSettings
from runtime.sections.configurations import ConfigurationsConfig, sealing_key
from store.configurations import Configurations
from store.entries import TrapEntry
from store.errors import StoreError
from store.revisions import Mark, Revision

T = TypeVar("T")

_log = logging.getLogger("extranet.configurations")
_json: Final = msgspec.json.Encoder(order="deterministic")

CONDITION: Final = "configuration"
CHANGED: Final = "config_changed"
_NOTED, _REVERTED = "config_noted", "config_reverted"
_TRAP: Final = "config.changed"
_EVIDENCE: Final = "config.differs"
_MOST: Final = 100
"""Revisions of a device that are told at once; of more the newest."""
_AT_ONCE: Final = 50
_AGAIN: Final = 60.0
"""Seconds after which a store that refused is tried again."""
_ASKED_AT_ONCE: Final = 16
_LATELY: Final = 86_400.0
"""Seconds for which a configuration that was not kept is told; one that is kept ends it."""


class Report(Protocol):
    """`runtime.telling.Telling.report`."""

    def __call__(
        self, condition: str, target: TargetId, since: int, *, bad: bool, reason: str
    ) -> None:
        """Tell what is so of a device, or that it is over, and why."""


class Fetching(Protocol):
    """What is needed of `collectors._ssh.SshWire`."""

    async def keep_configuration(
        self, access: Access, platform: str, *, timeout: float, why: str = ""
    ) -> Kept:
        """Fetch the running configuration and keep it, in the process that asks."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Whom changes are told: the alert engine, the evidence, the page."""

    report: Report
    keep: Callable[[TrapEntry], None]
    publish: Callable[[Event], None]


def settings(store: Path, config: ConfigurationsConfig, floor: int = 0) -> KeepingSettings:
    """Return what the SSH process is told. `floor`: bytes of the disk that stay free."""
    return KeepingSettings(str(store), sealing_key(config.key), config.keep, floor)


class ConfigurationKeeping:
    """The book of the collector `config_backup`, and the api's port. Made closed, see `start`."""

    def __init__(
        self, store: Path, config: ConfigurationsConfig, ssh: Fetching, now: Callable[[], int]
    ) -> None:
        key = sealing_key(config.key)
        self._is_sealing = bool(key)
        self._store = Configurations(store, key or None, config.keep)
        self._ssh = ssh
        self._now = now
        self._ways: Ways | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._devices: frozenset[str] = frozenset()
        self._read_at: dict[str, float] = {}
        """When each device was last read whole, on the monotonic clock; may be negative."""
        self._wanted: set[str] = set()
        self._marks: dict[str, dict[str, str]] = {}
        self._untold: dict[str, None] = {}
        self._noted: dict[str, None] = {}
        self._working: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._lost_at: float | None = None
        self._asking = 0
        self.failure = self.detail = ""
        self.counts: Counter[str] = Counter(
            dict.fromkeys(("read", "failed", "not_kept", "changes", "unannounced"), 0)
        )

    # What the collector asks.

    def age(self, device: str) -> float | None:
        """Return how long ago a device was read whole, in seconds; None = never."""
        at = self._read_at.get(device)
        return None if at is None else max(0.0, monotonic() - at)

    def is_wanted(self, device: str) -> bool:
        """Tell whether a device said since then that its configuration changed."""
        return device in self._wanted

    async def keep(
        self, access: Access, platform: str, *, timeout: float, why: str, modified: float | None
    ) -> Kept:
        """Fetch the configuration and keep it."""
        device = access.device
        self._wanted.discard(device)  # what comes from here on is of another change
        began = monotonic()  # what is changed while it is read may not be in it
        when = "" if modified is None else f" {self._now() - round(modified)}"
        kept = await self._ssh.keep_configuration(
            access, platform, timeout=timeout, why=f"{why}{when}"
        )
        if kept.outcome is Outcome.ANSWERED:
            self.counts["read"] += 1
            self._read_at[device] = began
            self._lost_at = None
            if kept.revision != self._marks.get(device, {}).get("told"):
                self._untold[device] = None
            return kept
        self.counts["failed"] += 1
        if kept.reason == "config_not_kept":
            self.counts["not_kept"] += 1
            self._lost_at = monotonic()
        if why == "trap":
            self._wanted.add(device)
        return kept

    # The monitor.

    def connect(self, ways: Ways) -> None:
        """Say whom changes are told, before `start`."""
        self._ways = ways

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory."""
        self._inventory = inventory
        self._announced = Announced(inventory)
        self._devices = frozenset(
            probe.device for probe in probes if probe.kind == "config_backup" and probe.device
        )
        self._wanted &= self._devices

    async def start(self, stack: AsyncExitStack) -> None:
        """Read what is known, and tell what was not told before the last end."""
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="configurations")
        stack.push_async_callback(self._end)
        if self._devices and not self._is_sealing:
            _log.warning("no key is set: of configurations only masked texts are kept")
        with suppress(StoreError):
            await self._recall()

    async def _end(self) -> None:
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        assert self._threads is not None
        await asyncio.to_thread(self._threads.shutdown)
        self._threads = None

    async def _recall(self) -> None:
        await self._in_thread(self._store.take_over)
        kept_at = await self._in_thread(self._store.kept_at)
        self._marks = await self._in_thread(self._store.marks)
        now, clock = self._now(), monotonic()
        self._read_at = {name: clock - max(0, now - at) for name, at in kept_at.items()}
        for device, marks in self._marks.items():
            latest = marks.pop("latest", None)
            if device not in self._devices:
                continue
            if latest is not None and latest != marks.get("told"):
                self._untold[device] = None
            if "base" in marks:
                self._report(device, now, CHANGED, bad=True)

    def heard(self, entry: TrapEntry) -> None:
        """Note that a device sent a trap: its next run reads the configuration."""
        device = entry.device.partition(":")[2]
        if entry.code == _TRAP and device in self._devices:
            self._wanted.add(device)

    def told(self, alert: Alert) -> None:
        """Note that somebody acknowledged a change."""
        firing = alert.phase is Phase.FIRING and alert.acknowledged_by
        if firing and alert.reason == CHANGED:
            self._noted[alert.target.partition(":")[2]] = None

    def tick(self) -> None:
        """Once a second: tell what is new."""
        busy = self._working is not None or self._threads is None
        if busy or monotonic() < self._not_before or not (self._untold or self._noted):
            return
        self._working = asyncio.get_running_loop().create_task(self._work())
        self._working.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        self._working = None
        if not task.cancelled() and task.exception() is not None:
            self._not_before = monotonic() + _AGAIN
            if not isinstance(task.exception(), StoreError):
                _log.error("changes could not be told", exc_info=task.exception())

    async def _work(self) -> None:
        for device in list(self._noted):
            await self._took_note(device)
        for device in list(self._untold)[:_AT_ONCE]:
            # Before it is told: what is read meanwhile is to be told after it.
            self._untold.pop(device, None)
            try:
                await self._tell(device)
            except BaseException:
                self._untold[device] = None
                raise

    async def _took_note(self, device: str) -> None:
        self._report(device, self._now(), _NOTED, bad=False)
        await self._mark(device, {"base": None})
        self._noted.pop(device, None)

    async def _tell(self, device: str) -> None:
        """Tell what changed at a device since it was told last, in its order."""
        marks = self._marks.get(device, {})
        told, base = marks.get("told", ""), marks.get("base")
        store = self._store
        found = await self._in_thread(lambda: store.revisions(device, _MOST, told))
        before, since = told, self._now()
        for one in reversed(found):
            if not one.first and one.note.changed and before:
                work = self._evidence(device, one)
                if not work and base is None:
                    base, since = before, one.note.modified or one.note.at
            before = one.revision
        is_reverted = bool(base and found) and await self._in_thread(
            lambda: not store.diff(device, base or "", found[0].revision, 1).lines
        )
        if base is not None:
            reason = _REVERTED if is_reverted else CHANGED
            self._report(device, since, reason, bad=not is_reverted)
        if found:
            to: str | None = None if is_reverted else base
            await self._mark(device, {"told": found[0].revision, "base": to})

    def _evidence(self, device: str, one: Revision) -> str:
        """Keep a change as evidence and tell the page; return the work that announced it, or ""."""
        work = self._announced.covers(device, one.note)
        self.counts["changes"] += 1
        self.counts["unannounced"] += not work
        target = device_target(device)
        told: dict[str, object] = {
            "revision": one.revision,
            "added": one.added,
            "removed": one.removed,
            "why": one.note.why,
            "planned_work": work,
        }
        if self._ways is not None:
            at = one.note.modified or one.note.at
            self._ways.keep(
                TrapEntry(
                    at * 1000, target, target, _EVIDENCE, "", "",
                    informed=False, source="", told=_json.encode(told).decode(),
                )
            )  # fmt: skip
            self._ways.publish(Event("configuration", {"target": target, **told}))
        return work

    def _report(self, device: str, since: int, reason: str, *, bad: bool) -> None:
        if self._ways is not None and device in self._inventory.devices:
            self._ways.report(CONDITION, device_target(device), since, bad=bad, reason=reason)

    async def _mark(self, device: str, marks: dict[Mark, str | None]) -> None:
        await self._in_thread(lambda: self._store.mark(device, marks))
        known = self._marks.setdefault(device, {})
        for kind, to in marks.items():
            if to is None:
                known.pop(kind, None)
            else:
                known[kind] = to

    async def _in_thread(self, call: Callable[[], T]) -> T:
        """Let a thread ask the store. Raises StoreError, which is told until it works again."""
        assert self._threads is not None
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except StoreError as error:
            if not self.failure:
                _log.exception("the store of configurations refused")
            self.failure, self.detail = error.code, error.detail
            raise
        self.failure = self.detail = ""
        return found

    # What the api asks.

    async def revisions(self, device: str, limit: int) -> Sequence[ConfigurationRevision]:
        """Return the newest revisions of a device, newest first."""
        store = self._store
        found = await self._asked(lambda: store.revisions(device, limit))
        full = await self._asked(lambda: store.full_revisions(device))
        return [self._row(device, one, full) for one in found]

    def _row(self, device: str, one: Revision, full: frozenset[str]) -> ConfigurationRevision:
        note = one.note
        is_change = note.changed and not one.first
        return ConfigurationRevision(
            one.revision, note.at, note.not_before, note.modified, note.why, one.added,
            one.removed, one.first, is_change,
            self._announced.covers(device, note) if is_change else "", one.revision in full,
        )  # fmt: skip

    async def diff(self, device: str, one: str, other: str, most: int) -> ConfigurationDiff:
        """Compare two revisions of a device, masked. Raises UnknownRevisionError."""
        store = self._store
        for revision in (one, other):
            if not await self._asked(partial(store.has, device, revision)):
                raise UnknownRevisionError(revision)
        found = await self._asked(lambda: store.diff(device, one, other, most))
        return ConfigurationDiff(found.lines, found.more)

    async def _asked(self, call: Callable[[], T]) -> T:
        """Ask the store for the api, which must not fill the threads' queue."""
        if self._threads is None or self._asking >= _ASKED_AT_ONCE:
            raise ConfigurationsUnreadError
        self._asking += 1
        try:
            return await self._in_thread(call)
        except StoreError as error:
            raise ConfigurationsUnreadError from error
        finally:
            self._asking -= 1

    # How it does.

    def health(self) -> dict[str, dict[str, object]]:
        """Tell how it does, where anything is kept."""
        if not self._devices:
            return {}
        part: dict[str, object] = {"ok": not self.failure, "reason": self.failure}
        if self.failure:
            part |= {"text": "configuration.failing", "detail": self.detail}
        return {"configurations": part}

    def losses(self) -> dict[str, tuple[bool, float]]:
        """Tell whether a configuration that was read could not be kept of late."""
        if not self._devices:
            return {}
        lately = self._lost_at is not None and monotonic() - self._lost_at < _LATELY
        return {"configurations": (lately, self.counts["not_kept"])}

    def stats(self) -> dict[str, float]:
        """Count everything."""
        return {
            **self.counts,
            "devices": len(self._devices),
            "untold": len(self._untold),
            "wanted": len(self._wanted),
        }
