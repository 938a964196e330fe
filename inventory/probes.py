"""Which questions each object is asked: the table, `defaults`, the object's own words, in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inventory.defaults import (
    DEVICE_DEFAULTS,
    DEVICE_PROBES,
    GEAR_PROBES,
    HOST_PLATFORM,
    HOST_PROBES,
    LINK_PROBES,
    PROFILE_OPTIONS,
    REPLACES,
    SERVICE_DEFAULTS,
)
from inventory.model import PROFILES, ProbeSpec, Profile
from inventory.problem import Path_, Problems
from inventory.schema import DefaultsForm, DeviceForm, LinkForm, ProbeDefaultsForm, ProbeForm


@dataclass(frozen=True, slots=True)
class Assigned:
    """What objects are asked that say nothing themselves; one value for all of them."""

    device: tuple[ProbeSpec, ...]
    host: tuple[ProbeSpec, ...]
    """Of a server that lets the monitor in by SSH."""
    gear: tuple[ProbeSpec, ...]
    """Of network gear that does."""
    link: Mapping[str, tuple[ProbeSpec, ...]]
    """By profile."""
    defaults: DefaultsForm


def assign(defaults: DefaultsForm) -> Assigned:
    """Put what `defaults` says over the table."""
    return Assigned(
        _general(DEVICE_PROBES, "", defaults),
        _general(HOST_PROBES, "", defaults),
        _general(GEAR_PROBES, "", defaults),
        {profile: _general(LINK_PROBES, profile, defaults) for profile in PROFILES},
        defaults,
    )


def device_probes(
    form: DeviceForm, assigned: Assigned, at: Path_, problems: Problems
) -> tuple[ProbeSpec, ...]:
    """Return the questions of a device: the table's where it has an address and a way in."""
    if form.address is None:
        _never_asked(form.probes, at, problems)
        return _merge((), assigned, form.probes, at, problems)
    if form.credential is None and form.login is None and not form.probes:
        problems.add((*at, "address"), "no_credential", severity="warning")
    base = () if form.credential is None else assigned.device
    if form.login is not None:
        base = (*base, *(assigned.host if form.platform == HOST_PLATFORM else assigned.gear))
    return _merge(base, assigned, form.probes, at, problems)


def link_probes(
    form: LinkForm, profile: Profile, assigned: Assigned, at: Path_, problems: Problems
) -> tuple[ProbeSpec, ...]:
    """Return the questions of a link: the table's where its far end has an address."""
    if form.b.address is None:
        _never_asked(form.probes, at, problems)
        return _merge((), assigned, form.probes, at, problems)
    return _merge(assigned.link[profile.name], assigned, form.probes, at, problems)


def service_probes(
    own: Sequence[ProbeForm], assigned: Assigned, at: Path_, problems: Problems
) -> tuple[ProbeSpec, ...]:
    """Return the questions of a service: those it names, each with the interval of its kind."""
    kinds = dict.fromkeys(probe.kind for probe in own)
    table = [ProbeSpec(kind, SERVICE_DEFAULTS[kind]) for kind in kinds if kind in SERVICE_DEFAULTS]
    base = _general(table, "", assigned.defaults)
    return _merge(base, assigned, own, at, problems)


def _never_asked(own: Sequence[ProbeForm], at: Path_, problems: Problems) -> None:
    for place, probe in enumerate(own):
        if not probe.off:
            problems.add((*at, "probes", place), "never_asked", severity="warning")


def _general(
    table: Iterable[ProbeSpec], profile: str, defaults: DefaultsForm
) -> tuple[ProbeSpec, ...]:
    specs = []
    for spec in table:
        said = defaults.probes.get(spec.kind)
        if said is None or not said.off:
            needed = PROFILE_OPTIONS.get((profile, spec.kind), {})
            specs.append(_over(_over(spec, said), None, needed))
    return tuple(specs)


def _merge(
    base: tuple[ProbeSpec, ...],
    assigned: Assigned,
    own: Sequence[ProbeForm],
    at: Path_,
    problems: Problems,
) -> tuple[ProbeSpec, ...]:
    if not own:
        return base
    specs = {spec.kind: spec for spec in base}
    seen = set()
    for place, probe in enumerate(own):
        here = (*at, "probes", place)
        if probe.kind in seen:
            problems.add((*here, "kind"), "named_twice", name=probe.kind)
        seen.add(probe.kind)
        if probe.off:
            specs.pop(probe.kind, None)
            continue
        said = assigned.defaults.probes.get(probe.kind)
        usual = ProbeSpec(probe.kind, DEVICE_DEFAULTS.get(probe.kind, 0))
        spec = _over(specs.get(probe.kind) or _over(usual, said), probe)
        if not spec.every:
            problems.add(here, "missing_key", key="every")
        specs[probe.kind] = spec
    for kind, instead_of in REPLACES.items():
        if kind in specs and instead_of not in seen:
            specs.pop(instead_of, None)
    return tuple(specs.values())


def _over(
    spec: ProbeSpec,
    form: ProbeForm | ProbeDefaultsForm | None,
    options: Mapping[str, object] | None = None,
) -> ProbeSpec:
    """Return `spec` with what `form` and `options` say put over it."""
    more = {**(form.options() if form else {}), **(options or {})}
    every = form.every if form else None
    deadline = form.deadline if form else None
    return ProbeSpec(
        spec.kind, every or spec.every, deadline or spec.deadline, {**spec.options, **more}
    )
