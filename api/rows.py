"""What the api says of one thing: plain structs, one step from JSON.

Units: integer UTC seconds, ratios 0-1, bit/s. None = not heard, not known, or lasts.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from alerts.model import Alert
from api.board import STATES
from api.ports import LinkNow, Outage, Person, StateNow
from api.scope import outage_target, sees
from inventory.model import Inventory, Link, Site, TargetId


class SiteRow(msgspec.Struct, frozen=True, gc=False):
    """A site with its state; `state` None = not connected yet."""

    id: str
    title: str
    level: str
    parent: str | None
    area: str
    unit: str | None
    state: str | None
    since: int | None
    reason: str
    cause: str


class LinkRow(msgspec.Struct, frozen=True, gc=False):
    """A link with its state and its last numbers."""

    id: str
    title: str
    a: str
    a_title: str
    b: str
    b_title: str
    level: str
    area: str
    carrier: str
    carrier_title: str
    contract: str
    bandwidth_bps: int | None
    state: str | None
    since: int | None
    reason: str
    cause: str
    last_answer: int | None
    rtt_seconds: float | None
    loss_ratio: float | None
    in_bps: float | None
    out_bps: float | None
    in_utilization: float | None
    out_utilization: float | None


class Lost(msgspec.Struct, frozen=True, gc=False):
    """Services that are lost: a group's with their number, or one; target "" = others."""

    target: str
    title: str
    count: int


class OutageRow(msgspec.Struct, frozen=True, gc=False):
    """An outage; `affected`: sites in its shadow now, by level, while it lasts; so `services`."""

    id: str
    target: str
    title: str
    carrier: str
    carrier_title: str
    start: int
    end: int | None
    seen_at: int
    reason: str
    down_seconds: int
    affected: Mapping[str, int]
    services: tuple[Lost, ...]


class AlertRow(msgspec.Struct, frozen=True, gc=False):
    """An alert as a person needs it."""

    id: str
    rule: str
    target: str
    title: str
    severity: str
    phase: str
    since: int
    fired_at: int | None
    resolved_at: int | None
    value: float | None
    limit: float | None
    reason: str
    outage: str
    affected: Mapping[str, int]
    acknowledged_by: str
    acknowledged_at: int | None
    services: tuple[Lost, ...]


def site_row(person: Person, inventory: Inventory, site: Site, now: StateNow | None) -> SiteRow:
    """Describe a site."""
    return SiteRow(
        id=site.id,
        title=site.title,
        level=site.level,
        parent=site.parent,
        area=inventory.topology.areas.get(site.id, site.id),
        unit=site.unit,
        state=None if now is None else STATES[now.state],
        since=None if now is None else now.since,
        reason="" if now is None else now.reason,
        cause="" if now is None else _cause(person, inventory, now.cause),
    )


def link_row(person: Person, inventory: Inventory, link: Link, now: LinkNow | None) -> LinkRow:
    """Describe a link."""
    far = inventory.sites[link.b.site]
    return LinkRow(
        id=link.id,
        title=link.title,
        a=link.a.site,
        a_title=inventory.sites[link.a.site].title,
        b=far.id,
        b_title=far.title,
        level=far.level,
        area=inventory.topology.areas.get(far.id, far.id),
        carrier=link.carrier,
        carrier_title=inventory.carriers[link.carrier].title,
        contract=link.contract,
        bandwidth_bps=link.bandwidth_bps,
        state=None if now is None else STATES[now.state],
        since=None if now is None else now.since,
        reason="" if now is None else now.reason,
        cause="" if now is None else _cause(person, inventory, now.cause),
        last_answer=None if now is None else now.last_answer,
        rtt_seconds=None if now is None else now.rtt_seconds,
        loss_ratio=None if now is None else now.loss_ratio,
        in_bps=None if now is None else now.in_bps,
        out_bps=None if now is None else now.out_bps,
        in_utilization=None if now is None else now.in_utilization,
        out_utilization=None if now is None else now.out_utilization,
    )


def outage_row(
    inventory: Inventory,
    outage: Outage,
    affected: Mapping[str, int],
    services: Mapping[str, int],
) -> OutageRow:
    """Describe an outage; its target may have left the inventory."""
    link = inventory.links.get(outage.target.removeprefix("link:"))
    return OutageRow(
        id=outage.id,
        target=outage.target,
        title=title_of(inventory, outage.target),
        carrier="" if link is None else link.carrier,
        carrier_title="" if link is None else inventory.carriers[link.carrier].title,
        start=outage.start,
        end=outage.end,
        seen_at=outage.seen_at,
        reason=outage.reason,
        down_seconds=outage.down_seconds,
        affected=affected,
        services=lost(inventory, services),
    )


def alert_row(
    inventory: Inventory,
    alert: Alert,
    affected: Mapping[str, int],
    services: Mapping[str, int],
) -> AlertRow:
    """Describe an alert; `affected`, `services`: as many as the reader may know of."""
    return AlertRow(
        id=alert.id,
        rule=alert.rule,
        target=alert.target,
        title=title_of(inventory, alert.target),
        severity=alert.severity,
        phase=alert.phase.value,
        since=alert.since,
        fired_at=alert.fired_at,
        resolved_at=alert.resolved_at,
        value=alert.value,
        limit=alert.limit,
        reason=alert.reason,
        outage=alert.outage,
        affected=affected,
        acknowledged_by=alert.acknowledged_by,
        acknowledged_at=alert.acknowledged_at,
        services=lost(inventory, services),
    )


def lost(inventory: Inventory, services: Mapping[str, int]) -> tuple[Lost, ...]:
    """Name services that are lost, most first."""
    ordered = sorted(services.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))
    return tuple(
        Lost(target, title_of(inventory, TargetId(target)), count) for target, count in ordered
    )


def title_of(inventory: Inventory, target: TargetId) -> str:
    """Return the free text a target is called by, or its id."""
    kind, _, name = target.partition(":")
    shelf: Mapping[str, object] = {
        "site": inventory.sites,
        "device": inventory.devices,
        "link": inventory.links,
        "carrier": inventory.carriers,
        "service": inventory.services,
        "group": inventory.service_groups,
    }.get(kind, {})
    return str(getattr(shelf.get(name), "title", name))


def _cause(person: Person, inventory: Inventory, cause: str) -> str:
    """Return the outage behind a shadow, unless it is somebody else's business."""
    return cause if cause and sees(person, inventory, outage_target(cause)) else ""
