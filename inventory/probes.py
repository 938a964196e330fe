"""Which questions each object is asked: the table, `defaults`, the object's own words, in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from inventory.defaults import DEVICE_PROBES, LINK_PROBES, PROFILE_OPTIONS
from inventory.model import ProbeSpec, Profile
from inventory.problem import Path_, Problems
from inventory.schema import DefaultsForm, DeviceForm, LinkForm, ProbeDefaultsForm, ProbeForm


def device_probes(
    form: DeviceForm, defaults: DefaultsForm, at: Path_, problems: Problems
) -> tuple[ProbeSpec, ...]:
    """Return the questions of a device: the table's where it has an address and a credential."""
    asked = form.address is not None and form.credential is not None
    return _merge(DEVICE_PROBES if asked else (), {}, defaults, form.probes, at, problems)


def link_probes(
    form: LinkForm, profile: Profile, defaults: DefaultsForm, at: Path_, problems: Problems
) -> tuple[ProbeSpec, ...]:
    """Return the questions of a link: the table's where its far end has an address."""
    asked = form.b.address is not None
    needs = {kind: more for (name, kind), more in PROFILE_OPTIONS.items() if name == profile.name}
    return _merge(LINK_PROBES if asked else (), needs, defaults, form.probes, at, problems)


def _merge(
    table: Iterable[ProbeSpec],
    needs: Mapping[str, Mapping[str, object]],
    defaults: DefaultsForm,
    own: Sequence[ProbeForm],
    at: Path_,
    problems: Problems,
) -> tuple[ProbeSpec, ...]:
    specs: dict[str, ProbeSpec] = {}
    for spec in table:
        general = defaults.probes.get(spec.kind)
        if general is None or not general.off:
            specs[spec.kind] = _over(_over(spec, general), None, needs.get(spec.kind, {}))
    seen = set()
    for place, probe in enumerate(own):
        here = (*at, "probes", place)
        if probe.kind in seen:
            problems.add((*here, "kind"), "named_twice", name=probe.kind)
        seen.add(probe.kind)
        if probe.off:
            specs.pop(probe.kind, None)
            continue
        base = specs.get(probe.kind)
        if base is None:
            base = _over(ProbeSpec(probe.kind, 0), defaults.probes.get(probe.kind))
        spec = _over(base, probe)
        if not spec.every:
            problems.add(here, "missing_key", key="every")
        specs[probe.kind] = spec
    return tuple(specs.values())


def _over(
    spec: ProbeSpec,
    form: ProbeForm | ProbeDefaultsForm | None,
    options: Mapping[str, object] | None = None,
) -> ProbeSpec:
    """Return `spec` with what `form` and `options` say put over it; the same one if nothing."""
    more = {**(form.options() if form else {}), **(options or {})}
    every = form.every if form else None
    deadline = form.deadline if form else None
    if not more and every is None and deadline is None:
        return spec
    return ProbeSpec(
        spec.kind, every or spec.every, deadline or spec.deadline, {**spec.options, **more}
    )
