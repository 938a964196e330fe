"""From the forms of all files to the frozen network: references, rules that span objects.

Every function notes what is wrong and goes on, so that one run shows everything. A value is made
only where all it needs is there; the caller uses nothing as long as there is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from inventory.model import (
    LEVELS,
    PROFILES,
    Contract,
    Credential,
    Device,
    Endpoint,
    Level,
    Link,
    LinkEnd,
    LinkGroup,
    PlannedWork,
    Profile,
    Secret,
    Site,
)
from inventory.probes import Assigned, device_probes, link_probes
from inventory.problem import Path_, Problems, dotted
from inventory.schema import (
    ContractForm,
    CredentialForm,
    DeviceForm,
    LinkEndForm,
    LinkForm,
    LinkGroupForm,
    PlannedWorkForm,
    SiteForm,
)

_KINDS: Final = {
    "units": "unit",
    "carriers": "carrier",
    "contracts": "contract",
    "credentials": "credential",
    "logins": "login",
    "service_groups": "service_group",
    "services": "service",
    "sites": "site",
    "devices": "device",
    "links": "link",
}
_MONTH = 30 * 86_400
_LEAST_SLOTS = 10
"""A promise is checked with slots at most a tenth of the downtime it allows (methodology 1.1)."""


@dataclass(frozen=True, slots=True)
class Forms:
    """What was written: by section and id, only what has the right form.

    `written` has every id, so that an object with a mistake in it is not also missing elsewhere.
    """

    by_section: Mapping[str, Mapping[str, Any]]
    written: Mapping[str, Mapping[str, object]]
    assigned: Assigned

    def look_up(
        self, section: str, name: str | None, at: Path_, problems: Problems
    ) -> Any:  # the form of the section
        """Return the form that `name` refers to; None, and a problem, where there is none."""
        if name is None:
            return None
        if name not in self.written[section]:
            close = problems.suggest(name, self.written[section])
            code = "unknown_reference"
            problems.add(at, code, suggestion=close, kind=_KINDS[section], name=name)
        return self.by_section[section].get(name)


def contracts(forms: Forms, problems: Problems) -> dict[str, Contract]:
    """Resolve contracts; one whose promise is finer than its slots can show is refused."""
    found = {}
    for name, form in forms.by_section["contracts"].items():
        at = ("contracts", name)
        forms.look_up("carriers", form.carrier, (*at, "carrier"), problems)
        profile = PROFILES[form.profile]
        allowed = (1 - form.availability) * _MONTH
        if allowed < _LEAST_SLOTS * profile.slot:
            problems.add(
                (*at, "availability"),
                "promise_too_fine",
                allowed=f"{float(allowed):g}",
                profile=profile.name,
                slot=profile.slot,
                least=_LEAST_SLOTS * profile.slot,
            )
        found[name] = _contract(name, form, profile)
    return found


def _contract(name: str, form: ContractForm, profile: Profile) -> Contract:
    return Contract(
        name,
        form.carrier,
        form.title,
        form.availability,
        profile,
        bandwidth_bps=form.bandwidth,
        monthly_fee_fen=form.monthly_fee,
        loss_ratio=None if form.loss is None else float(form.loss),
        rtt_seconds=form.rtt,
        jitter_seconds=form.jitter,
        downtime_mode=form.downtime_mode,
        maintenance_mode=form.maintenance_mode,
        denominator=form.denominator,
        coverage_floor=form.coverage_floor,
        notice_seconds=int(form.notice),
    )


def credential(name: str, form: CredentialForm) -> Credential:
    """Make a credential of its form."""
    empty = Secret("")
    return Credential(
        name,
        form.version,
        community=form.community or empty,
        user=form.user or "",
        auth=form.auth,
        auth_key=form.auth_key or empty,
        priv=form.priv,
        priv_key=form.priv_key or empty,
    )


def sites(forms: Forms, problems: Problems) -> dict[str, Site]:
    """Resolve sites; parents exist, stand above, and form no circle."""
    found = {}
    for name, form in forms.by_section["sites"].items():
        at = ("sites", name)
        forms.look_up("units", form.unit, (*at, "unit"), problems)
        parent = forms.look_up("sites", form.parent, (*at, "parent"), problems)
        _level(form, parent, at, problems)
        found[name] = Site(name, form.title, form.level, form.parent, form.unit, form.in_service)
    parents = {name: site.parent for name, site in found.items()}
    for circle in _circles(parents):
        problems.add(
            ("sites", circle[0], "parent"),
            "circular_parents",
            circle=" -> ".join([*circle, circle[0]]),
        )
    return found


def _level(form: SiteForm, parent: SiteForm | None, at: Path_, problems: Problems) -> None:
    if form.level == "province":
        if form.parent is not None:
            problems.add((*at, "parent"), "province_has_parent")
        return
    if form.parent is None:
        if form.level != "cloud":
            problems.add(at, "missing_key", key="parent")
        return
    if parent is None:
        return
    if form.level == "cloud":
        if parent.level == "cloud":
            problems.add((*at, "parent"), "parent_not_above", level="cloud", parent="cloud")
        return
    distance = _rank(form.level) - _rank(parent.level)
    if parent.level == "cloud" or distance <= 0:
        problems.add((*at, "parent"), "parent_not_above", level=form.level, parent=parent.level)
    elif distance > 1 and form.level != "county":  # counties run by the province are common
        problems.add(
            (*at, "parent"),
            "level_skipped",
            severity="warning",
            level=form.level,
            parent=parent.level,
        )


def _rank(level: Level) -> int:
    return LEVELS.index(level)


def _circles(parents: Mapping[str, str | None]) -> list[list[str]]:
    """Return each circle once, in linear time: nobody is walked over twice."""
    circles: list[list[str]] = []
    walked: set[str] = set()
    for start in parents:
        path: dict[str, int] = {}
        here: str | None = start
        while here is not None and here not in walked and here not in path:
            path[here] = len(path)
            here = parents.get(here)
        if here is not None and here in path:
            circles.append(list(path)[path[here] :])
        walked.update(path)
    return circles


def devices(
    forms: Forms, ports: Mapping[str, Sequence[str]], problems: Problems
) -> dict[str, Device]:
    """Resolve devices; `ports` are the interfaces on which links end, by device."""
    found = {}
    used: dict[Endpoint, str] = {}
    for name, form in forms.by_section["devices"].items():
        at = ("devices", name)
        forms.look_up("sites", form.site, (*at, "site"), problems)
        forms.look_up("credentials", form.credential, (*at, "credential"), problems)
        if form.address is not None and used.setdefault(form.address, name) != name:
            problems.add((*at, "address"), "address_twice", other=f"devices.{used[form.address]}")
        found[name] = Device(
            name,
            form.title or name,
            form.site,
            form.platform,
            form.address,
            form.credential,
            tuple(dict.fromkeys([*form.interfaces, *ports.get(name, ())])),
            device_probes(form, forms.assigned, at, problems),
            login=form.login,
            ssh_port=form.ssh_port,
            legacy_ssh=form.legacy_ssh,
            jump=form.jump,
            zone=form.zone,
        )
    return found


def links(forms: Forms, contracts: Mapping[str, Contract], problems: Problems) -> dict[str, Link]:
    """Resolve links: both ends, carrier, profile, bandwidth and fee from the contract."""
    found = {}
    addresses: dict[Endpoint, Path_] = {}
    ports: dict[tuple[str, str], Path_] = {}
    for name, form in forms.by_section["links"].items():
        at = ("links", name)
        forms.look_up("units", form.unit, (*at, "unit"), problems)
        forms.look_up("contracts", form.contract, (*at, "contract"), problems)
        near = _end(forms, form.a, (*at, "a"), problems)
        far = _end(forms, form.b, (*at, "b"), problems)
        for end, path in ((near, (*at, "a")), (far, (*at, "b"))):
            _unique(end, path, addresses, ports, problems)
        if form.a.device == form.b.device:
            problems.add((*at, "b", "device"), "link_to_itself", device=form.b.device)
        contract = contracts.get(form.contract)
        if near is None or far is None or contract is None:
            continue
        if _above(forms, far.site, near.site):
            problems.add(at, "ends_swapped", severity="warning", a=near.site, b=far.site)
        found[name] = _link(name, form, near, far, contract, forms.assigned, problems)
    return found


def _link(
    name: str,
    form: LinkForm,
    near: LinkEnd,
    far: LinkEnd,
    contract: Contract,
    assigned: Assigned,
    problems: Problems,
) -> Link:
    fee = contract.monthly_fee_fen if form.monthly_fee is None else form.monthly_fee
    return Link(
        name,
        form.title or name,
        near,
        far,
        contract.id,
        contract.carrier,
        contract.profile,
        bandwidth_bps=form.bandwidth or contract.bandwidth_bps,
        monthly_fee_fen=fee,
        unit=form.unit,
        circuit=form.circuit,
        in_service=form.in_service,
        probes=link_probes(form, contract.profile, assigned, ("links", name), problems),
    )


def _end(forms: Forms, form: LinkEndForm, at: Path_, problems: Problems) -> LinkEnd | None:
    device: DeviceForm | None = forms.look_up("devices", form.device, (*at, "device"), problems)
    forms.look_up("sites", form.site, (*at, "site"), problems)
    if device is None:
        return None
    if form.site is not None and form.site != device.site:
        problems.add(
            (*at, "site"), "not_at_site", device=form.device, named=form.site, site=device.site
        )
    return LinkEnd(device.site, form.device, form.interface, form.address)


def _unique(
    end: LinkEnd | None,
    at: Path_,
    addresses: dict[Endpoint, Path_],
    ports: dict[tuple[str, str], Path_],
    problems: Problems,
) -> None:
    if end is None:
        return
    if end.address is not None and (other := addresses.setdefault(end.address, at)) != at:
        problems.add((*at, "address"), "address_twice", other=dotted(other))
    if end.interface is None:
        return
    other = ports.setdefault((end.device, end.interface), at)
    if other != at:
        problems.add(
            (*at, "interface"),
            "interface_twice",
            severity="warning",
            other=dotted(other),
        )


def _above(forms: Forms, upper: str, lower: str) -> bool:
    """Whether site `upper` is an ancestor of site `lower`."""
    sites, seen = forms.by_section["sites"], {lower}
    form = sites.get(lower)
    while form is not None and form.parent is not None and form.parent not in seen:
        if form.parent == upper:
            return True
        seen.add(form.parent)
        form = sites.get(form.parent)
    return False


def link_groups(
    forms: Forms, links: Mapping[str, Link], problems: Problems
) -> dict[str, LinkGroup]:
    """Resolve link groups; each link ends at the group's site."""
    found = {}
    for name, form in forms.by_section["link_groups"].items():
        at = ("link_groups", name)
        forms.look_up("sites", form.site, (*at, "site"), problems)
        _members(forms, form, at, problems)
        for place, member in enumerate(form.links):
            link = links.get(member)
            if link is not None and form.site not in {link.a.site, link.b.site}:
                problems.add((*at, "links", place), "not_of_site", link=member, site=form.site)
        found[name] = LinkGroup(name, form.site, form.links)
    return found


def planned_work(forms: Forms, problems: Problems) -> dict[str, PlannedWork]:
    """Resolve planned work; it ends after it starts and was registered before."""
    found = {}
    for name, form in forms.by_section["planned_work"].items():
        at = ("planned_work", name)
        _members(forms, form, at, problems)
        for place, member in enumerate(form.services):
            here = (*at, "services", place)
            if member in form.services[:place]:
                problems.add(here, "named_twice", name=member)
            forms.look_up("services", member, here, problems)
        if form.end <= form.start:
            problems.add((*at, "end"), "reversed")
        if form.registered is not None and form.registered > form.start:
            problems.add((*at, "registered"), "registered_late", severity="warning")
        found[name] = PlannedWork(
            name,
            form.title,
            form.party,
            form.links,
            form.start,
            form.end,
            form.registered,
            form.services,
        )
    return found


def _members(
    forms: Forms, form: LinkGroupForm | PlannedWorkForm, at: Path_, problems: Problems
) -> None:
    for place, member in enumerate(form.links):
        here = (*at, "links", place)
        if member in form.links[:place]:
            problems.add(here, "named_twice", name=member)
        forms.look_up("links", member, here, problems)
