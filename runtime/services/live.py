"""What the checks of services found last, and when each found what it expects last.

The last success of each check is kept in a file beside the store, written a minute after something
changed and at the stop: over a restart a service that is down is known to have worked until then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client.core import GaugeMetricFamily

from api.ports_services import CheckNow, ServiceNow
from inventory.model import Inventory, TargetId, device_target, service_target
from metrics.catalogue import Metric
from metrics.families.backups import BACKUP_AGE
from metrics.families.checks import CERT_LEFT
from metrics.families.hosts import HOST_FULLEST
from metrics.families.services import PROBE, PROBE_DURATION, PROBE_SUCCESS, SERVICE_STATE
from metrics.observation import Outcome, Probe, Reading
from runtime.exchange import exchange

_log = logging.getLogger("extranet.services")
_FILE: Final = "last-success.json"
_EVERY: Final = 60
"""Ticks, of a second each, between two looks whether something is to be written."""
_LARGEST: Final = 4_000_000
_BESIDE: Final = frozenset({PROBE_SUCCESS, PROBE_DURATION, SERVICE_STATE})


class ServiceView:
    """Follows the readings of services. `folder`: where the file lies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._checks: dict[TargetId, tuple[Probe, ...]] = {}
        self._hosts: tuple[str, ...] = ()
        self._wanted: frozenset[Probe] = frozenset()
        self._latest: dict[Probe, Reading] = {}
        self._success: dict[str, int] = _read(self._path)
        self._ticks = 0
        self._changed = False
        self._saving: asyncio.Task[None] | None = None
        self.failures = 0
        """Times the file could not be written."""

    def load(self, inventory: Inventory, probes: Sequence[Probe]) -> None:
        """Take over an inventory; what was heard of what remains stays."""
        checks: dict[TargetId, list[Probe]] = {service_target(s): [] for s in inventory.services}
        hosts: set[TargetId] = set()
        for probe in probes:
            if probe.target in checks:
                checks[probe.target].append(probe)
            elif any(series.metric is HOST_FULLEST for series in probe.series):
                hosts.add(probe.target)
        self._checks = {target: tuple(found) for target, found in checks.items()}
        self._hosts = tuple(name for name in inventory.devices if device_target(name) in hosts)
        asked = [probe for found in self._checks.values() for probe in found]
        self._wanted = frozenset(asked)
        self._latest = {p: said for p, said in self._latest.items() if p in self._wanted}
        ids = {probe.id for probe in asked}
        self._success = {name: at for name, at in self._success.items() if name in ids}

    def reading(self, reading: Reading) -> None:
        """Take over what was heard."""
        probe = reading.observation.probe
        if probe not in self._wanted:
            return
        self._latest[probe] = reading
        if _success(reading):
            # A backup that is looked at each minute was not made each minute.
            age = int(_values(reading).get(BACKUP_AGE, 0))
            self._success[probe.id] = reading.observation.slot - age
            self._changed = True

    # What is asked.

    def service(self, service: str) -> ServiceNow | None:
        """Return what the checks of a service found last."""
        probes = self._checks.get(service_target(service))
        if probes is None:
            return None
        checks = tuple(map(self._check, probes))
        deciding = [check for check in checks if check.vital] or checks
        successes = [check.last_success for check in deciding]
        known = [at for at in successes if at is not None]
        return ServiceNow(
            service=service,
            checks=checks,
            last_success=min(known) if known and len(known) == len(successes) else None,
            duration=next((one.duration for one in deciding if one.duration is not None), None),
            left=min((check.left for check in checks if check.left is not None), default=None),
        )

    def _check(self, probe: Probe) -> CheckNow:
        reading = self._latest.get(probe)
        values = {} if reading is None else _values(reading)
        return CheckNow(
            id=probe.id,
            kind=probe.kind,
            vital=probe.vital,
            every=probe.every_ms / 1000,
            at=None if reading is None else reading.observation.slot,
            outcome="" if reading is None else reading.observation.outcome.name.lower(),
            reason="" if reading is None else reading.observation.reason,
            success=None if reading is None else _met(reading),
            duration=values.get(PROBE_DURATION),
            last_success=self._success.get(probe.id),
            left=values.get(CERT_LEFT),
            values={one.name: value for one, value in values.items() if one not in _BESIDE},
        )

    def hosts(self) -> tuple[str, ...]:
        """Name the devices that are asked as servers."""
        return self._hosts

    def metrics(self) -> Iterator[GaugeMetricFamily]:
        """Yield when each check found what it expects last, for the monitor's own page."""
        family = GaugeMetricFamily(
            "probe_last_success_timestamp_seconds",
            "When a check found what it expects last, Unix time",
            labels=PROBE.labels,
        )
        for probes in self._checks.values():
            for probe in probes:
                if (at := self._success.get(probe.id)) is not None and probe.series:
                    family.add_metric([value for _, value in probe.series[0].labels], at)
        yield family

    def stats(self) -> Mapping[str, float]:
        """Count what is followed, and what could not be written."""
        return {
            "checks": len(self._wanted),
            "heard": len(self._latest),
            "last_success_failures": self.failures,
        }

    # Keeping.

    def start(self, stack: AsyncExitStack) -> None:
        """Write at the stop what is known then."""
        stack.push_async_callback(self._stop)

    def tick(self) -> None:
        """Write in a thread what changed; called once a second."""
        self._ticks += 1
        busy = self._saving is not None and not self._saving.done()
        if self._ticks % _EVERY == 0 and self._changed and not busy:
            self._saving = asyncio.get_running_loop().create_task(self._save())

    async def _stop(self) -> None:
        if self._saving is not None:
            await self._saving
        if self._changed:
            await self._save()

    async def _save(self) -> None:
        self._changed = False
        known = dict(self._success)
        try:
            await asyncio.to_thread(exchange, self._path, msgspec.json.encode(known))
        except OSError as error:
            self._changed = True
            self.failures += 1
            _log.error("the last successes could not be written", extra={"why": str(error)})


def _read(path: Path) -> dict[str, int]:
    """Read the file; one that is not there or damaged costs what was known, not the start."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST), type=dict[str, int])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        _log.warning("the last successes are not known", extra={"why": str(error)})
        return {}


def _values(reading: Reading) -> dict[Metric, float]:
    """Return what was heard by metric, the first of each."""
    found: dict[Metric, float] = {}
    for series, value in zip(reading.observation.probe.series, reading.values, strict=False):
        if value is not None:
            found.setdefault(series.metric, value)
    return found


def _met(reading: Reading) -> bool | None:
    """Say whether a run found what it expects; None = it says nothing."""
    seen = reading.observation
    silent = seen.outcome is Outcome.ANSWERED and (not seen.values or seen.values[0] is None)
    if seen.outcome is Outcome.SKIPPED or silent:
        return None
    return _success(reading)


def _success(reading: Reading) -> bool:
    seen = reading.observation
    if seen.outcome is not Outcome.ANSWERED or not seen.values:
        return False
    return seen.probe.series[0].metric is PROBE_SUCCESS and bool(seen.values[0])
