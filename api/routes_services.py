"""Services: now, over a period, and by group; who is lost with what."""

from __future__ import annotations

import asyncio
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
from api.rows import outage_row
from api.scope import outage_target
from api.service_rows import ServiceRow, check_rows, need_row, service_row
from inventory.model import Service, ServiceKind, TargetId, service_target
from sla.states import State

ROUTES: Final = APIRouter(prefix="/api/v1", tags=["services"])
_RECENT: Final = 30 * 86_400
_OUTAGES: Final = 50
_ROWS: Final = 50
"""Services described before the loop gets its turn: each asks what its checks found."""
_SHOWN: Final = 200
"""Services named beside one that they hang on."""


@ROUTES.get("/services")
async def services(
    desk: AtDesk,
    caller: ByCaller,
    kind: Annotated[ServiceKind | None, Query()] = None,
    group: Name = None,
    unit: Name = None,
    site: Name = None,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> Response:
    """List services in the order of the inventory: `{items, next}`; `next` null = that was all."""
    wanted = wanted_states(state)
    listing = await desk.listing(caller.person)
    by_state = in_state(listing.service_targets, desk.ports.live.states(), wanted)

    def sieve(positions: range) -> Sequence[int]:
        return [
            at
            for at in by_state(positions)
            if kind in {None, listing.services[at].kind}
            and group in {None, listing.services[at].group}
            and unit in {None, listing.services[at].unit}
            and site in {None, listing.services[at].site}
        ]

    after = None if cursor is None else service_target(cursor)
    found, more = await find(listing.service_targets, after, limit, sieve)
    rows: list[ServiceRow] = []
    for at in found:
        if len(rows) % _ROWS == _ROWS - 1:
            await asyncio.sleep(0)
        rows.append(service_row(desk, caller, listing.services[at]))
    following = encode(rows[-1].id if more else None)
    return Json(b'{"items":' + await encode_rows(rows) + b',"next":' + following + b"}")


@ROUTES.get("/services/{service}")
async def service_detail(desk: AtDesk, caller: ByCaller, service: Id) -> Response:
    """One service: its checks, what it stands on, what stands on it, its outages of 30 days."""
    found = _seen(desk, caller, service)
    live, board = desk.ports.live, await desk.board(caller.person)
    now, target = live.now(), service_target(service)
    outages = await desk.ports.past.outages(
        target=target, since=now - _RECENT, until=now + 1, limit=_OUTAGES
    )
    row = service_row(desk, caller, found)
    said = None if desk.ports.services is None else desk.ports.services.service(service)
    return small(
        {
            **asdict(row),
            "promised": None if found.promise is None else float(found.promise),
            "profile": {"name": found.profile.name, "slot": found.profile.slot},
            "checks": check_rows(() if said is None else said.checks, caller.language),
            "needs": [[need_row(desk, caller, need) for need in group] for group in found.needs],
            "affected": await lost_with(desk, caller, target),
            "outages": [
                outage_row(
                    desk.inventory,
                    one,
                    board.affected.get(one.id, {}),
                    board.affected_services.get(one.id, {}),
                )
                for one in outages
            ],
        }
    )


@ROUTES.get("/services/{service}/availability")
async def availability(
    desk: AtDesk, caller: ByCaller, service: Id, period: Period = None
) -> Response:
    """Seconds per class, availability and coverage of one service over a period, for its users.

    `causes` says in the shadow of which outages it was down; what is out of the reader's scope is
    without a name.
    """
    _seen(desk, caller, service)
    now = desk.ports.live.now()
    name = period_of(period, now)

    async def make() -> bytes:
        return await desk.ports.past.service_availability(service, name)

    found = await figure(desk.figures, ("service", service, name), name, now, make)
    return Json(found) if not caller.scoped else small(_within(desk, caller, found))


@ROUTES.get("/service-groups")
async def groups(desk: AtDesk, caller: ByCaller) -> Response:
    """List groups of services: how many are in which state. `{items}`."""
    counts = (await desk.board(caller.person)).groups
    inventory = desk.inventory
    return small(
        {
            "items": [
                {"id": group.id, "title": group.title, "services": counts[group.id]}
                for group in inventory.service_groups.values()
                if group.id in counts
            ]
        }
    )


@ROUTES.get("/service-groups/{group}")
async def group_detail(desk: AtDesk, caller: ByCaller, group: Id) -> Response:
    """One group: each of its services with its state and last success."""
    found = desk.inventory.service_groups.get(group)
    listing = await desk.listing(caller.person)
    members = [service for service in listing.services if service.group == group]
    if found is None or not members:
        raise Refusal(404, "unknown_service_group", group=group)
    board = await desk.board(caller.person)
    return small(
        {
            "id": group,
            "title": found.title,
            "services": board.groups.get(group, {}),
            "items": [service_row(desk, caller, service) for service in members],
        }
    )


async def lost_with(desk: Desk, caller: Caller, target: TargetId) -> dict[str, object]:
    """Say which services would be lost with a link, a site, a device or a service, as things stand.

    `{total, items}`: those the reader may see, at most 200 of them named.
    """
    listing, states = await desk.listing(caller.person), desk.ports.live.states()

    def is_gone(one: TargetId) -> bool:
        now = states.get(one)
        return now is not None and now.state in (State.DOWN, State.SHADOW)

    cut = listing.dependence.cut_sites(target, is_gone)
    lost = listing.dependence.services_behind(target, cut, is_gone)
    seen = [
        name
        for name in lost
        if service_target(name) != target and desk.sees(caller, service_target(name))
    ]
    rows = [need_row(desk, caller, service_target(name)) for name in seen[:_SHOWN]]
    return {"total": len(seen), "items": rows}


def _within(desk: Desk, caller: Caller, found: bytes) -> dict[str, Any]:
    """Take the names of outages out of a document that the reader may not see."""
    document: dict[str, Any] = msgspec.json.decode(found)
    for cause in document["causes"]:
        if cause["target"] is not None and not desk.sees(caller, cause["target"]):
            cause |= {"outage": None, "target": "", "title": "", "carrier": None}
    for outage in document["outages"]:
        outage["shadow_of"] = [
            one for one in outage["shadow_of"] if desk.sees(caller, outage_target(one))
        ]
    return document


def _seen(desk: Desk, caller: Caller, service: str) -> Service:
    found = desk.inventory.services.get(service)
    if found is None or not desk.sees(caller, service_target(service)):
        raise Refusal(404, "unknown_service", service=service)
    return found
