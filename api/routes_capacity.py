"""One host with everything it said, and the capacity of the cloud centre."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from api.answer import Json, encode, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.ports_hosts import Group, HostNow, Use
from api.queries import Id
from api.refusal import Refusal
from api.rows import title_of
from inventory.model import device_target, site_target
from texts.say import Language, say

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["hosts"])


class HostPage(msgspec.Struct, frozen=True):
    """A host. `document`: filesystems, disks, ports, units, processes, backups as it told them."""

    device: str
    title: str
    site: str
    zone: str
    now: HostNow | None
    document: Mapping[str, object] | None


class UseRow(msgspec.Struct, frozen=True):
    """A resource of a group with the sentence that says where it goes."""

    use: Use
    text: str


class GroupRow(msgspec.Struct, frozen=True):
    """A zone, a site, or all hosts together."""

    kind: str
    id: str
    title: str
    hosts: int
    heard: int
    uses: Sequence[UseRow]


@ROUTES.get("/hosts/{device}/document")
async def document(device: Id, desk: AtDesk, caller: ByCaller) -> Response:
    """Say what a host is and all that it told last; `now` null = it was not heard so far."""
    found, port = desk.inventory.devices.get(device), desk.ports.hosts
    if found is None or not desk.sees(caller, device_target(device)):
        raise Refusal(404, "unknown_device", device=device)
    page = HostPage(
        device,
        title_of(desk.inventory, device_target(device)),
        found.site,
        found.zone,
        None if port is None else port.host(device),
        None if port is None else port.document(device),
    )
    return Json(encode(page).replace(b"<", b"\\u003c"))  # text of a stranger


@ROUTES.get("/capacity")
async def capacity(desk: AtDesk, caller: ByCaller) -> Response:
    """Say what the hosts of the centre, of each zone and of each site have and use.

    `{at, failure, items}`. With a scope of sites only those sites are told: a zone may have hosts
    elsewhere.
    """
    port = desk.ports.hosts_capacity
    if port is None:
        return small({"at": None, "failure": "", "items": []})
    found = port.capacities()
    rows = [
        _row(desk, group, caller.language) for group in found.groups if _sees(desk, caller, group)
    ]
    return small({"at": found.at, "failure": found.failure, "items": rows})


def _sees(desk: Desk, caller: Caller, group: Group) -> bool:
    if group.kind == "site":
        return desk.sees(caller, site_target(group.id))
    return not caller.scoped


def _row(desk: Desk, group: Group, language: Language) -> GroupRow:
    site = desk.inventory.sites.get(group.id) if group.kind == "site" else None
    title = group.id if site is None else site.title
    return GroupRow(
        group.kind,
        group.id,
        say("capacity.all", language) if group.kind == "all" else title,
        group.hosts,
        group.heard,
        [UseRow(use, _text(use, language)) for use in group.uses],
    )


def _text(use: Use, language: Language) -> str:
    """Say in a sentence how much is used and when it will be full."""
    return say(
        f"capacity.{use.remark}",
        language,
        resource=say(f"capacity.{use.resource}", language),
        percent=f"{use.ratio * 100:.0f}",
        limit=f"{use.limit * 100:.0f}",
        days=use.days,
        on=use.full_on,
        earliest=use.earliest,
        latest=use.latest,
    )
