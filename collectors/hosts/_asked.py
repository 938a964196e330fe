"""What both sources of a host share: what is planned, and what becomes of a reading."""

from __future__ import annotations

from time import monotonic
from typing import Final

from collectors._contract import Answer
from collectors._device import device_probe
from collectors._memory import DeviceMemory
from collectors.hosts._reading import HostReading, Seen, busy_ratio, clock_difference
from collectors.hosts._values import Wanted, series_of, values_of
from inventory.model import Device, Inventory, ProbeSpec, TargetId
from metrics.observation import Outcome, Probe, Value

FLOOR_SECONDS: Final = 10.0
_DEADLINE: Final = 30.0
"""Seconds a host may take, log-in included; never longer than its interval."""
_NEEDED: Final = frozenset({"stat", "memory", "mounts", "space", "end"})
"""Sections without which a reading is not whole: every host has them."""


def device_of(target: TargetId, inventory: Inventory) -> Device | None:
    """Return the device behind a target."""
    kind, _, name = target.partition(":")
    return inventory.devices.get(name) if kind == "device" else None


def wanted_of(
    device: Device,
    *,
    filesystems: tuple[str, ...],
    disks: tuple[str, ...],
    interfaces: tuple[str, ...],
    services: tuple[str, ...],
) -> Wanted:
    """Say of what there are series; processor and memory are SNMP's where it is asked for them."""
    vital = all(probe.kind != "health" for probe in device.probes)
    return Wanted(_once(filesystems), _once(disks), _once(interfaces), _once(services), vital)


def wanted_by(probe: Probe) -> Wanted:
    """Return of what a probe of this kind has series."""
    wanted: Wanted = probe.question.wanted  # type: ignore[attr-defined]  # of both kinds
    return wanted


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def is_asked_otherwise(kind: str, device: Device) -> bool:
    """Whether the other source is asked as well: of both the exporter counts, nothing twice."""
    return kind == "host" and any(probe.kind == "node_exporter" for probe in device.probes)


def probe_of(
    spec: ProbeSpec, device: Device, inventory: Inventory, wanted: Wanted, question: object
) -> Probe:
    """Make the probe. It carries the device's state where nothing that asks by SNMP does."""
    state = all(probe.kind != "interfaces" for probe in device.probes)
    series = series_of(wanted, device, inventory, state=state)
    return device_probe(
        spec, device, inventory, series, question, deadline=deadline_of(spec), raw=wanted.raw
    )


def deadline_of(spec: ProbeSpec) -> float:
    """Return the seconds after which a run is over: before the next one is due."""
    return spec.deadline or min(_DEADLINE, spec.every * 0.9)


def answer(
    reading: HostReading,
    wanted: Wanted,
    memory: DeviceMemory,
    *,
    source: str,
    window: tuple[float | None, float | None],
) -> Answer:
    """Make values of a reading, and keep it as what was seen last of its host."""
    before = memory.host
    busy = busy_ratio(before.reading if before and before.source == source else None, reading)
    clock = clock_difference(reading.now, *window)
    memory.host = Seen(reading, source, monotonic(), busy, clock)
    values = values_of(wanted, reading, busy, None if clock is None else abs(clock))
    reason = "incomplete" if _NEEDED.intersection(reading.missing) else ""
    return Answer(Outcome.ANSWERED, reason, values)


def nothing(wanted: Wanted) -> tuple[Value, ...]:
    """Return the values of a host that was not heard."""
    return (None,) * wanted.raw
