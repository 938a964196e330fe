"""What questions to a device have in common: how they are made a probe."""

from __future__ import annotations

from collectors._series import area_of
from inventory.model import Device, Inventory, ProbeSpec, device_target
from metrics.observation import Probe, Series


def device_probe(
    spec: ProbeSpec,
    device: Device,
    inventory: Inventory,
    series: tuple[Series, ...],
    question: object,
    *,
    deadline: float,
    raw: int | None = None,
) -> Probe:
    """Make the probe of a question whose values are as read, without rates.

    `deadline`: seconds after which a run is over; `raw`: how many of the series are read, all where
    nothing is said.
    """
    target = device_target(device.id)
    return Probe(
        id=f"{spec.kind}@{target}",
        kind=spec.kind,
        target=target,
        device=device.id,
        area=area_of(inventory, device.site),
        every_ms=round(spec.every * 1000),
        deadline=deadline,
        series=series,
        raw=len(series) if raw is None else raw,
        rates=(),
        question=question,
    )
