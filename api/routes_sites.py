"""Sites: the five levels and the cloud centres, now and over a period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query
from msgspec.structs import asdict
from starlette.responses import Response

from api.answer import Json, encode, encode_rows, small
from api.desk import AtDesk, ByCaller, Caller, Desk
from api.figures import figure
from api.listing import find, in_state
from api.queries import Cursor, Id, Limit, Name, Period, States, period_of, wanted_states
from api.refusal import Refusal
from api.routes_services import lost_with
from api.rows import link_row, site_row
from inventory.model import Level, Site, device_target, link_target, site_target

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["sites"])


@ROUTES.get("/sites")
async def sites(
    desk: AtDesk,
    caller: ByCaller,
    area: Name = None,
    parent: Name = None,
    level: Annotated[Level | None, Query()] = None,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Response:
    """List sites in the order of the inventory: `{items, next}`; `next` null = that was all."""
    wanted = wanted_states(state)
    listing = await desk.listing(caller.person)
    states = desk.ports.live.states()

    by_state = in_state(listing.site_targets, states, wanted)

    def sieve(positions: range) -> Sequence[int]:
        found, all_sites = by_state(positions), listing.sites
        if area is not None:
            found = [at for at in found if listing.site_groups[at][0] == area]
        if level is not None:
            found = [at for at in found if all_sites[at].level == level]
        if parent is not None:
            found = [at for at in found if all_sites[at].parent == parent]
        return found

    after = None if cursor is None else site_target(cursor)
    found, more = await find(listing.site_targets, after, limit, sieve)
    rows = [
        site_row(
            caller.person,
            listing.inventory,
            listing.sites[position],
            states.get(listing.site_targets[position]),
        )
        for position in found
    ]
    following = encode(rows[-1].id if more else None)
    return Json(b'{"items":' + await encode_rows(rows) + b',"next":' + following + b"}")


@ROUTES.get("/sites/{site}")
async def site_detail(desk: AtDesk, caller: ByCaller, site: Id) -> Response:
    """One site: the way up to the province, what is below it, its devices and links."""
    inventory, live = desk.inventory, desk.ports.live
    found = _seen(desk, caller, site)
    states, topology = live.states(), inventory.topology
    children = topology.children.get(site, ())
    unit = inventory.units.get(found.unit or "")
    return small(
        {
            **asdict(site_row(caller.person, inventory, found, states.get(site_target(site)))),
            "unit_title": "" if unit is None else unit.title,
            "path": _path(desk, caller, site),
            "children": [
                site_row(
                    caller.person, inventory, inventory.sites[child], states.get(site_target(child))
                )
                for child in children[:1000]
            ],
            "children_total": len(children),
            "devices": [
                {
                    "id": device,
                    "title": inventory.devices[device].title,
                    "platform": inventory.devices[device].platform,
                    "state": None if now is None else now.state.name.lower(),
                    "since": None if now is None else now.since,
                    "reason": "" if now is None else now.reason,
                }
                for device in topology.devices.get(site, ())[:1000]
                for now in [states.get(device_target(device))]
            ],
            "services": await lost_with(desk, caller, site_target(site)),
            "uplinks": _links(desk, caller, topology.uplinks.get(site, ())),
            "downlinks": _links(desk, caller, topology.downlinks.get(site, ())),
        }
    )


@ROUTES.get("/sites/{site}/availability")
async def availability(desk: AtDesk, caller: ByCaller, site: Id, period: Period = None) -> Response:
    """Seconds per class, availability and coverage of one site over all its legs.

    Who does not see every leg gets the same figure without the names of the others.
    """
    _seen(desk, caller, site)
    now = desk.ports.live.now()
    name = period_of(period, now)

    async def make() -> bytes:
        return await desk.ports.past.site_availability(site, name)

    found = await figure(desk.figures, ("site", site, name), name, now, make)
    if not caller.person.carriers:
        return Json(found)
    document: dict[str, Any] = msgspec.json.decode(found)
    legs = [link for link in document["links"] if desk.sees(caller, link_target(link))]
    return small({**document, "links": legs})


def _seen(desk: Desk, caller: Caller, site: str) -> Site:
    found = desk.inventory.sites.get(site)
    if found is None or not desk.sees(caller, site_target(site)):
        raise Refusal(404, "unknown_site", site=site)
    return found


def _path(desk: Desk, caller: Caller, site: str) -> list[dict[str, object]]:
    sites, way = desk.inventory.sites, list[dict[str, object]]()
    here = sites[site].parent
    while here is not None and here in sites:
        visible = desk.sees(caller, site_target(here))
        way.insert(0, {"id": here, "title": sites[here].title, "visible": visible})
        here = sites[here].parent
    return way


def _links(desk: Desk, caller: Caller, links: tuple[str, ...]) -> list[object]:
    inventory, live = desk.inventory, desk.ports.live
    return [
        link_row(caller.person, inventory, inventory.links[link], live.link(link))
        for link in links[:200]
        if desk.sees(caller, link_target(link))
    ]
