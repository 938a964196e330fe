"""What the api says of a service, of its checks and needs, and of a server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from api.board import STATES
from api.desk import Caller, Desk
from api.ports_hosts import HostNow
from api.ports_services import CheckNow
from api.rows import title_of
from api.scope import outage_target
from inventory.model import (
    Device,
    Inventory,
    Service,
    TargetId,
    device_target,
    service_target,
)
from sla.states import State
from texts.say import Language, catalogue, say

_DAY: Final = 86_400
_WORDS: Final = ("page.reason.", "wire.reason.", "alert.reason.")


class ServiceRow(msgspec.Struct, frozen=True, gc=False):
    """A service: its state, when it worked last, how long that took (s), days of a certificate."""

    id: str
    title: str
    kind: str
    site: str | None
    site_title: str
    unit: str | None
    unit_title: str
    group: str | None
    group_title: str
    state: str
    since: int | None
    reason: str
    reason_text: str
    cause: str
    cause_title: str
    last_success: int | None
    duration_seconds: float | None
    days_left: float | None


class NeedRow(msgspec.Struct, frozen=True, gc=False):
    """What a service stands on; one that is out of the reader's scope has no state here."""

    target: str
    title: str
    state: str | None
    since: int | None
    reason: str
    reason_text: str
    visible: bool


class CheckRow(msgspec.Struct, frozen=True):
    """A check and its last run, in the reader's words."""

    check: CheckNow
    reason_text: str


class HostRow(msgspec.Struct, frozen=True, gc=False):
    """A server of the cloud centre and what it told last; `now` None = it was not heard so far."""

    id: str
    title: str
    site: str
    site_title: str
    zone: str
    state: str
    since: int | None
    reason: str
    reason_text: str
    now: HostNow | None


def service_row(desk: Desk, caller: Caller, service: Service) -> ServiceRow:
    """Describe a service."""
    inventory = desk.inventory
    state = desk.ports.live.states().get(service_target(service.id))
    found = None if desk.ports.services is None else desk.ports.services.service(service.id)
    cause = "" if state is None else state.cause
    if cause and not desk.sees(caller, outage_target(cause)):
        cause = ""
    reason = "" if state is None else state.reason
    return ServiceRow(
        id=service.id,
        title=service.title,
        kind=service.kind,
        site=service.site,
        site_title=_title(inventory, "site", service.site),
        unit=service.unit,
        unit_title="" if service.unit is None else inventory.units[service.unit].title,
        group=service.group,
        group_title=_title(inventory, "group", service.group),
        state=STATES[State.UNKNOWN if state is None else state.state],
        since=None if state is None else state.since,
        reason=reason,
        reason_text=in_words(reason, caller.language),
        cause=cause,
        cause_title=title_of(inventory, TargetId(outage_target(cause))) if cause else "",
        last_success=None if found is None else found.last_success,
        duration_seconds=None if found is None else found.duration,
        days_left=None if found is None or found.left is None else found.left / _DAY,
    )


def need_row(desk: Desk, caller: Caller, need: TargetId) -> NeedRow:
    """Describe something that a service stands on."""
    visible = desk.sees(caller, need)
    now = desk.ports.live.states().get(need) if visible else None
    reason = "" if now is None else now.reason
    return NeedRow(
        target=need,
        title=title_of(desk.inventory, need),
        state=None if now is None else STATES[now.state],
        since=None if now is None else now.since,
        reason=reason,
        reason_text=in_words(reason, caller.language),
        visible=visible,
    )


def check_rows(checks: Iterable[CheckNow], language: Language) -> list[CheckRow]:
    """Describe the checks of a service."""
    return [CheckRow(check, in_words(check.reason, language)) for check in checks]


def host_row(desk: Desk, caller: Caller, device: Device) -> HostRow:
    """Describe a server."""
    state = desk.ports.live.states().get(device_target(device.id))
    reason = "" if state is None else state.reason
    return HostRow(
        id=device.id,
        title=device.title,
        site=device.site,
        site_title=_title(desk.inventory, "site", device.site),
        zone=device.zone,
        state=STATES[State.UNKNOWN if state is None else state.state],
        since=None if state is None else state.since,
        reason=reason,
        reason_text=in_words(reason, caller.language),
        now=None if desk.ports.hosts is None else desk.ports.hosts.host(device.id),
    )


def in_words(reason: str, language: Language) -> str:
    """Say why, as shortly as there are words for it; a code without words is shown as it is."""
    for prefix in _WORDS:
        if prefix + reason in catalogue():
            return say(prefix + reason, language)
    return reason


def _title(inventory: Inventory, kind: str, name: str | None) -> str:
    return "" if name is None else title_of(inventory, TargetId(f"{kind}:{name}"))
