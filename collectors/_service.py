"""What every check of a service has in common: its series, and how they are made a probe.

A check's values begin with whether what it expects is met (1 or 0) and how long it took (seconds).
Its module says by `VITAL` whether failing makes the service DOWN, or DEGRADED only.
"""

from __future__ import annotations

from collections.abc import Iterable

from collectors._series import area_of, service_series, state_series
from inventory.model import Inventory, ProbeSpec, Service, TargetId
from metrics.catalogue import Metric
from metrics.families.services import PROBE_DURATION, PROBE_SUCCESS
from metrics.observation import Probe


def service_of(target: TargetId, inventory: Inventory) -> Service | None:
    """Return the service that a target names, None where it names something else."""
    kind, _, name = target.partition(":")
    return inventory.services.get(name) if kind == "service" else None


def service_probe(
    spec: ProbeSpec,
    service: Service,
    inventory: Inventory,
    metrics: Iterable[Metric],
    question: object,
    *,
    deadline: float,
    device: str | None = None,
) -> Probe:
    """Make the probe of a check; `metrics` are its own, after success and duration.

    `deadline`: seconds, where the inventory says none. The first check of a service carries its
    state.
    """
    own = service_series((PROBE_SUCCESS, PROBE_DURATION, *metrics), spec.kind, service, inventory)
    first = service.probes[0].kind == spec.kind
    return Probe(
        id=f"{spec.kind}@service:{service.id}",
        kind=spec.kind,
        target=own[0].target,
        device=device,
        area="" if service.site is None else area_of(inventory, service.site),
        every_ms=round(spec.every * 1000),
        deadline=spec.deadline or deadline,
        series=(*own, *state_series(service, inventory)) if first else own,
        raw=len(own),
        rates=(),
        question=question,
    )
